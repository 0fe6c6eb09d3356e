"""What every tool object is: a checked definition, and the attempt it works for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, Protocol, cast

from typing_extensions import TypeVar

from loopstack_temporal.definition.context import RunContext, RunRef, TransitionInput
from loopstack_temporal.definition.document import DocumentStore
from loopstack_temporal.definition.model import Injection, Retry, Source, Widget
from loopstack_temporal.definition.session import Session, session_of
from loopstack_temporal.definition.shape import Shape
from loopstack_temporal.errors import ContextClosed, DefinitionError, Problem

Content = Literal["text", "image", "file"]
Data = TypeVar("Data", default=Any)


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """One tool, whole and checked."""

    name: str
    description: str
    target: object
    """The class or function the author wrote."""
    source: Source
    args: Shape | None
    """`None`: a plain dict is passed on unchanged."""
    config: Shape | None
    injections: tuple[Injection, ...] = ()
    retry: Retry = field(default_factory=Retry)
    """Further tries when the body raises."""
    timeout: float | None = None
    """Seconds each try may take; `None`: as long as the transition."""
    needs_approval: bool = False
    """A call chosen by a model waits until a person has approved it."""
    repeatable: bool = True
    """`False`: a call of which nobody knows whether it happened is not made again by itself."""
    widgets: tuple[Widget, ...] = ()
    """How the studio draws the calls; none: name, arguments and result."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """The run a tool works for. It has no place: a tool does not know where in the workflow it is called."""

    run_id: str
    user_id: str
    workspace_id: str
    args: Any


@dataclass(frozen=True, slots=True)
class ToolOptions:
    """What one call adds to the arguments."""

    config: Any = None
    """The validated configuration, with the defaults of `config_schema`; without a schema what the caller gave."""
    callback: str | Callable[..., Any] | None = None
    """The caller's wait transition that the tool hands on when it starts a child: `run(args, callback=…)`."""
    offered: tuple[str, ...] = ()
    """Of a call chosen by a model: the tools that this model may call. Give a sub-agent at most these."""


# No slots: typing cannot tell a frozen, slotted object its type arguments, so `ToolResult[int](…)` would raise.
@dataclass(frozen=True)
class ToolResult(Generic[Data]):
    """What `handle` returns. With `error` the call fails with that text."""

    data: Data | None = None
    type: Content = "text"
    error: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    pending: RunRef[Any] | None = None
    """The run that will produce the result; only for calls chosen by a model."""


@dataclass(frozen=True)
class ToolReply(Generic[Data]):
    """What the caller of a tool gets."""

    data: Data
    type: Content = "text"
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])


class ToolSession(Session, Protocol):
    """The attempt behind a tool. `definition.session.attach(tool, session)` sets it."""

    @property
    def context(self) -> RunContext[Any]:
        """The run, as the transition sees it."""
        ...


class Tool:
    """Base of all tools. Authors derive from `BaseTool`, which adds `call`."""

    __loopstack_tool__: ClassVar[ToolDefinition]

    @property
    def definition(self) -> ToolDefinition:
        """What `@tool` read from the class."""
        return type(self).__loopstack_tool__

    @property
    def document_store(self) -> DocumentStore:
        """The documents of the run that calls this tool. Raises `ContextClosed` outside a transition."""
        return session_of(self, "document_store").documents

    async def complete(self, result: TransitionInput[Any]) -> ToolResult[Any]:
        """What a model is told when the run has ended that `pending` named; by default the run's result.

        Called only for a run that was completed: a failed or canceled one is an error result without it.
        """
        return ToolResult(data=result.value)


def run_of(tool: Tool, otherwise: ToolSession | None) -> ToolContext:
    """The run of the attempt a tool works for, else of another one; without both its texts are empty."""
    try:
        session = cast("ToolSession", session_of(tool, "call"))
    except ContextClosed:
        if otherwise is None:
            return ToolContext("", "", "", None)
        session = otherwise
    run = session.context
    return ToolContext(run.run_id, run.user_id, run.workspace_id, run.args)


def find_tool(target: object) -> ToolDefinition | None:
    """The definition of a tool class or tool object; `None` if `@tool` was not applied to that very class."""
    if isinstance(target, Tool):
        return target.definition
    if isinstance(target, type):
        return vars(target).get("__loopstack_tool__")
    return None


def tool_of(target: object) -> ToolDefinition:
    """Like `find_tool`. Raises `DefinitionError` that says what to write."""
    found = find_tool(target)
    if found is None:
        source = line_of(target)
        name = getattr(target, "__name__", repr(target))
        problem = Problem(source.file, source.line, f"`{name}` is no tool: put `@tool` above it", "tool_undecorated")
        raise DefinitionError(f"Tool `{name}`", [problem])
    return found


def line_of(target: object) -> Source:
    """Where a class or function stands; line 1 of its module if its source is not at hand."""
    wanted: Any = inspect.unwrap(target) if callable(target) else type(target)
    try:
        return Source(inspect.getsourcefile(wanted) or "unknown", inspect.getsourcelines(wanted)[1])
    except (OSError, TypeError):
        return Source(getattr(wanted, "__module__", "unknown"), 1)
