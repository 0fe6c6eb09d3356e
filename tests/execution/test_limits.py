"""Bodies that overrun, loop, return too much or fail: limits of one step."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    ContextClosed,
    MarkdownDocument,
    Retry,
    RunContext,
    StudioApp,
    transition,
    workflow,
)
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.execution.values import Spent, TryAgain
from loopstack_temporal.machine.decisions import Delay, Finish, Fire, Parked
from tests.execution.conftest import Driver, Drivers


class Args(BaseModel):
    topic: str = "tea"


class State(BaseModel):
    n: int = 0
    day: date | None = None
    names: list[str] = []


@pytest.mark.requirement("ENGINE-015", "FAILURE-024", "ENGINE-069")
async def test_a_thread_that_overruns_is_interrupted_and_keeps_nothing(drive: Drivers) -> None:
    after: list[Any] = []
    ended = threading.Event()

    @workflow
    class SlowWorkflow(BaseWorkflow[Args, State]):
        @transition(to="end", timeout=1)
        def work(self, state: State, ctx: RunContext[Args]) -> None:
            try:
                while True:
                    time.sleep(0.01)
            finally:
                after.append(ctx.cancelled)
                ended.set()

    run = drive(SlowWorkflow)
    await run.open("slow")
    answer = await run.go()
    assert isinstance(answer, Spent) and answer.error.code == "transition_timeout"
    assert ended.wait(5)
    assert after == [True]


@pytest.mark.requirement("DOC-014")
async def test_a_body_that_swallows_its_cancellation_writes_nothing(drive: Drivers) -> None:
    caught: list[BaseException] = []

    @workflow
    class StubbornWorkflow(BaseWorkflow[Args]):
        @transition(to="end", timeout=0.1)
        async def work(self) -> str:
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                pass
            return "never seen"

        @transition(from_="later", to="end")
        def unused(self) -> None: ...

        @transition(to="later", wait=True)
        async def keep(self) -> None:
            store = self.document_store

            async def late() -> None:
                await asyncio.sleep(0.05)
                try:
                    await store.save(MarkdownDocument(markdown="too late"))
                except ContextClosed as error:
                    caught.append(error)

            self.task = asyncio.ensure_future(late())
            tasks.append(self.task)

    tasks: list[asyncio.Task[None]] = []
    run = drive(StubbornWorkflow)
    await run.open("stubborn")
    answer = await run.go()
    assert isinstance(answer, Spent) and answer.error.code == "transition_timeout"
    assert run.row.result is None

    other = drive(StubbornWorkflow)
    await other.open("stubborn")
    await other.fire(Fire(transition="keep", place="start"))
    await tasks[0]
    assert len(caught) == 1 and other.texts == []


@pytest.mark.requirement("ENGINE-050", "ENGINE-066", "ENGINE-018")
async def test_context_is_stable_over_tries_and_arguments_cannot_be_changed(drive: Drivers) -> None:
    keys: list[tuple[str, int, bool]] = []

    @workflow
    class ContextWorkflow(BaseWorkflow[Args]):
        @transition(to="end", retry=Retry(attempts=1, delay=0))
        def work(self, ctx: RunContext[Args]) -> str:
            keys.append((ctx.idempotency_key, ctx.retry_count, hasattr(self, "mark")))
            self.mark = True
            assert ctx.args == Args()
            ctx.args.topic = "coffee"
            return "unreachable"

    run = drive(ContextWorkflow)
    await run.open("context")
    assert isinstance(run.decision, Fire)
    first = await run.fire(run.decision)
    assert isinstance(first, TryAgain) and "frozen" in first.error.message
    second = await run.fire(run.decision, attempt=2)
    assert isinstance(second, Spent)
    assert [key[1:] for key in keys] == [(0, False), (1, False)]
    assert keys[0][0] == keys[1][0]


@pytest.mark.requirement("FAILURE-019")
async def test_a_retry_target_is_visited_before_each_retry(drive: Drivers) -> None:
    @workflow
    class TargetWorkflow(BaseWorkflow[Args, State]):
        @transition(to="prepare")
        def begin(self) -> None: ...

        @transition(from_="prepare", to="ready")
        async def prepare(self, state: State) -> None:
            await self.document_store.save(MarkdownDocument(markdown="prepared"))

        @transition(from_="ready", to="end", retry=Retry(attempts=2, delay=5, target="prepare"))
        async def work(self, ctx: RunContext[Args]) -> int:
            if ctx.retry_count < 2:
                raise RuntimeError("not yet")
            return ctx.retry_count

    run = drive(TargetWorkflow)
    await run.open("target")
    for _ in range(2):
        answer = await run.go()
        assert isinstance(answer, Spent) and isinstance(run.decision, Delay)
        assert (run.row.place, run.row.status, run.row.has_error) == ("prepare", "running", True)
        assert run.row.retry and run.row.retry.max == 3
        run.decision = run.decision.then
    await run.go()
    assert (run.row.result, run.texts) == (2, ["prepared"] * 3)


async def test_a_retry_target_that_waits_for_an_answer_says_so(drive: Drivers) -> None:
    @workflow
    class AskedAgainWorkflow(BaseWorkflow[Args, State]):
        @transition(to="asking")
        def begin(self) -> None: ...

        @transition(from_="asking", to="end", wait=True, retry=Retry(attempts=1, delay=5, target="asking"))
        async def answer(self, payload: str, ctx: RunContext[Args]) -> str:
            if ctx.retry_count < 1:
                raise RuntimeError("say that again")
            return payload

    run = drive(AskedAgainWorkflow)
    await run.open("asked_again")
    await run.go()
    assert isinstance(await run.answer("answer", "first"), Spent)
    assert (run.row.status, [one.transition for one in run.row.awaiting]) == ("waiting", ["answer"])
    await run.answer("answer", "second")
    assert (run.row.status, run.row.result) == ("completed", "second")


@pytest.mark.requirement("ENGINE-032")
async def test_a_loop_without_a_wait_is_stopped_and_says_how_to_allow_more(drive: Drivers) -> None:
    @workflow(max_steps_without_wait=5)
    class LoopWorkflow(BaseWorkflow[Args, State]):
        @transition(to="a")
        def begin(self) -> None: ...

        @transition(from_="a", to="a", guard=lambda state: state.n < 100)  # type: ignore[attr-defined]
        def again(self, state: State) -> None:
            state.n += 1

        @transition(from_="a", to="end", wait=True)
        def stop(self) -> None: ...

    run = drive(LoopWorkflow)
    await run.open("loop")
    chain = 0
    while isinstance(run.decision, Fire):
        chain += 1
        await run.fire(run.decision, chain=chain)
    assert chain == 5 and isinstance(run.decision, Parked)
    assert run.decision.code == "too_many_steps"
    assert "5 automatic steps without a wait, around `start`, `a`" in run.decision.message
    await run.retry()
    assert isinstance(run.decision, Fire), "a retry goes on"


@pytest.mark.requirement("TEMPORAL-003")
async def test_a_large_result_is_stored_and_referred_to(drive: Drivers) -> None:
    @workflow
    class LargeWorkflow(BaseWorkflow[Args]):
        @transition(to="end")
        def work(self) -> str:
            return "x" * 100_000

    run = drive(LargeWorkflow)
    await run.open("large")
    await run.go()
    assert isinstance(run.decision, Finish) and run.decision.result == {"$result": run.run_id}
    assert len(run.row.result) == 100_000


@pytest.mark.requirement("FAILURE-006")
async def test_an_error_shows_no_path_of_the_server(drive: Drivers) -> None:
    @workflow
    class PathWorkflow(BaseWorkflow[Args]):
        @transition(to="end")
        def work(self) -> str:
            raise SystemExit("cannot read /srv/secret/place/file.txt, see https://example.com/a/b/c")

    run = drive(PathWorkflow)
    await run.open("path")
    answer = await run.go()
    assert isinstance(answer, Spent)
    assert answer.error.message == ("`work` raised SystemExit: cannot read …/file.txt, see https://example.com/a/b/c")


async def test_a_local_step_that_comes_back_too_early_waits_for_the_rest_of_its_delay(drive: Drivers) -> None:
    tried: list[int] = []

    @workflow
    class NearbyWorkflow(BaseWorkflow[Args]):
        @transition(to="end", execution="local", retry=Retry(attempts=1, delay=60))
        async def work(self, ctx: RunContext[Args]) -> None:
            tried.append(ctx.retry_count)
            if len(tried) == 1:
                raise RuntimeError("not now")

    run = drive(NearbyWorkflow)
    first = await run.open("nearby")
    assert isinstance(first, Fire) and first.local
    failed = await run.fire(first)
    assert isinstance(failed, TryAgain) and failed.delay == 60
    early = await run.fire(first)
    assert isinstance(early, TryAgain) and 50 < early.delay <= 60
    assert (early.error.message, tried) == ("not now", [0]), "the body was not asked and no try was spent"
    await run.fire(first, attempt=2)
    assert (run.row.status, tried) == ("completed", [0, 1])


@pytest.mark.requirement("FAILURE-023")
async def test_a_body_has_five_minutes_unless_its_author_or_the_process_says_otherwise(drive: Drivers) -> None:
    @workflow
    class TimedWorkflow(BaseWorkflow[Args]):
        @transition(to="a")
        async def usual(self) -> None:
            await asyncio.sleep(0.3)

        @transition(from_="a", to="b", timeout=10)
        async def longer(self) -> None:
            await asyncio.sleep(0.3)

        @transition(from_="b", to="c", timeout=None)
        async def unlimited(self) -> None:
            await asyncio.sleep(0.3)

        @transition(from_="c", to="end", timeout=0)
        async def also_unlimited(self) -> None:
            await asyncio.sleep(0.3)

    asked = StudioApp(name="timed", title="Timed", workflows=[TimedWorkflow])
    limits = [edge.timeout for edge in resolve(asked, environ={}).workflows["timed"].transitions]
    assert limits == [300.0, 10.0, None, None]

    short = resolve(asked, environ={"LOOPSTACK_DEFAULT_TIMEOUT": "0.1"})
    run = Driver(short, drive.store)
    await run.open("timed")
    answer = await run.go()
    assert isinstance(answer, Spent) and answer.error.code == "transition_timeout"
    assert "0.1 s" in answer.error.message

    run = Driver(short, drive.store)
    await run.open("timed")
    run.decision = Fire(transition="longer", place="a")
    run.step = 0
    await run.go()
    assert run.row.status == "completed"
