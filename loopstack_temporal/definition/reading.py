"""Reading a decorated class, whole, into a `WorkflowDefinition`; all its mistakes at once."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import FunctionType
from typing import Any, cast

from pydantic import ValidationError

from loopstack_temporal.definition.folders import docstring_of, folders_of
from loopstack_temporal.definition.graph import check_graph, places_of
from loopstack_temporal.definition.guards import GivenGuard, guards_by_transition, read_guard
from loopstack_temporal.definition.hints import (
    Names,
    UnresolvedHint,
    generic_arguments,
    is_open,
    is_plain_mapping,
    is_record,
    resolve,
    shape_of,
    type_name,
    why_unusable,
)
from loopstack_temporal.definition.injection import read_injections
from loopstack_temporal.definition.marks import CancelMark, Mark, TransitionMark, marks_of, pending_mark
from loopstack_temporal.definition.model import (
    START,
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
)
from loopstack_temporal.definition.options import Inherited, check_options
from loopstack_temporal.definition.parameters import Method, Signature, read_signature
from loopstack_temporal.definition.problems import Problems, hint_for
from loopstack_temporal.definition.shape import Shape
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


@dataclass(frozen=True, slots=True)
class _Member:
    """A marked method of the class, after inheritance."""

    name: str
    function: FunctionType
    source: Source
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Shapes:
    args: Shape | None
    state: Shape | None
    result: Shape | None
    config: Shape | None


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
        shapes = self._shapes()
        members = self._members()
        transitions = self._transitions(members, shapes)
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
            args=shapes.args,
            state=shapes.state,
            result=shapes.result,
            config=shapes.config,
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

    def _shapes(self) -> _Shapes:
        options = self.options
        args, state, result = generic_arguments(self.cls, self.root)
        config = Any if options.config_schema is None else options.config_schema
        return _Shapes(
            self._shape("arguments", self._resolved("arguments", options.schema or args)),
            self._state(self._resolved("state", options.state_schema or state)),
            self._shape("result", self._resolved("result", result)),
            self._shape("configuration", self._resolved("configuration", config)),
        )

    def _resolved(self, what: str, hint: object) -> object:
        try:
            return resolve(hint, vars(sys.modules[self.cls.__module__]), self.names)
        except UnresolvedHint as reason:
            text = f"the type of the {what} cannot be resolved: {reason}"
            self.problems.add(self.source, "unresolved_hint", text)
            return Any

    def _shape(self, what: str, hint: object, source: Source | None = None) -> Shape | None:
        shape = shape_of(hint)
        if shape and (reason := why_unusable(shape)):
            self.problems.add(
                source or self.source,
                "bad_schema",
                f"`{type_name(hint)}` cannot be used as schema of the {what}: {reason}",
            )
            return None
        return shape

    def _state(self, hint: object) -> Shape | None:
        if not (is_open(hint) or is_plain_mapping(hint) or is_record(hint)):
            text = f"the state must be a model with named fields or a dict, not `{type_name(hint)}`"
            self.problems.add(self.source, "bad_schema", text)
            return None
        shape = self._shape("state", hint)
        if shape is None:
            return None
        try:
            shape.validate({})
        except ValidationError as error:
            missing = ", ".join(f"`{'.'.join(map(str, item['loc'])) or type_name(hint)}`" for item in error.errors())
            self.problems.add(
                self.source,
                "state_required",
                f"a run starts with an empty state, but `{type_name(hint)}` requires {missing}; give every field a "
                "default",
            )
        return shape

    def _members(self) -> list[_Member]:
        """Marked methods in the order of declaration, bases first; an override keeps its base's turn.

        An override without decorators keeps the base's transitions and only changes their body.
        """
        found: dict[str, _Member] = {}
        for base in reversed(self.cls.__mro__):
            if base is self.root or issubclass(self.root, base):
                continue
            for name, member in vars(base).items():
                if pending := pending_mark(member):
                    text = f"the decorator of `{name}` lacks its parentheses; write `@transition(to=…)` or `@guard(…)`"
                    self.problems.add(pending.source, "missing_parentheses", text)
                marks = marks_of(member)
                if not marks and name not in found:
                    continue
                inherited = found.get(name)
                if not inspect.isfunction(member):
                    found.pop(name, None)
                    if marks:
                        self._not_a_method(name, marks)
                    continue
                code = member.__code__
                source = Source(code.co_filename, code.co_firstlineno)
                found[name] = _Member(name, member, source, marks or (inherited.marks if inherited else ()))
        return list(found.values())

    def _not_a_method(self, name: str, marks: tuple[Mark, ...]) -> None:
        text = f"transition `{name}` must be a plain `def` or `async def` method"
        self.problems.add(marks[0].source, "not_a_method", text)

    def _transitions(self, members: list[_Member], shapes: _Shapes) -> list[TransitionDefinition]:
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
            for mark, given in pairs:
                result.append(self._transition(member, mark, given, signature, shapes, len(result)))
            self._check_payload_use(member, signature, result[-len(pairs) :])
        return result

    def _check_method(self, member: _Member) -> None:
        if member.name in self._taken() or is_reserved(member.function.__name__):
            text = f"a transition cannot be named `{member.function.__name__}`; that name is reserved"
            self.problems.add(member.source, "reserved_name", text)
        if inspect.isgeneratorfunction(member.function) or inspect.isasyncgenfunction(member.function):
            text = f"transition `{member.name}` must not `yield`; it runs to its end in one go"
            self.problems.add(member.source, "not_a_method", text)

    def _taken(self) -> frozenset[str]:
        return frozenset(name for name in dir(self.root) if not name.startswith("_"))

    def _check_payload_use(self, member: _Member, signature: Signature, edges: list[TransitionDefinition]) -> None:
        if signature.takes_payload and not any(edge.wait for edge in edges):
            text = f"`{member.name}` takes a payload, but none of its transitions has `wait=True`; it is always None"
            self.problems.warn(member.source, text)

    def _transition(
        self,
        member: _Member,
        mark: TransitionMark,
        given: GivenGuard | None,
        signature: Signature,
        shapes: _Shapes,
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
            payload=self._payload(member.name, mark, signature, options.wait, shapes),
            retry=options.retry,
            timeout=options.timeout,
            timeout_set=options.timeout_set,
            after=options.after,
            pool=options.pool,
            execution=options.execution,
        )

    def _payload(
        self, name: str, mark: TransitionMark, signature: Signature, wait: bool, shapes: _Shapes
    ) -> Shape | None:
        """The payload's schema; `schema=` of an initial transition speaks of the arguments instead."""
        named = self._resolved("payload", mark.options["schema"]) if "schema" in mark.options else None
        if wait:
            hint = signature.payload
            if named is not None and not is_open(hint) and hint != named:
                self.problems.add(
                    mark.source,
                    "schema_conflict",
                    f"transition `{name}`: `schema={type_name(named)}` differs from the annotation `{type_name(hint)}`",
                )
            return self._shape("payload", hint if named is None else named, mark.source)
        if named is None:
            return None
        if mark.from_ != START:
            text = f"transition `{name}`: `schema=` is for wait transitions and for the one that leaves {START!r}"
            self.problems.add(mark.source, "misplaced_schema", text)
        elif shapes.args is None or shapes.args.type != named:
            have = type_name(shapes.args.type) if shapes.args else "a plain dict"
            text = f"transition `{name}`: `schema={type_name(named)}` differs from the workflow's arguments, {have}"
            self.problems.add(mark.source, "schema_conflict", text)
        return None

    def _check_templates(self) -> None:
        for base in self.cls.__mro__:
            if not issubclass(self.root, base):
                for path, source in rendered_templates(base):
                    check_template(folders_of(self.cls), path, source, self.problems)

    def _on_cancel(self, members: list[_Member]) -> tuple[str | None, tuple[Parameter, ...]]:
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
