"""Defects that were found once, each proved by what an author or a person would have seen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel, model_validator

from loopstack_temporal import BaseWorkflow, MarkdownDocument, Retry, RunContext, guard, transition, workflow
from loopstack_temporal.definition.session import MOST_CHILDREN
from loopstack_temporal.definition.workflow import BaseWorkflow as AnyWorkflow
from loopstack_temporal.execution.values import Cancel, Done, Spent, TryAgain
from loopstack_temporal.flows import FanOut
from loopstack_temporal.machine.decisions import Await, Canceling, Children, Fire, Parked
from loopstack_temporal.store.records import TriggerRow
from tests.execution.conftest import Driver, Drivers


class Args(BaseModel):
    topic: str = "tea"


class More(BaseModel):
    topic: str = "tea"
    amount: int


async def test_a_change_deep_inside_a_state_without_a_model_is_kept(drive: Drivers) -> None:
    @workflow
    class DeepWorkflow(BaseWorkflow):
        @transition(to="a")
        def begin(self) -> None:
            self.set_state({"items": [1]})

        @transition(from_="a", to="b")
        def more(self, state: dict[str, Any]) -> None:
            state["items"].append(2)

        @transition(from_="b", to="end")
        def finish(self, state: dict[str, Any]) -> Any:
            return state["items"]

    run = drive(DeepWorkflow)
    await run.open("deep")
    await run.go()
    assert run.row.result == [1, 2]


@pytest.mark.parametrize("value", ["changed", object()])
async def test_what_a_body_does_to_its_payload_is_not_stored(drive: Drivers, value: object) -> None:
    @workflow
    class TakeWorkflow(BaseWorkflow):
        @transition(to="a")
        def begin(self) -> None: ...

        @transition(from_="a", to="end", wait=True)
        def take(self, payload: Any) -> None:
            payload["list"].append(value)

    run = drive(TakeWorkflow)
    await run.open("take")
    await run.go()
    assert isinstance(await run.answer("take", {"list": []}), Done)
    trigger = run.store.steps.get(run.run_id, 1).row.trigger
    assert trigger is not None and trigger.payload == {"list": []}


@pytest.mark.parametrize("inner", [True, False])
async def test_a_body_that_lets_a_cancelled_error_out_has_failed(drive: Drivers, inner: bool) -> None:
    @workflow
    class LeakyWorkflow(BaseWorkflow):
        @transition(to="end")
        async def work(self) -> None:
            if not inner:
                raise asyncio.CancelledError
            task = asyncio.ensure_future(asyncio.sleep(5))
            task.cancel()
            await task

    run = drive(LeakyWorkflow)
    await run.open("leaky")
    answer = await run.go()
    assert isinstance(answer, Spent) and "raised CancelledError although nobody canceled it" in answer.error.message
    assert run.row.can_retry


async def test_a_thread_that_raises_cancelled_error_has_failed(drive: Drivers) -> None:
    @workflow
    class ThreadWorkflow(BaseWorkflow):
        @transition(to="end")
        def work(self) -> None:
            raise asyncio.CancelledError

    run = drive(ThreadWorkflow)
    await run.open("thread")
    answer = await run.go()
    assert isinstance(answer, Spent) and "CancelledError" in answer.error.message


async def test_a_run_whose_arguments_newer_code_does_not_take_parks(drive: Drivers) -> None:
    def made(args: type[BaseModel]) -> type[AnyWorkflow[Any, Any, Any]]:
        @workflow
        class AgedWorkflow(BaseWorkflow[args]):  # type: ignore[valid-type]
            @transition(to="end")
            def work(self, ctx: RunContext[Any]) -> None: ...

        return AgedWorkflow

    run = drive(made(Args))
    await run.open("aged", {"topic": "t"})
    newer = _same(drive(made(More)), run)
    answer = await newer.go()
    assert isinstance(answer, Spent) and isinstance(newer.decision, Parked)
    assert "amount: Field required" in answer.error.message


async def test_an_argument_validator_that_raises_anything_ends_the_run(drive: Drivers) -> None:
    class Rough(BaseModel):
        @model_validator(mode="before")
        @classmethod
        def look(cls, data: Any) -> Any:
            return {"found": data["missing"]}

    @workflow
    class RoughWorkflow(BaseWorkflow[Rough]):
        @transition(to="end")
        def work(self) -> None: ...

    run = drive(RoughWorkflow)
    await run.open("rough", {})
    assert (run.row.status, run.row.error and run.row.error.code) == ("failed", "invalid_args")


async def test_guards_of_an_error_place_read_documents(drive: Drivers) -> None:
    async def kept(self: BaseWorkflow[Any, Any, Any]) -> bool:
        return [found.markdown for found in await self.document_store.find_all(MarkdownDocument)] == ["kept"]

    @workflow
    class RescueWorkflow(BaseWorkflow):
        @transition(to="a")
        async def begin(self) -> None:
            await self.document_store.save(MarkdownDocument(markdown="kept"))

        @transition(from_="a", to="end", retry=Retry(attempts=0, place="broken"))
        async def work(self) -> None:
            await self.document_store.save(MarkdownDocument(markdown="gone"))
            raise RuntimeError("no")

        @transition(from_="broken", to="end")
        @guard(kept)
        def repair(self) -> None: ...

    run = drive(RescueWorkflow)
    await run.open("rescue")
    await run.go()
    assert run.row.status == "completed", run.decision


async def test_a_trigger_that_was_let_in_is_not_refused_by_its_guard_at_the_next_try(drive: Drivers) -> None:
    says = [True, True, False]

    def open_now(state: dict[str, Any]) -> bool:
        return says.pop(0)

    @workflow
    class FickleWorkflow(BaseWorkflow):
        @transition(to="a")
        def begin(self) -> None: ...

        @transition(from_="a", to="end", wait=True, retry=Retry(attempts=1, delay=0))
        @guard(open_now)
        def take(self, ctx: RunContext[Any]) -> int:
            if not ctx.retry_count:
                raise RuntimeError("not yet")
            return ctx.retry_count

    run = drive(FickleWorkflow)
    await run.open("fickle")
    await run.go()
    assert isinstance(run.decision, Await)
    trigger, fire = TriggerRow("k", "take", None, "ann", "api"), run.decision.waits[0]
    assert isinstance(await run.fire(fire, trigger=trigger), TryAgain)
    assert isinstance(await run.fire(fire, trigger=trigger, attempt=2), Done)
    assert (run.row.status, run.row.result) == ("completed", 1)


def _same(driver: Driver, run: Driver) -> Driver:
    """Another worker's code, for the run where it stands."""
    driver.run_id, driver.workflow, driver.decision, driver.step = run.run_id, run.workflow, run.decision, run.step
    return driver


async def test_a_step_that_was_closed_before_it_wrote_anything_keeps_its_payload_for_the_retry(drive: Drivers) -> None:
    @workflow
    class AskingWorkflow(BaseWorkflow):
        @transition(to="asking")
        def begin(self) -> None: ...

        @transition(from_="asking", to="end", wait=True)
        def answer(self, payload: str) -> str:
            return payload

    run = drive(AskingWorkflow)
    await run.open("asking")
    await run.go()
    assert isinstance(run.decision, Await)
    given = TriggerRow("click", "answer", "forty-two", "ann", "api")
    closed = await run.executor.close(run.call(run.decision.waits[0], trigger=given), "timed out", run.pulse)
    assert isinstance(closed.decision, Parked)
    run.decision, run.step = closed.decision, run.step + 1

    # A retry that is closed in the same way has not lost it either.
    again = TriggerRow("retry", "loopstack.retry", None, "ann", "api")
    call = run.call(closed.decision.again, trigger=again, repeats=closed.decision.step)
    closed = await run.executor.close(call, "timed out", run.pulse)
    assert isinstance(closed.decision, Parked)
    run.decision, run.step = closed.decision, run.step + 1
    await run.retry()
    assert run.row.result == "forty-two"
    assert run.store.inbox.applied_step(run.run_id, "click") == 1


class OnlyWorkflow(BaseWorkflow):
    @transition(to="end")
    def only(self) -> None: ...


async def test_a_cancel_takes_a_child_along_that_somebody_else_started_already(drive: Drivers) -> None:
    child = workflow(title="Only")(OnlyWorkflow)

    @workflow
    class StartingWorkflow(BaseWorkflow):
        @transition(to="gathering")
        async def begin(self) -> None:
            await self.run_named("only")

        @transition(from_="gathering", to="end", wait=True)
        def heard(self) -> None: ...

    parent = drive(StartingWorkflow, child)
    await parent.open("starting")
    await parent.go()
    assert isinstance(parent.decision, Children)
    [started] = parent.decision.children
    reconciled = _same(drive(StartingWorkflow, child), parent)
    reconciled.run_id = started.id
    await reconciled.open("only")

    call = parent.call(Fire(transition="", place="gathering"))
    closed = await parent.executor.close(call, "canceled", parent.pulse, cancel=Cancel(False, (started.id,)))
    assert isinstance(closed.decision, Canceling)
    assert closed.decision.children == (started.id,)


async def test_a_step_that_starts_more_children_than_temporal_keeps_says_so(drive: Drivers) -> None:
    child = workflow(title="Only")(OnlyWorkflow)

    @workflow
    class CrowdWorkflow(BaseWorkflow):
        @transition(to="end")
        async def begin(self) -> None:
            for _ in range(MOST_CHILDREN + 1):
                await self.run_named("only", show="hidden")

    run = drive(CrowdWorkflow, child)
    await run.open("crowd")
    await run.go()
    assert isinstance(run.decision, Parked)
    assert "starts at most 1,000 child runs" in run.decision.message


async def test_a_fan_out_keeps_no_more_children_open_than_temporal_does(drive: Drivers) -> None:
    run = drive(FanOut, workflow(title="Only")(OnlyWorkflow))
    await run.open("fan_out", {"items": [{"workflow": "only"}] * (MOST_CHILDREN + 5)})
    await run.go()
    assert isinstance(run.decision, Children)
    assert len(run.decision.children) == MOST_CHILDREN
