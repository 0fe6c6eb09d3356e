"""Calling a tool: arguments are checked, the body runs, and an error becomes `ToolError`."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, ParamSpec, cast

from pydantic import BaseModel, ValidationError
from typing_extensions import TypeVar

from loopstack_temporal.definition.shape import Shape, field_errors
from loopstack_temporal.errors import LoopstackError, ToolError
from loopstack_temporal.tools.base import Tool, ToolDefinition, ToolOptions, ToolReply, ToolResult
from loopstack_temporal.tools.handler import Handler, run_body
from loopstack_temporal.tools.interceptors import ToolCall, context_of, intercepted
from loopstack_temporal.tools.limits import attempted

Args = TypeVar("Args", default=dict[str, Any])
Data = TypeVar("Data", default=Any)
P = ParamSpec("P")
R = TypeVar("R")


HANDLER = "__loopstack_handler__"
_HANDLE = "handle"
"""Not declared in the base class: an author's method may leave out any of its parameters."""


class BaseTool(Tool, Generic[Args, Data]):
    """Base of an author's tool: `@tool class SumTool(BaseTool[SumArgs, int])` with a method `handle`.

    `handle(self, args, ctx, options)` may be `async def` or `def`, may leave out any of its parameters, and returns
    `ToolResult(data=…)`. `args` is an instance of `Args`, `ctx` a `ToolContext`, `options` the `ToolOptions`.
    """

    async def call(
        self,
        args: Args | Mapping[str, Any] | None = None,
        /,
        *,
        config: object = None,
        callback: str | Callable[..., Any] | None = None,
        **fields: Any,
    ) -> ToolReply[Data]:
        """Run the tool. `args` (a model or a mapping) and `fields` are the same thing in two spellings.

        `callback` is for a tool that starts a child run: the wait transition of the calling workflow that is told of
        the child's end. The tool finds it in `options.callback`.

        Raises `ToolError` when the arguments do not fit (then `handle` does not run), when the tool reports an error,
        and when it raises.
        """
        definition = self.definition
        checked = validated(definition, definition.args, given(definition, args, fields))
        options = ToolOptions(config=validated_config(definition, config), callback=callback)
        return reply_of(definition, await raw_result(self, checked, options))


class FunctionTool(Tool, Generic[P, R]):
    """A tool made of a plain function. It needs no injection: import it and `await it.call(…)`."""

    def __init__(self, definition: ToolDefinition, function: Callable[P, Any]) -> None:
        self._definition = definition
        self._function = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__

    @property
    def definition(self) -> ToolDefinition:
        """What `@tool` read from the function."""
        return self._definition

    async def call(self, *args: P.args, **fields: P.kwargs) -> ToolReply[R]:
        """Run the function. Raises `ToolError` when the arguments do not fit or the function raises."""
        try:
            bound = inspect.signature(self._function).bind(*args, **fields)
        except TypeError as error:
            raise ToolError(f"The tool `{self._definition.name}` was called wrongly: {error}.") from None
        checked = validated(self._definition, self._definition.args, dict(bound.arguments))
        return reply_of(self._definition, await raw_result(self, checked, ToolOptions()))

    async def perform(self, checked: object) -> ToolResult[R]:
        """Run the function with checked arguments; `raw_result` puts the chain around it."""
        named = {name: getattr(checked, name) for name in type(cast("BaseModel", checked)).model_fields}
        return ToolResult(data=cast("R", await guarded(self._definition, self._function, **named)))


async def raw_result(tool: Tool, args: object, options: ToolOptions) -> ToolResult[Any]:
    """Run a tool with checked arguments through the interceptors: its own result, `error` and `pending` not raised.

    Raises `ToolError` for what the body raises, and for a tool that only author code can call.
    """
    definition = tool.definition
    run = context_of(tool)

    async def body() -> ToolResult[Any]:
        if isinstance(tool, FunctionTool):
            return await cast("FunctionTool[..., Any]", tool).perform(args)
        handler = cast("Handler | None", getattr(type(tool), HANDLER, None))
        if handler is None:
            raise ToolError(
                f"The tool `{definition.name}` cannot be called for a model: either the code of a workflow calls it, or"
                " the model's provider runs it."
            )
        wanted = handler.pick({"args": args, "ctx": run, "options": options})
        return result_of(definition, await guarded(definition, getattr(tool, _HANDLE), **wanted))

    call = ToolCall(definition, args, run, options.config)
    return await intercepted(call, lambda: attempted(definition, body))


def intercepted_call(method: Callable[..., Awaitable[ToolReply[Any]]]) -> Callable[..., Awaitable[ToolReply[Any]]]:
    """A `call` of a tool's own, with the interceptors around it. They see the named arguments as they were given."""

    @functools.wraps(method)
    async def call(self: Tool, *positional: Any, **named: Any) -> ToolReply[Any]:
        async def body() -> ToolResult[Any]:
            try:
                reply = await method(self, *positional, **named)
            except LoopstackError:
                raise
            except Exception as error:
                raise _failed(self.definition, error) from error
            return ToolResult(data=reply.data, type=reply.type, metadata=reply.metadata)

        told = ToolCall(self.definition, named, context_of(self), named.get("config"))
        return reply_of(self.definition, await intercepted(told, body))

    return call


def given(definition: ToolDefinition, args: object, fields: Mapping[str, Any]) -> object:
    """The arguments in whichever of the two spellings they came."""
    if args is not None and fields:
        raise ToolError(
            f"The tool `{definition.name}` got arguments twice: give either one value or named fields, not both."
        )
    return dict(fields) if args is None else args


def validated(
    definition: ToolDefinition, shape: Shape | None, value: object, *, what: str = "arguments", from_json: bool = False
) -> object:
    """The value as an instance of the tool's own type. Raises `ToolError` that names every wrong field."""
    if shape is None:
        return value
    try:
        return shape.from_json(value) if from_json else shape.validate(value)
    except ValidationError as error:
        lines = [f"  {fault}" for fault in field_errors(error)]
        raise ToolError("\n".join([f"The {what} of the tool `{definition.name}` do not fit:", *lines])) from None


async def guarded(definition: ToolDefinition, body: Callable[..., Any], **named: Any) -> object:
    """Run a tool's body; whatever it raises arrives as `ToolError`, except errors that have a meaning of their own."""
    try:
        return await run_body(body, **named)
    except (LoopstackError, asyncio.CancelledError):
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # asyncio would end the whole worker for the last two.
        raise _failed(definition, error) from error


def _failed(definition: ToolDefinition, error: BaseException) -> ToolError:
    return ToolError(f"The tool `{definition.name}` failed: {type(error).__name__}: {error}")


def result_of(definition: ToolDefinition, result: object) -> ToolResult[Any]:
    """What `handle` returned, if it is a result. Raises `ToolError`."""
    if not isinstance(result, ToolResult):
        raise ToolError(
            f"The tool `{definition.name}` returned {type(result).__name__}; `handle` must return `ToolResult(data=…)`."
        )
    return cast("ToolResult[Any]", result)


def reply_of(definition: ToolDefinition, found: ToolResult[Any]) -> ToolReply[Any]:
    """What the caller gets for a tool's result. Raises `ToolError` for an error and for one that comes later."""
    if found.error is not None:
        raise ToolError(found.error)
    if found.pending is not None:
        raise ToolError(
            f"The tool `{definition.name}` answers later (`pending`). Such tools can only be called by a model, in a"
            " loop that waits for them."
        )
    return ToolReply(data=found.data, type=found.type, metadata=found.metadata)


def validated_config(definition: ToolDefinition, config: object) -> object:
    """The configuration as an instance of `config_schema`, with its defaults. Raises `ToolError`."""
    if definition.config is None:
        if config is not None:
            raise ToolError(f"The tool `{definition.name}` takes no `config`: it has no `config_schema`.")
        return None
    return validated(definition, definition.config, {} if config is None else config, what="config")
