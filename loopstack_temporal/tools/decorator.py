"""`@tool`: reads a class or a plain function once, whole, and reports all its mistakes together."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypedDict, TypeVar, cast, overload

from typing_extensions import Unpack

from loopstack_temporal.definition.folders import folders_of
from loopstack_temporal.definition.hints import generic_arguments, shape_of, why_unusable
from loopstack_temporal.definition.injection import read_injections
from loopstack_temporal.definition.model import Retry, Source, Widget
from loopstack_temporal.definition.names import check_name, default_name
from loopstack_temporal.definition.options import check_limits
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.shape import Shape
from loopstack_temporal.definition.widgets import Scope, read_widgets
from loopstack_temporal.tools.base import Tool, ToolDefinition, line_of
from loopstack_temporal.tools.call import HANDLER, BaseTool, FunctionTool, intercepted_call
from loopstack_temporal.tools.handler import read_handler, read_parameters

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T", bound=Tool)


class ToolDecorator(Protocol):
    """What `tool(...)` with options gives: it decorates a class or a function."""

    @overload
    def __call__(self, target: type[T], /) -> type[T]: ...  # type: ignore[overload-overlap] # pyright: ignore[reportOverlappingOverload]
    @overload
    def __call__(self, target: Callable[P, Awaitable[R]], /) -> FunctionTool[P, R]: ...
    @overload
    def __call__(self, target: Callable[P, R], /) -> FunctionTool[P, R]: ...


class ToolSettings(TypedDict, total=False):
    """The options of `tool`."""

    name: str | None
    description: str | None
    schema: object
    config_schema: object
    widget: object
    retry: int | Retry | None
    timeout: float | timedelta | None
    needs_approval: bool
    repeatable: bool


@dataclass(frozen=True, slots=True)
class _Options:
    name: str | None = None
    description: str | None = None
    schema: object = None
    config_schema: object = None
    widget: object = None
    retry: object = None
    timeout: object = None
    needs_approval: bool = False
    repeatable: bool = True


@overload
def tool(target: type[T], /) -> type[T]: ...  # type: ignore[overload-overlap] # pyright: ignore[reportOverlappingOverload]
@overload
def tool(target: Callable[P, Awaitable[R]], /) -> FunctionTool[P, R]: ...
@overload
def tool(target: Callable[P, R], /) -> FunctionTool[P, R]: ...
@overload
def tool(**settings: Unpack[ToolSettings]) -> ToolDecorator: ...
def tool(target: Any = None, /, **settings: Any) -> Any:
    """Make a tool of a `BaseTool` class or of a plain typed function (`def` or `async def`).

    `name` defaults to the class name without `Tool` in snake_case, or to the function's name; `description` to the
    docstring; `schema` to the first type parameter of `BaseTool`, or to the function's parameters. `config_schema` is
    the type of `call(config=…)`.

    `retry` (a number or `Retry(...)`) tries the body again when it raises; `timeout` (seconds or `timedelta`) is what
    each try may take. A call of a tool with `needs_approval=True` that a model chose waits for a person's approval; a
    direct call by author code is the author's decision. With `repeatable=False` a call of a model of which nobody
    knows whether it happened, because a worker died in it, parks the run instead of being made again. `widget` is how
    the studio draws the calls. Raises `DefinitionError` with every mistake of the tool.
    """
    unknown = settings.keys() - ToolSettings.__annotations__.keys()
    if unknown:
        raise TypeError(f"`tool` has no option {', '.join(f'`{name}`' for name in sorted(unknown))}")
    options = _Options(**settings)

    def decorate(subject: Any) -> Any:
        if isinstance(subject, type):
            return _tool_class(cast("type[Any]", subject), options)
        return _tool_function(subject, options)

    return decorate if target is None else decorate(target)


def _tool_class(cls: type[Any], options: _Options) -> type[Any]:
    source = line_of(cls)
    problems = Problems()
    name = options.name or default_name(cls.__name__, "Tool")
    _check(name, options, source, problems)
    if Tool not in cls.__mro__:
        problems.add(source, "tool_base", f"`{cls.__name__}` does not derive from `BaseTool`")
        problems.raise_for(f"Tool `{cls.__name__}`")
    args: Shape | None = None
    root: type[Any] = BaseTool if BaseTool in cls.__mro__ else Tool
    if root is BaseTool:
        setattr(cls, HANDLER, read_handler(cls, source, problems))
        args = shape_of(generic_arguments(cls, BaseTool)[0])
    elif "call" in vars(cls):
        setattr(cls, "call", intercepted_call(vars(cls)["call"]))  # noqa: B010 - not declared in the base
    args = _shape("schema", options.schema, source, problems) or args
    limits = check_limits(f"tool `{name}`", options.retry, options.timeout, source, problems)
    definition = ToolDefinition(
        name=name,
        description=options.description or inspect.cleandoc(cls.__doc__ or ""),
        target=cls,
        source=source,
        args=args,
        config=_shape("config_schema", options.config_schema, source, problems),
        injections=read_injections(cls, root, source, {}, problems),
        retry=limits.retry,
        timeout=limits.timeout,
        needs_approval=options.needs_approval,
        repeatable=options.repeatable,
        widgets=_widgets(options, args, folders_of(cls), source, problems),
    )
    problems.raise_for(f"Tool `{cls.__name__}`")
    cls.__loopstack_tool__ = definition
    return cls


def _tool_function(function: Callable[..., Any], options: _Options) -> FunctionTool[..., Any]:
    source = line_of(function)
    problems = Problems()
    name = options.name or function.__name__
    _check(name, options, source, problems)
    if options.schema is not None or options.config_schema is not None:
        problems.add(
            source, "tool_schema", "a function's parameters are its schema: leave out `schema` and `config_schema`"
        )
    args = read_parameters(function, source, problems)
    limits = check_limits(f"tool `{name}`", options.retry, options.timeout, source, problems)
    definition = ToolDefinition(
        name=name,
        description=options.description or inspect.cleandoc(function.__doc__ or ""),
        target=function,
        source=source,
        args=args,
        config=None,
        retry=limits.retry,
        timeout=limits.timeout,
        needs_approval=options.needs_approval,
        repeatable=options.repeatable,
        widgets=_widgets(options, args, (Path(source.file).resolve().parent,), source, problems),
    )
    problems.raise_for(f"Tool `{function.__name__}`")
    return FunctionTool(definition, function)


def _check(name: str, options: _Options, source: Source, problems: Problems) -> None:
    check_name(name, "tool", source, problems)
    for option in ("needs_approval", "repeatable"):
        value: object = getattr(options, option)
        if not isinstance(value, bool):
            problems.add(source, "bad_option", f"`{option}` of a tool must be True or False, got {value!r}")


def _widgets(
    options: _Options, args: Shape | None, folders: Sequence[Path], source: Source, problems: Problems
) -> tuple[Widget, ...]:
    # What a tool's widget draws is a call: its fields are the arguments.
    scope = Scope("document", schema=args.json_schema if args else None)
    return read_widgets(options.widget, scope, source, folders, problems).widgets


def _shape(option: str, hint: object, source: Source, problems: Problems) -> Shape | None:
    shape = None if hint is None else shape_of(hint)
    if shape is not None and (why := why_unusable(shape)):
        problems.add(source, "tool_schema", f"`{option}` cannot be used: {why}")
    return shape
