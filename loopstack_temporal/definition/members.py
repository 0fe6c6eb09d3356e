"""The marked methods of a class, inheritance applied."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from loopstack_temporal.definition.marks import Mark, marks_of, pending_mark
from loopstack_temporal.definition.model import Source
from loopstack_temporal.definition.problems import Problems


@dataclass(frozen=True, slots=True)
class Member:
    """One marked method."""

    name: str
    function: FunctionType
    source: Source
    """Its first decorator."""
    marks: tuple[Mark, ...]


def members_of(cls: type[Any], root: type[Any], problems: Problems) -> list[Member]:
    """Marked methods in the order of declaration, bases first; an override keeps its base's turn.

    An override without decorators keeps the base's transitions and only changes their body. `root` and what lies
    below it is left out.
    """
    found: dict[str, Member] = {}
    for base in reversed(cls.__mro__):
        if issubclass(root, base):
            continue
        for name, value in vars(base).items():
            if pending := pending_mark(value):
                text = f"the decorator of `{name}` lacks its parentheses; write `@transition(to=…)` or `@guard(…)`"
                problems.add(pending.source, "missing_parentheses", text)
            _take(name, value, found, problems)
    return list(found.values())


def _take(name: str, value: object, found: dict[str, Member], problems: Problems) -> None:
    marks = marks_of(value)
    if not marks and name not in found:
        return
    if inspect.isfunction(value):
        source = Source(value.__code__.co_filename, value.__code__.co_firstlineno)
        found[name] = Member(name, value, source, marks or found[name].marks)
        return
    # `name = None` in a subclass takes a transition of the base away, as Python does with any attribute.
    found.pop(name, None)
    if marks:
        text = f"transition `{name}` must be a plain `def` or `async def` method"
        problems.add(marks[0].source, "not_a_method", text)
