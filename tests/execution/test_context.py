"""What a transition is told, how failing looks from outside, and waits that collect."""

from __future__ import annotations

import asyncio
import inspect
import logging
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

import loopstack_temporal.errors
from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    LoopstackError,
    Retry,
    RunContext,
    ToolError,
    guard,
    tool,
    transition,
    workflow,
)
from loopstack_temporal.execution.values import Spent, TryAgain
from loopstack_temporal.machine.decisions import Await, Fire, Parked
from loopstack_temporal.tools.base import ToolContext, ToolOptions, ToolResult
from tests.execution.conftest import Driver, Drivers


class Args(BaseModel):
    topic: str = "tea"


class Seen(BaseModel):
    answers: list[str] = []


def errors_of(run: Driver) -> list[dict[str, Any]]:
    """The contents of the error documents."""
    return [doc.content for doc in run.store.documents.live(run.run_id) if doc.name == "error"]


@pytest.mark.requirement("ENGINE-064")
async def test_the_context_says_which_run_attempt_and_person_this_is(drive: Drivers) -> None:
    seen: list[RunContext[Args]] = []
    beats: list[object] = []

    @workflow
    class AskingWorkflow(BaseWorkflow[Args]):
        @transition(to="ready")
        def first(self) -> None: ...

        @transition(from_="ready", to="end", retry=Retry(attempts=1, delay=0))
        def second(self, ctx: RunContext[Args]) -> None:
            seen.append(ctx)
            ctx.heartbeat({"half": "done"})
            if ctx.retry_count == 0:
                raise RuntimeError("once more")

    run = drive(AskingWorkflow)
    run.pulse = replace(run.pulse, heartbeat=beats.append)
    first = await run.open("asking", {"topic": "rye"})
    assert isinstance(first, Fire)
    await run.fire(first)
    assert isinstance(run.decision, Fire)
    assert isinstance(await run.fire(run.decision), TryAgain)
    await run.fire(run.decision, attempt=2)
    for attempt, ctx in enumerate(seen):
        assert (ctx.run_id, ctx.workflow, ctx.place, ctx.step) == (run.run_id, "asking", "ready", 1)
        assert (ctx.user_id, ctx.workspace_id, ctx.args) == ("local", "default", Args(topic="rye"))
        assert (ctx.retry_count, ctx.cancelled) == (attempt, False)
    assert len({ctx.idempotency_key for ctx in seen}) == 1 and len(seen) == 2
    assert beats == [{"half": "done"}] * 2


@pytest.mark.requirement("ENGINE-067")
async def test_records_of_the_context_logger_say_where_they_come_from(
    drive: Drivers, caplog: pytest.LogCaptureFixture
) -> None:
    @workflow
    class LoggingWorkflow(BaseWorkflow[Args]):
        @transition(to="end")
        async def work(self, ctx: RunContext[Args]) -> None:
            ctx.logger.info("brewing %s", ctx.args.topic)

    run = drive(LoggingWorkflow)
    await run.open("logging")
    with caplog.at_level(logging.INFO, "loopstack.run"):
        await run.go()
    (record,) = [record for record in caplog.records if record.getMessage() == "brewing tea"]
    facts = {name: getattr(record, name) for name in ("run_id", "workflow", "place", "step", "attempt")}
    assert facts == {"run_id": run.run_id, "workflow": "logging", "place": "start", "step": 0, "attempt": 1}


@pytest.mark.requirement("ENGINE-044")
async def test_a_waiting_self_loop_collects_until_a_guard_lets_go_and_a_wait_may_begin_anew(drive: Drivers) -> None:
    @workflow
    class CollectingWorkflow(BaseWorkflow[Args, Seen, list[str]]):
        def enough(self, state: Seen) -> bool:
            return len(state.answers) >= 3

        @transition(to="asking")
        def begin(self, state: Seen) -> None:
            state.answers.append("begin")

        @transition(from_="asking", to="asking", wait=True)
        def answer(self, state: Seen, payload: str) -> None:
            state.answers.append(payload)

        @transition(from_="asking", to="start", wait=True)
        def again(self) -> None: ...

        @transition(from_="asking", to="end")
        @guard(enough)
        def finish(self, state: Seen) -> list[str]:
            return state.answers

    run = drive(CollectingWorkflow)
    await run.open("collecting")
    await run.go()
    await run.answer("answer", "a")
    assert isinstance(run.decision, Await)
    await run.answer("again")
    assert isinstance(run.decision, Fire) and run.decision.transition == "begin"
    await run.go()
    assert run.row.result == ["begin", "a", "begin"]


# --- failing ---------------------------------------------------------------------------------------------------------


class NoArgs(BaseModel):
    pass


@tool(description="Never works.")
class BrokenTool(BaseTool[NoArgs, str]):
    async def handle(self, args: NoArgs, ctx: ToolContext, options: ToolOptions) -> ToolResult[str]:
        raise ToolError("the other side is closed")


@pytest.mark.requirement("FAILURE-004")
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("raises", "transition_failed"),
        ("overruns", "transition_timeout"),
        ("returns_nonsense", "state_invalid"),
        ("breaks_the_state", "state_invalid"),
        ("lets_a_tool_fail", "tool_failed"),
    ],
)
async def test_these_are_the_ways_to_fail_and_each_leaves_nothing_but_its_error(
    drive: Drivers, how: str, code: str
) -> None:
    @workflow
    class FailingWorkflow(BaseWorkflow[Args, Seen]):
        broken: BrokenTool

        @transition(to="next", timeout=0.1)
        async def work(self, state: Seen) -> Any:
            state.answers.append("never kept")
            match how:
                case "raises":
                    raise ValueError("no")
                case "overruns":
                    await asyncio.sleep(30)
                case "returns_nonsense":
                    return 7
                case "breaks_the_state":
                    return {"answers": "not a list"}
                case _:
                    await self.broken.call(NoArgs())

        @transition(from_="next", to="end", wait=True)
        async def done(self) -> None: ...

    run = drive(FailingWorkflow)
    await run.open("failing")
    answer = await run.go()
    assert isinstance(answer, Spent) and answer.error.code == code
    assert (run.row.status, run.row.place, run.row.can_retry) == ("failed", "start", True)
    assert [error["code"] for error in errors_of(run)] == [code]
    assert run.store.steps.get(run.run_id, 0).after in (None, {"answers": []})


@pytest.mark.requirement("FAILURE-002")
async def test_every_failed_attempt_leaves_one_error_document(drive: Drivers) -> None:
    @workflow
    class StubbornWorkflow(BaseWorkflow[Args]):
        @transition(to="end", retry=Retry(attempts=2, delay=0))
        def work(self, ctx: RunContext[Args]) -> None:
            raise RuntimeError(f"failure {ctx.retry_count + 1}")

    run = drive(StubbornWorkflow)
    decision = await run.open("stubborn")
    assert isinstance(decision, Fire)
    answers = [await run.fire(decision, attempt=attempt) for attempt in (1, 2, 3)]
    assert [type(answer) for answer in answers] == [TryAgain, TryAgain, Spent]
    assert isinstance(run.decision, Parked)
    found = [(error["error"], error["attempt"]) for error in errors_of(run)]
    assert found == [("failure 1", 1), ("failure 2", 2), ("failure 3", 3)]


@pytest.mark.requirement("FAILURE-028")
async def test_the_step_list_tells_attempts_of_the_machine_from_failures_of_the_author(drive: Drivers) -> None:
    @workflow
    class UnluckyWorkflow(BaseWorkflow[Args]):
        @transition(to="end", retry=Retry(attempts=1, delay=0))
        def work(self, ctx: RunContext[Args]) -> None:
            if ctx.retry_count == 0:
                raise RuntimeError("once")

    run = drive(UnluckyWorkflow)
    decision = await run.open("unlucky")
    assert isinstance(decision, Fire)
    # Attempts 1, 2 and 4 died with their workers before they could say anything; 3 failed, 5 worked.
    assert isinstance(await run.fire(decision, attempt=3), TryAgain)
    await run.fire(decision, attempt=5)
    (step,) = [step for step in run.store.steps.page(run.run_id).items if step.transition == "work"]
    assert (step.status, step.attempt, step.failure_no) == ("committed", 5, 1)


@pytest.mark.requirement("FAILURE-005")
async def test_every_exception_of_ours_has_a_code_that_reaches_the_document_the_row_and_the_log(
    drive: Drivers, caplog: pytest.LogCaptureFixture
) -> None:
    classes = [kind for _, kind in inspect.getmembers(loopstack_temporal.errors, inspect.isclass)]
    assert all(issubclass(kind, LoopstackError) for kind in classes if issubclass(kind, Exception))
    ours: list[type[LoopstackError]] = [kind for kind in classes if issubclass(kind, LoopstackError)]
    assert len(ours) > 15
    for kind in ours:
        assert isinstance(kind.code, str) and kind.code and isinstance(kind.retryable, bool), kind
    codes = [kind.code for kind in ours]
    assert len(set(codes)) == len(codes), "a code names one thing"

    @workflow
    class CodedWorkflow(BaseWorkflow[Args]):
        @transition(to="end")
        def work(self) -> None:
            raise ToolError("the other side is closed")

    run = drive(CodedWorkflow)
    await run.open("coded")
    with caplog.at_level(logging.WARNING, "loopstack.run"):
        await run.go()
    assert [error["code"] for error in errors_of(run)] == ["tool_failed"]
    assert run.row.error and run.row.error.code == "tool_failed"
    (record,) = caplog.records
    assert "[tool_failed]: the other side is closed" in record.getMessage() and run.run_id in record.getMessage()
    assert record.exc_info, "the log alone has the traceback"
