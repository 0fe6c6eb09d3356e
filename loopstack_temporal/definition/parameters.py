"""What a transition method takes, and which schema its payload therefore has."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args, get_origin

from loopstack_temporal.definition.context import RunContext, TransitionInput
from loopstack_temporal.definition.hints import Names, UnresolvedHint, annotations_of, is_open, resolve
from loopstack_temporal.definition.model import Parameter, Role, Source
from loopstack_temporal.definition.problems import Problems

_BY_TYPE: Mapping[object, Role] = {RunContext: "ctx", TransitionInput: "input"}
_BY_NAME: Mapping[str, Role] = {"state": "state", "input": "input", "payload": "payload", "ctx": "ctx"}


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters a method is called with and the payload type they speak of (`Any` if of none)."""

    parameters: tuple[Parameter, ...]
    payload: object
    takes_payload: bool
    context: object
    """The argument of `RunContext[…]`; `Any` when bare or absent."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method as it is read: who it is, where it stands, and the names its annotations may use."""

    name: str
    function: Callable[..., Any]
    source: Source
    names: Names


def read_signature(method: Method, problems: Problems, *, allowed: tuple[Role, ...]) -> Signature:
    """Match every parameter to what is handed to it: by annotation first, then by name."""
    found: list[Parameter] = []
    payloads: list[tuple[str, object]] = []
    context: object = Any
    annotations = annotations_of(method.function)
    for parameter in list(inspect.signature(method.function).parameters.values())[1:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        hint = _hint(method, parameter.name, annotations, problems)
        role = _BY_TYPE.get(get_origin(hint) or hint) or _BY_NAME.get(parameter.name.lstrip("_"))
        if role is None or role not in allowed:
            if parameter.default is parameter.empty:
                _refuse(method, parameter.name, allowed, problems)
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY or any(role == other.role for other in found):
            what = "is positional-only" if parameter.kind is parameter.POSITIONAL_ONLY else f"is a second {role!r}"
            problems.add(method.source, "unusable_parameter", f"`{method.name}`: parameter `{parameter.name}` {what}")
            continue
        found.append(Parameter(parameter.name, role))
        if role == "ctx":
            context = _argument(hint)
        if role in ("payload", "input"):
            payloads.append((parameter.name, hint if role == "payload" else _argument(hint)))
    return Signature(tuple(found), _one_payload(method, payloads, problems), bool(payloads), context)


def _hint(method: Method, name: str, annotations: Mapping[str, object], problems: Problems) -> object:
    if name not in annotations:
        return Any
    try:
        return resolve(annotations[name], method.function.__globals__, method.names)
    except UnresolvedHint as reason:
        text = f"`{method.name}`: the annotation of parameter `{name}` cannot be resolved: {reason}"
        problems.add(method.source, "unresolved_hint", text)
        return Any


def _refuse(method: Method, name: str, allowed: tuple[Role, ...], problems: Problems) -> None:
    choice = ", ".join(f"`{role}`" for role in allowed)
    problems.add(
        method.source,
        "unusable_parameter",
        f"`{method.name}`: nothing can be handed to parameter `{name}`; it may be one of {choice}, or have a default",
    )


def _argument(hint: object) -> object:
    """T of `TransitionInput[T]`; Any when bare."""
    arguments = cast("tuple[object, ...]", get_args(hint))
    return arguments[0] if arguments else Any


def _one_payload(method: Method, payloads: list[tuple[str, object]], problems: Problems) -> object:
    said = [hint for _, hint in payloads if not is_open(hint)]
    if len(said) > 1 and said[0] != said[1]:
        names = " and ".join(f"`{name}`" for name, _ in payloads)
        problems.add(
            method.source, "schema_conflict", f"`{method.name}`: {names} name different types for the same payload"
        )
    return said[0] if said else Any
