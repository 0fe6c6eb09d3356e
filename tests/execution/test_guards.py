"""Guards that block, overrun or break."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, transition, workflow
from loopstack_temporal.execution import arrival, threads
from loopstack_temporal.execution.threads import Leaks, Threads
from loopstack_temporal.machine.decisions import Parked
from tests.execution.conftest import Driver, Drivers
from tests.support.stack import eventually

LIMIT = 0.2


class State(BaseModel):
    n: int = 0


def guarded(drive: Drivers, guard: Callable[..., Any]) -> Driver:
    """A run whose only way from `start` has this guard."""

    @workflow
    class GuardedWorkflow(BaseWorkflow[Any, State]):
        @transition(to="end", guard=guard)
        def work(self) -> None: ...

    return drive(GuardedWorkflow)


async def test_a_plain_guard_that_blocks_leaves_the_loop_to_others(drive: Drivers) -> None:
    begun, go = threading.Event(), threading.Event()

    def waits(state: State) -> bool:
        begun.set()
        return go.wait(5)

    run = guarded(drive, waits)
    opening = asyncio.ensure_future(run.open("guarded"))
    # Only a loop that is free gets to the last line while the guard waits for it.
    await eventually(begun.is_set, what="the guard")
    go.set()
    await opening
    await run.go()
    assert run.row.status == "completed"


async def test_a_guard_over_its_limit_parks_the_run_and_says_so(
    drive: Drivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrival, "GUARD_LIMIT", LIMIT)

    def loops(state: State) -> bool:
        while True:
            time.sleep(0.01)

    async def hangs(state: State) -> bool:
        await asyncio.sleep(60)
        return True

    def hangs_indirectly(state: State) -> Awaitable[bool]:
        return hangs(state)

    guards: tuple[Callable[..., Any], ...] = (loops, hangs, hangs_indirectly)
    for guard in guards:
        run = guarded(drive, guard)
        decision = await run.open("guarded")
        assert isinstance(decision, Parked) and decision.code == "guard_failed"
        assert f"did not answer within {LIMIT:g} s" in decision.message
        assert run.row.status == "failed" and run.row.can_retry
        assert run.executor.workplace.leaks.count == 0


async def test_a_guard_that_no_interrupt_reaches_is_left_behind_and_counted(
    drive: Drivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrival, "GUARD_LIMIT", LIMIT)
    monkeypatch.setattr(threads, "GRACE", 0.1)
    go = threading.Event()

    def stuck(state: State) -> bool:
        return go.wait(20)

    run = guarded(drive, stuck)
    assert isinstance(await run.open("guarded"), Parked)
    assert run.executor.workplace.leaks.count == 1
    go.set()


async def test_guards_of_a_place_share_their_limit(drive: Drivers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival, "GUARD_LIMIT", LIMIT)
    asked: list[str] = []

    async def slow(state: State) -> bool:
        asked.append("slow")
        await asyncio.sleep(LIMIT * 0.6)
        return False

    @workflow
    class SlowWorkflow(BaseWorkflow[Any, State]):
        @transition(to="end", guard=slow)
        def first(self) -> None: ...

        @transition(to="end", guard=slow)
        def second(self) -> None: ...

        @transition(to="end", guard=slow)
        def third(self) -> None: ...

    decision = await drive(SlowWorkflow).open("slow")
    assert isinstance(decision, Parked) and "all guards of a place get together" in decision.message
    assert 0 < len(asked) < 3


async def test_a_timeout_that_a_guard_raises_is_its_own(drive: Drivers) -> None:
    def late(state: State) -> bool:
        raise TimeoutError("the other side is slow")

    decision = await guarded(drive, late).open("guarded")
    assert isinstance(decision, Parked)
    assert decision.message == "guard `late` raised TimeoutError: the other side is slow"


async def test_a_guard_that_wants_to_leave_the_process_only_parks_its_run(drive: Drivers) -> None:
    def leave(state: State) -> bool:
        raise SystemExit(3)

    decision = await guarded(drive, leave).open("guarded")
    assert isinstance(decision, Parked) and "SystemExit" in decision.message


async def test_threads_are_used_again_and_keep_calls_apart() -> None:
    name: contextvars.ContextVar[str] = contextvars.ContextVar("name", default="nobody")
    pool = Threads(Leaks())

    def whoami() -> tuple[str, int]:
        found = name.get()
        name.set("somebody else")
        return found, threading.get_ident()

    first = await pool.run(whoami)
    name.set("ann")
    second = await pool.run(whoami)
    assert (first[0], second[0]) == ("nobody", "ann")
    assert first[1] == second[1]
    together = await asyncio.gather(*(pool.run(threading.get_ident) for _ in range(2)))
    assert len(set(together)) <= 2


async def test_an_interrupted_thread_gets_no_other_call() -> None:
    pool = Threads(Leaks())
    begun = threading.Event()

    def loops() -> None:
        begun.set()
        while True:
            time.sleep(0.01)

    call = asyncio.ensure_future(pool.run(loops))
    assert await asyncio.to_thread(begun.wait, 10)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await asyncio.gather(*(pool.run(abs, n) for n in range(20))) == list(range(20))
