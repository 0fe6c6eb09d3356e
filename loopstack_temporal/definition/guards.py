"""Turning what an author gave as a guard, or as a function for `after=`, into its definition."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_origin

from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.hints import Names, UnresolvedHint, annotations_of, resolve
from loopstack_temporal.definition.marks import GuardMark, Mark, TransitionMark
from loopstack_temporal.definition.model import DelayDefinition, GuardDefinition, Source
from loopstack_temporal.definition.names import is_reserved
from loopstack_temporal.definition.problems import Problems, hint_for

_Role = Literal["self", "state", "ctx"]


@dataclass(frozen=True, slots=True)
class GivenGuard:
    """A guard as written, and where."""

    source: Source
    value: object


def guards_by_transition(
    name: str, marks: Sequence[Mark], problems: Problems
) -> list[tuple[TransitionMark, GivenGuard | None]]:
    """Each `@transition` of one method with its guard.

    A `@guard` belongs to the transitions above it, up to the next `@guard`. One above all transitions belongs to all
    of them, provided none has another.
    """
    result: list[tuple[TransitionMark, GivenGuard | None]] = []
    current: GuardMark | None = None
    used = True
    for mark in reversed(marks):
        if isinstance(mark, GuardMark):
            current, used = mark, False
        elif isinstance(mark, TransitionMark):
            used = True
            result.append((mark, _own_guard(name, mark, current, problems)))
    result.reverse()
    if current is None or used:
        return result
    if any(given for _, given in result):
        text = f"transition `{name}`: a `@guard` stands above all its transitions, and some have one of their own"
        problems.add(current.source, "guard_twice", text)
        return result
    return [(mark, GivenGuard(current.source, current.guard)) for mark, _ in result]


def _own_guard(name: str, mark: TransitionMark, decorator: GuardMark | None, problems: Problems) -> GivenGuard | None:
    option = mark.options.get("guard")
    if option is None:
        return GivenGuard(decorator.source, decorator.guard) if decorator else None
    if decorator:
        problems.add(
            mark.source, "guard_twice", f"transition `{name}` has a guard by `guard=` and by `@guard`; keep one of them"
        )
    return GivenGuard(mark.source, option)


def read_guard(
    cls: type[Any], transition: str, given: GivenGuard, base_names: frozenset[str], locals_: Names, problems: Problems
) -> GuardDefinition:
    """The definition of a guard. For an unusable one the reason goes into `problems`, and a stand-in is returned,
    because a transition with a wrong guard is still one with a guard."""

    def refuse(code: str, text: str) -> GuardDefinition:
        problems.add(given.source, code, f"transition `{transition}`: {text}")
        return GuardDefinition(name, _stand_in, takes_self=False, takes_state=False, takes_ctx=False)

    name, function, bound = _find(cls, given.value)
    if name in base_names or is_reserved(name):
        return refuse("reserved_name", f"a guard cannot be named `{name}`; that name belongs to the base class")
    if function is None:
        if isinstance(given.value, str):
            known = [key for key, value in inspect.getmembers_static(cls) if inspect.isfunction(value)]
            near = hint_for(given.value, [key for key in known if not key.startswith("__")])
            return refuse("unknown_guard", f"guard {given.value!r} is not a method of `{cls.__name__}`{near}")
        return refuse("bad_guard", f"a guard is a method, its name, or a function, got {given.value!r}")
    try:
        roles = _roles(function, bound, locals_)
    except ValueError as error:
        return refuse("bad_guard", f"guard `{name}` {error}")
    return GuardDefinition(
        name,
        _in_order(function, roles),
        takes_self="self" in roles,
        takes_state="state" in roles,
        takes_ctx="ctx" in roles,
    )


def read_delay(
    cls: type[Any], transition: str, given: GivenGuard, locals_: Names, problems: Problems
) -> DelayDefinition | None:
    """The definition of a function given as `after=`. For an unusable one the reason goes into `problems`."""
    name, function, bound = _find(cls, given.value)
    if function is None:
        return None
    try:
        roles = _roles(function, bound, locals_)
    except ValueError as error:
        text = f"transition `{transition}`: the function `{name}` of `after` {error}"
        problems.add(given.source, "bad_duration", text)
        return None
    return DelayDefinition(
        name,
        _in_order(function, roles),
        takes_self="self" in roles,
        takes_state="state" in roles,
        takes_ctx="ctx" in roles,
    )


def _in_order(function: Callable[..., Any], roles: Sequence[_Role]) -> Callable[..., Any]:
    return function if list(roles) == sorted(roles, key=("self", "state", "ctx").index) else _reordered(function, roles)


def _stand_in() -> bool:
    return False


def _find(cls: type[Any], value: object) -> tuple[str, Callable[..., Any] | None, bool | None]:
    """Name, function, and whether it takes the workflow object first (None: its parameters tell)."""
    if isinstance(value, str):
        member = inspect.getattr_static(cls, value, None)
        if isinstance(member, staticmethod):
            return value, member.__func__, False
        return (value, member, True) if inspect.isfunction(member) else (value, None, None)
    if isinstance(value, staticmethod):
        function = cast("staticmethod[..., Any]", value).__func__
        return function.__name__, function, False
    if not callable(value):
        return "", None, None
    name = str(getattr(value, "__name__", type(value).__name__)).strip("<>")
    # By reference means the method of that name, so that a subclass can override it.
    if any(vars(base).get(name) is value for base in cls.__mro__):
        return name, getattr(cls, name), True
    return name, value, None


def _roles(function: Callable[..., Any], bound: bool | None, locals_: Names) -> list[_Role]:
    """What each positional parameter is; raises `ValueError` with the reason when a guard cannot be called."""
    parameters = [p for p in inspect.signature(function).parameters.values() if _is_needed(p)]
    if any(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters):
        raise ValueError("must take its parameters by position")
    names = [parameter.name for parameter in parameters]
    roles: list[_Role] = []
    if bound or (bound is None and names[:1] == ["self"]):
        if not parameters:
            raise ValueError("is a method without `self`")
        roles.append("self")
        parameters = parameters[1:]
    for parameter in parameters:
        roles.append("ctx" if _is_context(function, parameter, locals_) else "state")
    if len(set(roles)) != len(roles):
        raise ValueError(f"takes ({', '.join(names)}); it may take `state` and `ctx`, after `self` if it is a method")
    return roles


def _is_needed(parameter: inspect.Parameter) -> bool:
    variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return not variadic and (parameter.default is parameter.empty or parameter.name.lstrip("_") in ("state", "ctx"))


def _is_context(function: Callable[..., Any], parameter: inspect.Parameter, locals_: Names) -> bool:
    if parameter.name.lstrip("_") in ("ctx", "context"):
        return True
    annotation = annotations_of(function).get(parameter.name) if hasattr(function, "__globals__") else None
    if annotation is None:
        return False
    try:
        hint = resolve(annotation, function.__globals__, locals_)
    except UnresolvedHint:
        return False
    return (get_origin(hint) or hint) is RunContext


def _reordered(function: Callable[..., Any], roles: Sequence[_Role]) -> Callable[..., Any]:
    """Callers pass `self`, `state`, `ctx` in that order; this one was written with another."""
    order = [sorted(roles, key=("self", "state", "ctx").index).index(role) for role in roles]

    def call(*arguments: Any) -> Any:
        return function(*(arguments[position] for position in order))

    return call
