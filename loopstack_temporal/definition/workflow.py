"""The base class of workflows and the decorator that turns a class into a definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Never, TypeAlias, cast, overload

from typing_extensions import TypeVar

from loopstack_temporal.definition.context import ArgsT, RunRef
from loopstack_temporal.definition.document import DocumentStore
from loopstack_temporal.definition.folders import folders_of
from loopstack_temporal.definition.model import Execution, OnFailure
from loopstack_temporal.definition.problems import calling_frame, calling_source
from loopstack_temporal.definition.reading import WorkflowOptions, read_workflow
from loopstack_temporal.definition.registry import DEFINITION
from loopstack_temporal.definition.session import ChildOptions, Show, session_of
from loopstack_temporal.definition.templates import render_template

StateT = TypeVar("StateT", default=dict[str, Any])
ResultT = TypeVar("ResultT", default=Any)

WidgetSource: TypeAlias = str | Path | Mapping[str, Any]
"""A path of a YAML file, or the same content as a mapping."""

_W = TypeVar("_W", bound="BaseWorkflow[Any, Any, Any]")


class BaseWorkflow(Generic[ArgsT, StateT, ResultT]):
    """Base of all workflows: `BaseWorkflow[Args, State, Result]`, each optional.

    Without `Args` or `State` these are plain dicts. Every attempt of a transition gets an object of its own: nothing
    kept on `self` is seen by another attempt; use the state.
    """

    @property
    def document_store(self) -> DocumentStore:
        """The documents of this run."""
        return session_of(self, "document_store").documents

    def render(self, path: str | Path, /, **data: object) -> str:
        """A Jinja2 template as text. `path` is relative to the file that declares the class.

        Raises `TemplateError` with file and line for a missing file, a mistake in it, or an unknown name.
        """
        return render_template(folders_of(type(self)), path, data)

    def assign_state(self, **fields: Any) -> None:
        """Merge fields into the state."""
        session_of(self, "assign_state").assign_state(fields)

    def set_state(self, state: StateT | Mapping[str, Any], /) -> None:
        """Replace the whole state."""
        session_of(self, "set_state").set_state(state)

    def assign_result(self, **fields: Any) -> None:
        """Merge fields into the run's result."""
        session_of(self, "assign_result").assign_result(fields)

    def set_result(self, result: ResultT | Mapping[str, Any], /) -> None:
        """Replace the run's result."""
        session_of(self, "set_result").set_result(result)

    async def run_named(
        self,
        name: str,
        args: object = None,
        /,
        *,
        callback: str | Callable[..., Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        show: Show = "inline",
        label: str | None = None,
        config: object = None,
    ) -> RunRef[Any]:
        """Start a workflow of the app as a child, by a name that is known only now. Options as in `run`.

        Prefer an injected child and its `run`, which type checkers see. Raises `AuthorError` for a name the app does
        not have, and `InvalidInput` for arguments or a configuration that do not fit.
        """
        options = ChildOptions(callback, dict(metadata or {}), show, label, config)
        return await session_of(self, "run_named").run_child(name, args, options)

    def check_named(self, name: str, args: object = None, /, *, config: object = None) -> None:
        """Raise what `run_named` would raise for this name, arguments and configuration; nothing is started."""
        session_of(self, "check_named").check_child(name, args, config)

    def cancel_child(self, child: RunRef[Any] | str, /) -> None:
        """Cancel a child run with the commit of the current transition; its callback then tells `canceled`.

        One that has ended already stays as it is.
        """
        session_of(self, "cancel_child").cancel_child(child if isinstance(child, str) else child.run_id)

    async def run(
        self,
        args: ArgsT | None = None,
        *,
        callback: str | Callable[..., Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        show: Show = "inline",
        label: str | None = None,
        config: object = None,
    ) -> RunRef[ResultT]:
        """Start this workflow as a child of the running one, with the commit of the current transition.

        `callback` is the wait transition of the parent (name or method reference) that is told when the child ends;
        `metadata` comes back in its `input.meta`. `show` says how the child appears in the parent's feed. `config` is
        of the child's `config_schema=`, as an instance or a mapping.
        """
        options = ChildOptions(callback, dict(metadata or {}), show, label, config)
        return cast(RunRef[ResultT], await session_of(self, "run").run_child(type(self), args, options))


@overload
def workflow(cls: type[_W], /) -> type[_W]: ...


@overload
def workflow(
    *,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
    widget: WidgetSource | Sequence[WidgetSource] | None = None,
    schema: object = None,
    state_schema: object = None,
    config_schema: object = None,
    pool: str | None = None,
    execution: Execution = "activity",
    on_failure: OnFailure = "park",
    max_steps_without_wait: int | None = None,
    **unknown: Never,
) -> Callable[[type[_W]], type[_W]]: ...


def workflow(cls: type[Any] | None = None, /, **options: Any) -> Any:
    """Make a class a workflow: read its transitions, check everything, and store the frozen definition on it.

    Args:
        name: Default: the class name without `Workflow` in snake_case.
        title: Default: the YAML file's title, else the name in words.
        description: Default: the YAML file's, else the docstring's first paragraph.
        widget: A YAML path relative to this file, a mapping, or a list of both.
        schema: Type of the arguments, instead of the first generic parameter.
        state_schema: Type of the state, instead of the second.
        config_schema: Type of the configuration a run or child may be started with; transitions read `ctx.config`.
        pool: Worker pool for all transitions.
        execution: Default of all transitions.
        on_failure: `"park"`: a run whose tries are spent stays open for a retry; `"fail"`: it ends.
        max_steps_without_wait: Automatic transitions in a row before the run stops; default: the app's, 10,000.

    Raises `DefinitionError` with all mistakes of the class, each with file and line.
    """
    source = calling_source(1)
    frame = calling_frame(1)
    # A class made inside a function may name types of that function; they are needed only while it is read.
    names = dict(frame.f_locals) if frame else {}

    def read(target: type[Any]) -> type[Any]:
        setattr(target, DEFINITION, read_workflow(target, WorkflowOptions.of(options), source, names, BaseWorkflow))
        return target

    return read if cls is None else read(cls)
