"""How a tool's body is called: which parameters it takes, and on which thread it runs."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from loopstack_temporal.definition.hints import UnresolvedHint, resolve
from loopstack_temporal.definition.model import Source
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.shape import Shape

_HANDED = ("args", "ctx", "options")


@dataclass(frozen=True, slots=True)
class Handler:
    """The `handle` method of a tool class, and which of `args`, `ctx` and `options` it wants."""

    takes: tuple[str, ...]

    def pick(self, given: Mapping[str, object]) -> dict[str, object]:
        """Only what the method asks for."""
        return {name: given[name] for name in self.takes}


def read_handler(cls: type, source: Source, problems: Problems) -> Handler:
    """The handler of a tool class; a missing or unusable one is recorded as a problem."""
    method = getattr(cls, "handle", None)
    if not inspect.isfunction(method):
        problems.add(
            source, "tool_no_handle", f"`{cls.__name__}` has no method `async def handle(self, args, ctx, options)`"
        )
        return Handler(())
    parameters = list(inspect.signature(method).parameters.values())[1:]
    line = Source(method.__code__.co_filename, method.__code__.co_firstlineno)
    takes: list[str] = []
    for parameter in parameters:
        if parameter.name in _HANDED and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            takes.append(parameter.name)
        elif parameter.default is parameter.empty:
            problems.add(
                line,
                "tool_parameter",
                f"`handle` takes `args`, `ctx` and `options`, not {parameter.name!r}; ask for services and tools as"
                " annotated attributes of the class",
            )
    return Handler(tuple(takes))


def read_parameters(function: Callable[..., Any], source: Source, problems: Problems) -> Shape | None:
    """The parameters of a plain function as a model; every unusable one is recorded as a problem."""
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            problems.add(
                source, "tool_parameter", f"a tool cannot take `{_as_written(parameter)}`: name every parameter"
            )
        elif parameter.annotation is parameter.empty:
            problems.add(source, "tool_parameter", f"parameter {parameter.name!r} of a tool needs a type")
        else:
            default = ... if parameter.default is parameter.empty else parameter.default
            try:
                fields[parameter.name] = (resolve(parameter.annotation, _names(function), {}), default)
            except UnresolvedHint as error:
                problems.add(source, "tool_parameter", f"the type of parameter {parameter.name!r} is unknown: {error}")
    if problems.found:
        return None
    model: type[BaseModel] = create_model(function.__name__, __config__=ConfigDict(extra="forbid"), **fields)
    return Shape(model)


def _as_written(parameter: inspect.Parameter) -> str:
    return str(parameter.replace(annotation=parameter.empty))


def _names(function: Callable[..., Any]) -> dict[str, object]:
    return getattr(inspect.unwrap(function), "__globals__", {})


RunInThread = Callable[..., Awaitable[Any]]
_in_thread: ContextVar[RunInThread] = ContextVar("loopstack_threads", default=asyncio.to_thread)


def use_threads(run: RunInThread) -> None:
    """Let plain functions called from here on in this context run by `run(function, *args, **named)`."""
    _in_thread.set(run)


async def run_body(body: Callable[..., Any], *positional: Any, **named: Any) -> Any:
    """Await an `async def`; run a `def` in a thread so that it cannot hold up other runs."""
    if inspect.iscoroutinefunction(body):
        return await body(*positional, **named)
    result = await _in_thread.get()(body, *positional, **named)
    return await result if inspect.isawaitable(result) else result
