"""Checking one value of a widget's option, and the two spellings of keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from loopstack_temporal.definition.names import snake_case
from loopstack_temporal.definition.problems import Problems, hint_for
from loopstack_temporal.definition.widgets.located import Located
from loopstack_temporal.definition.widgets.scope import Scope
from loopstack_temporal.definition.widgets.table import FOREIGN_VARIANTS, Value, Variant

_WORDS: Mapping[str, str] = {
    "text": "text",
    "flag": "true or false",
    "number": "a number",
    "count": "a whole number above 0",
    "texts": "a list of texts",
    "mapping": "a mapping",
}
_SPELLINGS = {"readOnly": "readonly"}


def camel_case(key: str) -> str:
    """`enabled_when` → `enabledWhen`; keys that are camelCase already stay."""
    joined = re.sub(r"_+([a-zA-Z0-9])", lambda match: match.group(1).upper(), key)
    return _SPELLINGS.get(joined, joined)


@dataclass(frozen=True, slots=True)
class Checks:
    """What all checks of one widget source share."""

    scope: Scope
    problems: Problems

    def keys(self, part: Located) -> dict[str, str]:
        """camelCase key → key as written. One key in both spellings is a problem."""
        result: dict[str, str] = {}
        for key in part.mapping() or {}:
            name = camel_case(key)
            if name in result:
                text = f"`{result[name]}` and `{key}` are the same key; keep one of them"
                self.problems.add(part.where(key), "widget_key_twice", text)
            result[name] = key
        return result

    def wrong_type(self, part: Located, key: str, wanted: str) -> None:
        """Record a value of the wrong type."""
        self.problems.add(part.where(), "widget_type", f"`{key}` must be {wanted}, got {part.data!r}")

    def simple(self, kind: Value, key: str, part: Located) -> object:
        """The checked value of an option that is no structure of its own."""
        value = part.data
        match kind:
            case "transition":
                return self._transition(key, part)
            case "workflow":
                return self._workflow(key, part)
            case "variant":
                return self._variant(key, part)
            case "any":
                return value
            case _:
                if not _fits(kind, value):
                    self.wrong_type(part, key, _WORDS[kind])
                return str(value) if kind == "text" and isinstance(value, (int, float)) else value

    def texts(self, key: str, part: Located) -> tuple[str, ...]:
        """A list of texts; one text alone is taken as a list of it."""
        if isinstance(part.data, str):
            return (part.data,)
        if not _fits("texts", part.data):
            self.wrong_type(part, key, _WORDS["texts"])
            return ()
        return tuple(cast("list[str]", part.data))

    def field_name(self, name: str, names: tuple[str, ...] | None, part: Located, key: str) -> str:
        """The schema's own spelling of a field; camelCase is accepted for a snake_case field."""
        if names is None or name in names:
            return name
        if snake_case(name) in names:
            return snake_case(name)
        text = f"`{key}` names {name!r}, which is no field of the schema{hint_for(name, names)}"
        self.problems.add(part.where(), "widget_unknown_field", text)
        return name

    def _transition(self, key: str, part: Located) -> object:
        name = part.data
        if not isinstance(name, str) or not name:
            self.wrong_type(part, key, "the name of a transition")
        elif self.scope.kind == "workflow" and not (found := self.scope.is_wait(name)):
            text = (
                f"`{key}` names {name!r}, which is no transition of the workflow"
                if found is None
                else f"`{key}` names {name!r}, which fires by itself; a widget can only trigger one with `wait=True`"
            )
            near = hint_for(name, self.scope.waits()) if found is None else ""
            self.problems.add(part.where(), "widget_transition", text + near)
        return name

    def _workflow(self, key: str, part: Located) -> object:
        known = self.scope.workflows
        if not isinstance(part.data, str):
            self.wrong_type(part, key, "the name of a workflow")
        elif known is not None and part.data not in known:
            text = f"`{key}` names {part.data!r}, which is no workflow of the app{hint_for(part.data, known)}"
            self.problems.add(part.where(), "widget_workflow", text)
        return part.data

    def _variant(self, key: str, part: Located) -> object:
        value = FOREIGN_VARIANTS.get(part.data, part.data) if isinstance(part.data, str) else part.data
        if value not in get_args(Variant):
            self.wrong_type(part, key, f"one of {', '.join(get_args(Variant))}")
        return value


def _fits(kind: Value, value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    match kind:
        case "text":
            return isinstance(value, str) or number
        case "flag":
            return isinstance(value, bool)
        case "number":
            return number
        case "count":
            return isinstance(value, int) and number and value > 0
        case "texts":
            items = cast("list[object]", value) if isinstance(value, (list, tuple)) else [None]
            return all(isinstance(item, str) for item in items)
        case _:
            return isinstance(value, Mapping)
