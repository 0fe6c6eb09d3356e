"""A step that follows at once begins with what the commit before it left; the commit's fence holds all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from loopstack_temporal import BaseWorkflow, MarkdownDocument, RunContext, guard, transition, workflow
from loopstack_temporal.errors import Fenced
from loopstack_temporal.execution.ahead import MOST, MOST_BYTES, Ahead, Coming
from loopstack_temporal.execution.values import Asking, Done, StepCall
from loopstack_temporal.machine.decisions import Fire
from loopstack_temporal.store.records import Checkpoint
from loopstack_temporal.store.steps import Steps
from tests.execution.conftest import Driver, Drivers


def again(ctx: RunContext[dict[str, Any]]) -> bool:
    return ctx.step < 2


@workflow(title="Counting")
class CountingWorkflow(BaseWorkflow[dict[str, Any], dict[str, Any], dict[str, Any]]):
    @transition(to="counting")
    async def begin(self) -> None:
        self.assign_state(n=[0])

    @transition(from_="counting", to="counting", priority=1)
    @guard(again)
    async def count(self, ctx: RunContext[dict[str, Any]], state: dict[str, Any]) -> None:
        ctx.args["seen"].append(ctx.step)  # The copy of this step alone.
        state["n"].append(len(ctx.args["seen"]))
        await self.document_store.save(MarkdownDocument(markdown=f"step {ctx.step}"))

    @transition(from_="counting", to="end")
    async def finish(self, state: dict[str, Any]) -> dict[str, Any]:
        return state


async def moved(drive: Drivers, steps: int) -> Driver:
    """A run that did so many steps."""
    driver = drive(CountingWorkflow)
    await driver.open("counting", {"seen": []})
    for _ in range(steps):
        await next_step(driver)
    return driver


async def next_step(driver: Driver, **more: Any) -> Any:
    assert isinstance(driver.decision, Fire)
    return await driver.fire(driver.decision, **more)


async def test_a_chain_on_one_worker_reads_nothing_and_keeps_state_documents_and_args_apart(drive: Drivers) -> None:
    with patch.object(Steps, "enter", side_effect=AssertionError("the row was read")):
        driver = await moved(drive, 4)
    assert driver.row.result == {"n": [0, 1, 1]}
    assert driver.texts == ["step 1", "step 2"]
    assert driver.row.args == {"seen": []}


async def test_a_later_attempt_reads_what_became_of_the_earlier_one(drive: Drivers) -> None:
    driver = await moved(drive, 2)
    assert isinstance(driver.decision, Fire)
    first = driver.call(driver.decision)
    assert isinstance(await driver.executor.step(first, driver.pulse), Done)
    with patch.object(Steps, "enter", side_effect=driver.store.steps.enter) as reading:
        await next_step(driver, attempt=2)
    assert reading.call_count == 1
    assert driver.texts == ["step 1", "step 2"]


async def test_what_another_worker_did_meanwhile_is_neither_repeated_nor_overwritten(drive: Drivers) -> None:
    driver = await moved(drive, 2)
    other = Driver(driver.app, driver.store, driver.run_id)
    other.workflow, other.step, other.decision = driver.workflow, driver.step, driver.decision
    theirs = await next_step(other)
    assert await next_step(driver) == theirs
    assert driver.texts == ["step 1", "step 2"]


async def test_a_reset_fences_what_the_old_history_remembers(drive: Drivers) -> None:
    driver = await moved(drive, 2)
    assert isinstance(driver.decision, Fire)
    old = driver.call(driver.decision)
    driver.temporal_run_id = "t2"
    await driver.executor.reopen(Asking(driver.run_id, "t2", 1), None, None)
    with pytest.raises(Fenced):
        await driver.executor.step(old, driver.pulse)
    assert (driver.row.next_step, driver.texts) == (1, [])


async def test_the_memory_is_bounded_and_gives_each_beginning_once(drive: Drivers) -> None:
    driver = await moved(drive, 1)
    assert isinstance(driver.decision, Fire)
    call = driver.call(driver.decision)
    entered = driver.executor.workplace.ahead.take(call)
    assert entered is not None
    assert driver.executor.workplace.ahead.take(call) is None
    ahead = Ahead()
    for number in range(MOST + 1):
        ahead.keep(Coming(f"run-{number}", call.temporal_run_id, call.step), driver.decision, entered)
    assert ahead.take(_of(call, "run-0")) is None
    assert ahead.take(_of(call, f"run-{MOST}")) is entered


async def test_the_memory_is_bounded_by_the_size_of_states_too(drive: Drivers) -> None:
    driver = await moved(drive, 1)
    assert isinstance(driver.decision, Fire)
    call = driver.call(driver.decision)
    entered = driver.executor.workplace.ahead.take(call)
    assert entered is not None
    ahead = Ahead()

    def keep(run_id: str, text: str) -> None:
        large = replace(entered, checkpoint=Checkpoint({"text": text}))
        ahead.keep(Coming(run_id, call.temporal_run_id, call.step), driver.decision, large)  # pyright: ignore[reportArgumentType]

    quarter = "x" * (MOST_BYTES // 4)
    for number in range(4):
        keep(f"run-{number}", quarter)
    keep("half a character", "\ud83d")
    assert ahead.take(_of(call, "run-0")) is None, "four quarters and their names are more than the whole"
    assert ahead.take(_of(call, "half a character")) is None
    assert ahead.take(_of(call, "run-1")) is not None
    keep("run-4", quarter)
    assert all(ahead.take(_of(call, f"run-{number}")) for number in (2, 3, 4)), "what was taken makes room"


def _of(call: StepCall, run_id: str) -> StepCall:
    return StepCall(
        run_id=run_id,
        temporal_run_id=call.temporal_run_id,
        workflow=call.workflow,
        step=call.step,
        try_no=1,
        attempt=1,
        transition=call.transition,
        place=call.place,
        scheduled_at=call.scheduled_at,
    )
