"""Reading a decorated class, whole, into a `WorkflowDefinition`; all its mistakes at once."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

from loopstack_temporal.definition.folders import docstring_of, folders_of
from loopstack_temporal.definition.graph import check_graph, places_of
from loopstack_temporal.definition.guards import GivenGuard, guards_by_transition, read_delay, read_guard
from loopstack_temporal.definition.hints import Names, fits, type_name
from loopstack_temporal.definition.injection import read_injections
from loopstack_temporal.definition.marks import CancelMark, TransitionMark
from loopstack_temporal.definition.members import Member, members_of
from loopstack_temporal.definition.model import (
    DelayDefinition,
    OnFailure,
    Parameter,
    Source,
    TransitionDefinition,
    WorkflowDefinition,
)
from loopstack_temporal.definition.names import (
    check_name,
    check_pool,
    default_name,
    default_title,
    is_reserved,
    snake_case,
)
from loopstack_temporal.definition.options import Inherited, check_options
from loopstack_temporal.definition.parameters import Method, Signature, read_signature
from loopstack_temporal.definition.problems import Problems, hint_for
from loopstack_temporal.definition.schemas import SchemaReader, Schemas, read_schemas
from loopstack_temporal.definition.source_tree import rendered_templates
from loopstack_temporal.definition.templates import check_template
from loopstack_temporal.definition.widgets import Scope, read_widgets


@dataclass(frozen=True, slots=True)
class WorkflowOptions:
    """The options of `@workflow` as written."""

    name: object = None
    title: object = None
    description: object = None
    widget: object = None
    schema: object = None
    state_schema: object = None
    config_schema: object = None
    pool: object = None
    execution: object = "activity"
    on_failure: object = "park"
    max_steps_without_wait: object = None
    unknown: Mapping[str, object] = field(default_factory=dict[str, object])

    @staticmethod
    def of(given: Mapping[str, object]) -> WorkflowOptions:
        """Known options by name, the others kept aside to be reported."""
        known = {item.name for item in fields(WorkflowOptions)} - {"unknown"}
        return WorkflowOptions(
            **{name: value for name, value in given.items() if name in known},
            unknown={name: value for name, value in given.items() if name not in known},
        )


def read_workflow(
    cls: type[Any], options: WorkflowOptions, source: Source, names: Names, root: type[Any]
) -> WorkflowDefinition:
    """The definition of `cls`, whose decorator stands at `source`. Raises `DefinitionError` with everything found."""
    problems = Problems()
    if not issubclass(cls, root):
        problems.add(source, "not_a_workflow", f"`{cls.__name__}` must extend `{root.__name__}`")
        problems.raise_for(cls.__name__)
    reader = _Reader(cls, options, source, names, root, problems)
    definition = reader.read()
    problems.raise_for(cls.__name__)
    return definition


@dataclass(frozen=True, slots=True)
class _Reader:
    cls: type[Any]
    options: WorkflowOptions
    source: Source
    names: Names
    root: type[Any]
    problems: Problems

    def read(self) -> WorkflowDefinition:
        name = self._name()
        self._check_options()
        schemas = read_schemas(
            self.cls,
            self.root,
            (self.options.schema, self.options.state_schema, self.options.config_schema),
            SchemaReader(vars(sys.modules[self.cls.__module__]), self.names, self.source, self.problems),
        )
        members = members_of(self.cls, self.root, self.problems)
        transitions = self._transitions(members, schemas)
        check_graph(transitions, self.source, self.problems)
        widgets = read_widgets(
            self.options.widget,
            Scope("workflow", tuple(transitions), places_of(transitions)),
            self.source,
            folders_of(self.cls),
            self.problems,
        )
        self._check_templates()
        on_cancel, cancel_parameters = self._on_cancel(members)
        return WorkflowDefinition(
            name=name,
            title=_text(self.options.title) or widgets.title or default_title(name),
            description=_text(self.options.description) or widgets.description or docstring_of(self.cls),
            cls=self.cls,
            source=self.source,
            folder=folders_of(self.cls)[0],
            args=schemas.args,
            state=schemas.state,
            result=schemas.result,
            config=schemas.config,
            transitions=tuple(transitions),
            places=places_of(transitions),
            widgets=widgets.widgets,
            pool=cast("str | None", self.options.pool),
            on_failure=cast(OnFailure, self.options.on_failure),
            max_steps_without_wait=cast("int | None", self.options.max_steps_without_wait),
            on_cancel=on_cancel,
            on_cancel_parameters=cancel_parameters,
            injections=read_injections(self.cls, self.root, self.source, self.names, self.problems),
            warnings=tuple(self.problems.warnings),
        )

    def _name(self) -> str:
        given = self.options.name
        check_name(
            default_name(self.cls.__name__, "Workflow") if given is None else given,
            "workflow",
            self.source,
            self.problems,
        )
        return given if isinstance(given, str) and given else default_name(self.cls.__name__, "Workflow")

    def _check_options(self) -> None:
        add, options = self.problems.add, self.options
        known = [item.name for item in fields(WorkflowOptions) if item.name != "unknown"]
        for option in options.unknown:
            add(self.source, "unknown_option", f"`@workflow` has no option `{option}`{hint_for(option, known)}")
        for option in ("title", "description"):
            if not isinstance(getattr(options, option), (str, type(None))):
                add(self.source, "bad_option", f"`{option}` must be text, got {getattr(options, option)!r}")
        if options.on_failure not in ("park", "fail"):
            add(self.source, "bad_option", f'`on_failure` must be "park" or "fail", got {options.on_failure!r}')
        if options.execution not in ("activity", "local"):
            add(self.source, "bad_option", f'`execution` must be "activity" or "local", got {options.execution!r}')
        limit = options.max_steps_without_wait
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
            add(self.source, "bad_option", f"`max_steps_without_wait` must be a whole number above 0, got {limit!r}")
        check_pool(options.pool, self.source, self.problems)

    def _transitions(self, members: list[Member], schemas: Schemas) -> list[TransitionDefinition]:
        result: list[TransitionDefinition] = []
        for member in members:
            pairs = guards_by_transition(member.name, member.marks, self.problems)
            if not pairs:
                if not any(isinstance(mark, CancelMark) for mark in member.marks):
                    text = f"`{member.name}` has a guard but no `@transition`"
                    self.problems.add(member.source, "guard_alone", text)
                continue
            self._check_method(member)
            method = Method(member.name, member.function, member.source, self.names)
            signature = read_signature(method, self.problems, allowed=("state", "input", "payload", "ctx"))
            edges = [
                self._transition(member, mark, given, signature, schemas, len(result) + at)
                for at, (mark, given) in enumerate(pairs)
            ]
            self._check_use(member, signature, edges, schemas)
            title = self._title(edges)
            result.extend(replace(edge, title=title) for edge in edges)
        return result

    def _title(self, edges: list[TransitionDefinition]) -> str:
        """A name means one thing to people, so the edges of one method share their title."""
        titles = list(dict.fromkeys(edge.title for edge in edges if edge.title))
        if len(titles) > 1:
            text = f"transition `{edges[0].name}` is titled {titles[0]!r} and {titles[1]!r}; keep one of them"
            self.problems.add(edges[0].source, "option_twice", text)
        return titles[0] if titles else default_title(snake_case(edges[0].name))

    def _check_method(self, member: Member) -> None:
        if member.name in self._taken() or is_reserved(member.function.__name__):
            text = f"a transition cannot be named `{member.function.__name__}`; that name is reserved"
            self.problems.add(member.source, "reserved_name", text)
        if inspect.isgeneratorfunction(member.function) or inspect.isasyncgenfunction(member.function):
            text = f"transition `{member.name}` must not `yield`; it runs to its end in one go"
            self.problems.add(member.source, "not_a_method", text)

    def _taken(self) -> frozenset[str]:
        return frozenset(name for name in dir(self.root) if not name.startswith("_"))

    def _check_use(
        self, member: Member, signature: Signature, edges: list[TransitionDefinition], schemas: Schemas
    ) -> None:
        if signature.takes_payload and not any(edge.wait for edge in edges):
            text = f"`{member.name}` takes a payload, but none of its transitions has `wait=True`; it is always None"
            self.problems.warn(member.source, text)
        if schemas.args and not fits(schemas.args.type, signature.context):
            text = (
                f"`{member.name}` takes `RunContext[{type_name(signature.context)}]`, but the arguments of the "
                f"workflow are `{type_name(schemas.args.type)}`"
            )
            self.problems.warn(member.source, text)

    def _transition(
        self,
        member: Member,
        mark: TransitionMark,
        given: GivenGuard | None,
        signature: Signature,
        schemas: Schemas,
        order: int,
    ) -> TransitionDefinition:
        inherited = Inherited(
            cast("str | None", self.options.pool), "local" if self.options.execution == "local" else "activity"
        )
        options = check_options(member.name, mark, inherited, self.problems)
        guard = read_guard(self.cls, member.name, given, self._taken(), self.names, self.problems) if given else None
        return TransitionDefinition(
            name=member.name,
            from_=options.from_,
            to=options.to,
            wait=options.wait,
            order=order,
            source=mark.source,
            parameters=signature.parameters,
            priority=options.priority,
            guard=guard,
            payload=schemas.payload(member.name, mark, signature, wait=options.wait),
            retry=options.retry,
            timeout=options.timeout,
            timeout_set=options.timeout_set,
            after=self._after(member, mark) or options.after,
            pool=options.pool,
            execution=options.execution,
            title=options.title or "",
            asks=options.asks,
            early=options.early,
            stopped_to=options.stopped_to,
        )

    def _after(self, member: Member, mark: TransitionMark) -> DelayDefinition | None:
        given = mark.options.get("after")
        if not callable(given) or mark.options.get("wait"):
            return None
        return read_delay(self.cls, member.name, GivenGuard(mark.source, given), self.names, self.problems)

    def _check_templates(self) -> None:
        for base in self.cls.__mro__:
            if not issubclass(self.root, base):
                for path, source in rendered_templates(base):
                    check_template(folders_of(self.cls), path, source, self.problems)

    def _on_cancel(self, members: list[Member]) -> tuple[str | None, tuple[Parameter, ...]]:
        marked = [member for member in members if any(isinstance(mark, CancelMark) for mark in member.marks)]
        if not marked:
            return None, ()
        first = marked[0]
        for other in marked[1:]:
            text = f"`{other.name}` and `{first.name}` are both marked `@on_cancel`; a workflow has one such method"
            self.problems.add(other.source, "several_on_cancel", text)
        if any(isinstance(mark, TransitionMark) for mark in first.marks):
            text = f"`{first.name}` is both a transition and `@on_cancel`; use two methods"
            self.problems.add(first.source, "cancel_and_transition", text)
        method = Method(first.name, first.function, first.source, self.names)
        return first.name, read_signature(method, self.problems, allowed=("state", "ctx")).parameters


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
