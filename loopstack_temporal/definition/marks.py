"""The decorators put on methods. They only mark; `@workflow` reads the marks of the whole class at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Final, Literal, Never, TypeAlias, TypeVar

from loopstack_temporal.definition.model import START, Backoff, Execution, Retry, Source
from loopstack_temporal.definition.problems import calling_source

MARKS: Final = "__loopstack_marks__"
PENDING: Final = "__loopstack_pending__"
"""On a decorator that has not met its method. Found in a class, it was written without parentheses."""


class Unset(Enum):
    """Type of `UNSET`, which tells "not given" from `None`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET

Answer: TypeAlias = bool | Awaitable[bool]
Guard: TypeAlias = str | Callable[[Any], Answer] | Callable[[Any, Any], Answer] | Callable[[Any, Any, Any], Answer]
"""A method (by reference or name) or a function of `state`, `(self, state)`, each optionally with `ctx` after it."""

Seconds: TypeAlias = float | timedelta
"""A number of seconds, or a `timedelta`."""

Delay: TypeAlias = Seconds | Awaitable[Seconds | None] | None
After: TypeAlias = Seconds | Callable[[Any], Delay] | Callable[[Any, Any], Delay] | Callable[[Any, Any, Any], Delay]
"""A length of time, or a method or function that says it, with the parameters a guard may have."""

_M = TypeVar("_M", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class TransitionMark:
    """One `@transition(...)` exactly as written; nothing is checked yet."""

    source: Source
    to: object
    from_: object
    options: Mapping[str, object]
    """Every other option that was given."""
    unknown: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class GuardMark:
    """One `@guard(...)`."""

    source: Source
    guard: object


@dataclass(frozen=True, slots=True)
class CancelMark:
    """One `@on_cancel`."""

    source: Source


Mark: TypeAlias = TransitionMark | GuardMark | CancelMark


def transition(  # noqa: PLR0913 — every option is part of the product's surface
    to: str = "",
    from_: str = START,
    *,
    title: str | None = None,
    wait: bool = False,
    priority: int | None = None,
    guard: Guard | None = None,
    schema: object = UNSET,
    retry: int | Retry | None = None,
    timeout: Seconds | Literal[Unset.UNSET] | None = UNSET,
    after: After | None = None,
    pool: str | None = None,
    error_place: str | None = None,
    retry_attempts: int | None = None,
    retry_delay: Seconds | None = None,
    retry_backoff: Backoff | None = None,
    retry_max_delay: Seconds | None = None,
    retry_target: str | None = None,
    execution: Execution | None = None,
    asks: bool = True,
    early: bool = False,
    stopped_to: str | None = None,
    **unknown: Never,
) -> Callable[[_M], _M]:
    """Make a method the body of an edge from place `from_` to place `to`. Stackable: one edge per decorator.

    Args:
        to: Place the run stands at afterwards; `"end"` completes it.
        from_: Place the transition leaves.
        title: What people read in sentences, on buttons and in the graph. Default: the method's name in words
            (`send_reminder` → "Send reminder"). Stacked decorators share one: say it once.
        wait: Fire only when triggered by a person, a program or a finished child.
        priority: Higher fires first among automatic transitions; none comes last, then declaration order decides.
        guard: Condition; see `guard`.
        schema: Type of the payload of a wait transition, or of the arguments on an initial one.
        retry: Number of further tries after an exception, or `Retry(...)`. Default none.
        timeout: Seconds or `timedelta` the body may take; `0` or `None` for no limit. Default 5 minutes, for
            `execution="local"` 10 s (at most 30 s).
        after: Fire when the run has stayed at `from_` this long (seconds or `timedelta`). A method or function, with
            the parameters of a guard, is asked on arrival; `None` means not in this stay. Every arrival at the place
            starts the clock again; only for a transition that fired by its own `after` and came back, such as a
            reminder, the stay goes on, and the other deadlines of the place stand.
        pool: Worker pool that runs the body.
        error_place: Place to go to when all tries are spent; without one the run parks.
        retry_attempts: Same as `Retry(attempts=)`.
        retry_delay: Same as `Retry(delay=)`.
        retry_backoff: Same as `Retry(backoff=)`.
        retry_max_delay: Same as `Retry(max_delay=)`.
        retry_target: Same as `Retry(target=)`.
        execution: `"activity"` (default) or `"local"` for short steps without a pool.
        asks: For a wait transition: it is a question to people. `False` for what a webhook triggers, or for a way out
            that stands open beside the question: it can be triggered, and no inbox lists it.
        early: For a wait transition: an answer that is there already when the run comes to `from_` goes before the
            automatic transitions of the place. Nobody waits for it there: without an answer the run goes on.
        stopped_to: Place to go to when a person stops the body (`loopstack.stop`); nothing of it is kept. Without it,
            the run goes to the error place or parks.

    Mistakes are reported by `@workflow`, all together, as `DefinitionError`.
    """
    given: dict[str, object] = {
        "title": title,
        "priority": priority,
        "guard": guard,
        "retry": retry,
        "after": after,
        "pool": pool,
        "error_place": error_place,
        "retry_attempts": retry_attempts,
        "retry_delay": retry_delay,
        "retry_backoff": retry_backoff,
        "retry_max_delay": retry_max_delay,
        "retry_target": retry_target,
        "execution": execution,
        "stopped_to": stopped_to,
    }
    options = {name: value for name, value in given.items() if value is not None}
    options["wait"] = wait
    options["asks"] = asks
    options["early"] = early
    options |= {name: value for name, value in (("schema", schema), ("timeout", timeout)) if value is not UNSET}
    return _marking(TransitionMark(calling_source(1), to, from_, options, dict(unknown)))


def guard(condition: Guard) -> Callable[[_M], _M]:
    """Let the transitions above this decorator fire only when `condition` is true.

    `condition` is a method (by reference or by name) or a function, of `state` or of `(self, state)`, optionally with
    `ctx` as last parameter; plain or `async`. It must return a `bool`.
    """
    return _marking(GuardMark(calling_source(1), condition))


def on_cancel(method: _M) -> _M:
    """Run this method (30 s, no retries) when the run is canceled; it may save documents."""
    return _marking(CancelMark(calling_source(1)))(method)


def marks_of(member: object) -> tuple[Mark, ...]:
    """The marks on a class member, top to bottom as written."""
    return getattr(member, MARKS, ())


def pending_mark(member: object) -> Mark | None:
    """The mark of a decorator that stands in a class in place of its method."""
    return getattr(member, PENDING, None)


def _marking(mark: Mark) -> Callable[[_M], _M]:
    def put(method: _M) -> _M:
        # Decorators apply bottom-up; putting each in front keeps the order in which they are written.
        setattr(method, MARKS, (mark, *marks_of(method)))
        return method

    setattr(put, PENDING, mark)
    return put
