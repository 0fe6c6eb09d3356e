"""A wait transition's own code refuses an answer, and learns who sent one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    InvalidAnswer,
    MarkdownDocument,
    RunContext,
    TransitionInput,
    transition,
    workflow,
)
from loopstack_temporal.errors import FieldError
from loopstack_temporal.execution.values import Done, Rejected, Spent, TryAgain
from loopstack_temporal.machine.decisions import Await, Finish, Parked
from loopstack_temporal.store.records import TriggerRow
from tests.execution.conftest import Drivers


class State(BaseModel):
    tried: int = 0


@workflow
class PickyWorkflow(BaseWorkflow[dict[str, Any], State, str]):
    """Takes an even number from anybody."""

    @transition(to="asking")
    async def ask(self) -> None: ...

    @transition(from_="asking", to="end", wait=True)
    async def answer(self, state: State, input: TransitionInput[int]) -> str:
        state.tried += 1
        await self.document_store.save(MarkdownDocument(markdown=f"tried {input.data}"))
        if input.data > 100:
            await asyncio.sleep(0.3)  # Long enough for the step to be claimed.
        if input.data % 2:
            raise InvalidAnswer("give an even number", "number", 0)
        return f"{input.data} by {input.by}"

    @transition(from_="asking", to="end", wait=True, retry=1)
    async def stumble(self, ctx: RunContext[dict[str, Any]]) -> str:
        if ctx.retry_count:
            raise InvalidAnswer("not now")
        raise ValueError("broken")


@workflow
class MistakenWorkflow(BaseWorkflow[dict[str, Any], State, str]):
    """Refuses although nobody asked."""

    @transition(to="end")
    async def go(self) -> str:
        raise InvalidAnswer("there is no answer")


@pytest.mark.parametrize("number", [3, 103])
async def test_a_refused_answer_leaves_nothing_and_the_next_one_counts(drive: Drivers, number: int) -> None:
    run = drive(PickyWorkflow)
    await run.open("picky")
    await run.go()
    before = run.decision
    refused = await run.answer("answer", number)
    assert refused == Rejected(
        "invalid_payload",
        "The payload of `answer` does not fit: number.0: give an even number",
        (FieldError(("number", 0), "give an even number"),),
    )
    assert (run.decision, run.texts, run.row.has_error, run.row.status == "failed") == (before, [], False, False)
    assert isinstance(await run.answer("answer", 4), Done)
    assert isinstance(run.decision, Finish)
    assert (run.row.result, run.texts) == ("4 by ann", ["tried 4"])


async def test_a_refusal_without_a_sender_is_a_failure_like_any_other(drive: Drivers) -> None:
    run = drive(MistakenWorkflow)
    await run.open("mistaken")
    assert isinstance(await run.go(), Spent)
    assert isinstance(run.decision, Parked)
    assert (run.row.status, run.row.error and run.row.error.code) == ("failed", "invalid_payload")


async def test_a_refusal_after_a_failure_of_the_same_answer_is_its_outcome(drive: Drivers) -> None:
    run = drive(PickyWorkflow)
    await run.open("picky")
    await run.go()
    assert isinstance(run.decision, Await)
    stumble = next(fire for fire in run.decision.waits if fire.transition == "stumble")
    trigger = TriggerRow("t-1", "stumble", 0, "ann", "api")
    assert isinstance(await run.fire(stumble, trigger=trigger), TryAgain)
    assert isinstance(await run.fire(stumble, trigger=trigger, attempt=2), Spent)
    assert (run.row.status, run.row.error and run.row.error.message) == ("failed", "not now")
