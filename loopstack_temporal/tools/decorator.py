"""`@tool`: reads a class or a plain function once, whole, and reports all its mistakes together."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypedDict, TypeVar, cast, overload

from typing_extensions import Unpack

from loopstack_temporal.definition.hints import generic_arguments, shape_of, why_unusable
from loopstack_temporal.definition.injection import read_injections
from loopstack_temporal.definition.model import Source
from loopstack_temporal.definition.names import check_name, default_name
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.shape import Shape
from loopstack_temporal.tools.base import Tool, ToolDefinition, line_of
from loopstack_temporal.tools.call import HANDLER, BaseTool, FunctionTool
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
    retry: object
    timeout: object
    needs_approval: object


_NOT_YET = ("widget", "retry", "timeout", "needs_approval")


@dataclass(frozen=True, slots=True)
class _Options:
    name: str | None
    description: str | None
    schema: object
    config_schema: object
    not_yet: Mapping[str, object]


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
    the type of `call(config=…)`. `widget`, `retry`, `timeout` and `needs_approval` are not implemented yet: giving one
    is a definition error, so that nobody relies on it. Raises `DefinitionError` with every mistake of the tool.
    """
    unknown = settings.keys() - ToolSettings.__annotations__.keys()
    if unknown:
        raise TypeError(f"`tool` has no option {', '.join(f'`{name}`' for name in sorted(unknown))}")
    plain = {name: settings.get(name) for name in ("name", "description", "schema", "config_schema")}
    options = _Options(**plain, not_yet={name: settings.get(name) for name in _NOT_YET})

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
    definition = ToolDefinition(
        name=name,
        description=options.description or inspect.cleandoc(cls.__doc__ or ""),
        target=cls,
        source=source,
        args=_shape("schema", options.schema, source, problems) or args,
        config=_shape("config_schema", options.config_schema, source, problems),
        injections=read_injections(cls, root, source, {}, problems),
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
    definition = ToolDefinition(
        name=name,
        description=options.description or inspect.cleandoc(function.__doc__ or ""),
        target=function,
        source=source,
        args=read_parameters(function, source, problems),
        config=None,
    )
    problems.raise_for(f"Tool `{function.__name__}`")
    return FunctionTool(definition, function)


def _check(name: str, options: _Options, source: Source, problems: Problems) -> None:
    check_name(name, "tool", source, problems)
    for option, value in options.not_yet.items():
        # Accepting an option and ignoring it would be worse than refusing it.
        if value is not None and value is not False:
            problems.add(source, "not_yet", f"`{option}=` of a tool is not supported yet; leave it out")


def _shape(option: str, hint: object, source: Source, problems: Problems) -> Shape | None:
    shape = None if hint is None else shape_of(hint)
    if shape is not None and (why := why_unusable(shape)):
        problems.add(source, "tool_schema", f"`{option}` cannot be used: {why}")
    return shape
