"""A run comes to a place: its guards are asked and the next decision is made."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.model import DelayDefinition, GuardDefinition, Inquiry, WorkflowDefinition
from loopstack_temporal.errors import ErrorInfo, GuardError
from loopstack_temporal.execution.faults import describe
from loopstack_temporal.execution.threads import Threads
from loopstack_temporal.machine.decide import Arrival, Stay, decide, questions
from loopstack_temporal.machine.decisions import Await, Decision, Finish, Fire, Parked, RunStatus
from loopstack_temporal.store.records import Awaiting

DEFAULT_MAX_STEPS = 10_000
GUARD_LIMIT = 30.0
"""Seconds that all questions of one arrival get together: guards decide, they do not work."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """What guards may look at: the workflow object, a fresh copy of the state for each, the context."""

    workflow: object
    state: Callable[[], Any]
    context: RunContext[Any] | None
    """`None`: it could not be made, because the code no longer takes the arguments of the run."""
    threads: Threads
    """Where plain functions are asked: on the loop, one that blocks would stop every run of the worker."""


@dataclass(frozen=True, slots=True)
class Next:
    """The decision at a place, and how the run stands there."""

    decision: Decision
    status: RunStatus
    awaiting: tuple[Awaiting, ...] = ()
    error: ErrorInfo | None = None
    foreseen: bool = False
    """The step failed, and its author said that this is how the run goes on: nothing is wrong with it."""

    @property
    def parked(self) -> bool:
        """Failed and open."""
        return isinstance(self.decision, Parked)


async def arrive(
    definition: WorkflowDefinition,
    place: str,
    visitor: Visitor,
    *,
    now: float,
    chain: int,
    path: tuple[str, ...] = (),
    stay: Stay | None = None,
) -> Next:
    """Ask the guards of `place` (not the end) and decide. An author's guard that fails parks the run there."""
    until = asyncio.get_running_loop().time() + GUARD_LIMIT
    try:
        answers = await _ask_all(definition, place, visitor, until)
        arrival = Arrival(definition, place, now, answers, stay)
        decision = decide(arrival)
        if isinstance(decision, Await) and (delays := await _delays(arrival, visitor, until)):
            decision = decide(replace(arrival, delays=delays))
    except GuardError as error:
        fault = describe(error)
        return Next(Parked(place=place, code=fault.code, message=fault.message), "failed", error=fault)
    if isinstance(decision, Fire) and chain >= _limit(definition):
        return _runaway(definition, place, path)
    if isinstance(decision, Await):
        return Next(decision, "waiting", awaiting_of(decision, now))
    assert decision is not None, "the end is no place to arrive at"
    return Next(decision, "running")


async def ask(guard: GuardDefinition, visitor: Visitor, until: float | None = None) -> bool:
    """One guard's answer, until this time of the loop.

    Raises `GuardError` when it raises, takes too long or does not say true or false.
    """
    answer = await _asked(guard, visitor, "guard", until or asyncio.get_running_loop().time() + GUARD_LIMIT)
    if not isinstance(answer, bool):
        raise GuardError(f"guard `{guard.name}` returned {type(answer).__name__}; a guard returns True or False")
    return answer


def awaiting_of(stay: Await, now: float) -> tuple[Awaiting, ...]:
    """What the run row says of a stay. An answer is due before the first deadline that leaves the place."""
    since = datetime.fromtimestamp(now, UTC)
    leaving = min((timer.due for timer in stay.timers if timer.fire.to != stay.place), default=None)
    due = None if leaving is None else datetime.fromtimestamp(leaving, UTC)
    waits = tuple(Awaiting(fire.transition, "person" if fire.asks else "signal", since, due) for fire in stay.waits)
    timers = tuple(
        Awaiting(timer.fire.transition, "timer", since, datetime.fromtimestamp(timer.due, UTC)) for timer in stay.timers
    )
    return waits + timers


def standing(decision: Decision, now: float) -> Next:
    """How a run stands that follows a decision made earlier."""
    match decision:
        case Await():
            return Next(decision, "waiting", awaiting_of(decision, now))
        case Parked():
            return Next(decision, "failed", error=ErrorInfo(decision.code, "", decision.message))
        case Finish():
            return Next(decision, decision.status)
        case _:
            return Next(decision, "running")


def canceled(place: str) -> Finish:
    """The end of a run that somebody canceled."""
    return Finish(status="canceled", place=place, code="canceled", message="The run was canceled.")


async def _ask_all(definition: WorkflowDefinition, place: str, visitor: Visitor, until: float) -> dict[int, bool]:
    answers: dict[int, bool] = {}
    for transition in questions(definition, place):
        assert transition.guard is not None
        answers[transition.order] = await ask(transition.guard, visitor, until)
        if answers[transition.order] and transition.automatic:
            break
    return answers


async def _delays(arrival: Arrival, visitor: Visitor, until: float) -> dict[int, float]:
    """What the functions say that are asked how long this stay may last."""
    found: dict[int, float] = {}
    for transition in arrival.definition.leaving(arrival.place):
        if not isinstance(transition.after, DelayDefinition) or not arrival.begins(transition):
            continue
        said = await _asked(transition.after, visitor, "`after`", until)
        if said is None:
            continue
        seconds = said.total_seconds() if isinstance(said, timedelta) else said
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < inf:
            wanted = "a `timedelta` or seconds above 0, or None for no deadline"
            raise GuardError(
                f"`after` `{transition.after.name}` of `{transition.name}` gave {said!r}; it gives {wanted}"
            )
        found[transition.order] = float(seconds)
    return found


async def _asked(inquiry: Inquiry, visitor: Visitor, what: str, until: float) -> Any:
    """What a function of the author's says. Raises `GuardError` when it raises or takes too long."""
    arguments: list[Any] = []
    try:
        if inquiry.takes_self:
            arguments.append(visitor.workflow)
        if inquiry.takes_state:
            arguments.append(visitor.state())
        if inquiry.takes_ctx:
            arguments.append(visitor.context)
        return await _answer(inquiry, arguments, visitor.threads, until)
    except GuardError:
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        raise GuardError(f"{what} `{inquiry.name}` raised {type(error).__name__}: {error}") from error


async def _answer(guard: Inquiry, arguments: list[Any], threads: Threads, until: float) -> Any:
    limit = asyncio.timeout_at(until)
    try:
        async with limit:
            if inspect.iscoroutinefunction(guard.function):
                return await guard.function(*arguments)
            answer = await threads.run(guard.function, *arguments)
            return await answer if inspect.isawaitable(answer) else answer
    except TimeoutError as error:
        if limit.expired():  # Else the guard raised it by itself.
            text = (
                f"`{guard.name}` did not answer within {GUARD_LIMIT:g} s, which is what all guards of a place get "
                "together; a guard decides, transitions work"
            )
            raise GuardError(text) from error
        raise


def _limit(definition: WorkflowDefinition) -> int:
    return definition.max_steps_without_wait or DEFAULT_MAX_STEPS


def _runaway(definition: WorkflowDefinition, place: str, path: tuple[str, ...]) -> Next:
    loop = ", ".join(f"`{stop}`" for stop in dict.fromkeys((*path, place)))
    fault = ErrorInfo(
        "too_many_steps",
        "RunawayLoop",
        f"{_limit(definition):,} automatic steps without a wait, around {loop}. If that is meant, raise "
        "`max_steps_without_wait` of the workflow; a retry goes on for as many again.",
    )
    return Next(Parked(place=place, code=fault.code, message=fault.message), "failed", error=fault)
