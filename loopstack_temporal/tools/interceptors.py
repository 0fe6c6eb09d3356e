"""What stands around every tool call of an app: `@tool_interceptor` classes, and the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar, cast, overload

from loopstack_temporal.errors import LoopstackError, ToolError
from loopstack_temporal.tools.base import Tool, ToolContext, ToolDefinition, ToolResult, ToolSession, run_of

Next: TypeAlias = Callable[[], Awaitable[ToolResult[Any]]]
"""The rest of the chain: the interceptors further in, then the tool."""

DURATION = "duration_ms"
_PRIORITY = "__loopstack_interceptor__"
_LOGGER = logging.getLogger("loopstack.tool")
_C = TypeVar("_C", bound=type[Any])


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call, as interceptors see it."""

    tool: ToolDefinition
    args: Any
    """Validated, with defaults: an instance of the tool's own type."""
    run: ToolContext
    config: Any = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    """Shared along the chain of this call. After `next`, `duration_ms` says how long the tool itself took."""


class ToolInterceptor(Protocol):
    """A class with `@tool_interceptor` above it, listed in the `providers` of an app or module."""

    async def intercept(self, call: ToolCall, next: Next, /) -> ToolResult[Any]:
        """`await next()` runs the rest and gives the tool's own result: `error` and `pending` are not raised yet.

        Whoever does not call `next` skips the tool; what is returned is what the caller gets. What the tool raised
        arrives as an exception.
        """
        ...


@overload
def tool_interceptor(cls: _C, /) -> _C: ...
@overload
def tool_interceptor(*, priority: int = 100) -> Callable[[_C], _C]: ...
def tool_interceptor(cls: Any = None, /, *, priority: int = 100) -> Any:
    """Let a class stand around every tool call of the apps that provide it.

    It has `async def intercept(self, call: ToolCall, next: Next) -> ToolResult`, and asks for services in its
    constructor like any provider. The lower the priority, the further out; equal ones keep the order of `providers`.
    The log of calls has 0.
    """

    def mark(target: Any) -> Any:
        if not callable(getattr(target, "intercept", None)):
            raise TypeError(f"`{target.__name__}` has no method `async def intercept(self, call, next)`")
        setattr(target, _PRIORITY, priority)
        return target

    return mark if cls is None else mark(cls)


def priority_of(cls: type[Any]) -> int | None:
    """The priority of an interceptor class; `None` for any other class."""
    return cast("int | None", getattr(cls, _PRIORITY, None))


@tool_interceptor(priority=0)
class LoggingInterceptor:
    """Logs start, end, failure and duration of every tool call to `loopstack.tool`, without arguments and results."""

    async def intercept(self, call: ToolCall, next: Next, /) -> ToolResult[Any]:
        """See `ToolInterceptor`."""
        facts: Mapping[str, object] = {"tool": call.tool.name, "run_id": call.run.run_id}
        _LOGGER.debug("tool %s begins", call.tool.name, extra=facts)
        began = time.perf_counter()
        try:
            result = await next()
        except BaseException as error:
            _LOGGER.warning("tool %s failed: %s", call.tool.name, type(error).__name__, extra=facts)
            raise
        finally:
            # An interceptor that answered for the tool leaves no duration of its own.
            call.metadata.setdefault(DURATION, _milliseconds_since(began))
        how = "reported an error" if result.error is not None else "ended"
        _LOGGER.debug("tool %s %s after %.1f ms", call.tool.name, how, call.metadata[DURATION], extra=facts)
        return result


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the tool calls of one attempt."""

    interceptors: tuple[ToolInterceptor, ...] = (LoggingInterceptor(),)
    session: ToolSession | None = None
    """The attempt, for tools that are plain functions and belong to none."""


_NOTHING = Surroundings()
_around: ContextVar[Surroundings] = ContextVar("loopstack_interceptors", default=_NOTHING)


def stand_around(interceptors: Sequence[ToolInterceptor], session: ToolSession) -> Token[Surroundings]:
    """Put interceptors around all calls made from here on in this context. Undo it with `step_aside`."""
    everything = (*_NOTHING.interceptors, *interceptors)
    by_priority = sorted(everything, key=lambda one: priority_of(type(one)) or 0)
    return _around.set(Surroundings(tuple(by_priority), session))


def step_aside(token: Token[Surroundings]) -> None:
    """End that."""
    _around.reset(token)


def context_of(tool: Tool) -> ToolContext:
    """The run a tool works for; outside of an attempt its texts are empty. Raises `ContextClosed` after the end."""
    return run_of(tool, _around.get().session)


async def intercepted(call: ToolCall, innermost: Next) -> ToolResult[Any]:
    """Run a call through the chain. Raises `ToolError` for what an interceptor's own code raises."""
    chain = _around.get().interceptors

    async def step(position: int) -> ToolResult[Any]:
        if position == len(chain):
            return await _timed(call, innermost)
        one = chain[position]
        result: Any = await one.intercept(call, partial(step, position + 1))
        if not isinstance(result, ToolResult):
            name = type(one).__name__
            raise ToolError(
                f"The interceptor `{name}` returned {type(result).__name__}; it must return a `ToolResult`."
            )
        return cast("ToolResult[Any]", result)

    try:
        return await step(0)
    except LoopstackError:
        raise
    except Exception as error:
        raise ToolError(f"An interceptor of `{call.tool.name}` failed: {type(error).__name__}: {error}") from error


async def _timed(call: ToolCall, body: Next) -> ToolResult[Any]:
    began = time.perf_counter()
    try:
        return await body()
    finally:
        call.metadata[DURATION] = _milliseconds_since(began)


def _milliseconds_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)
