"""Fills a JSON Schema from notes. What the text does not say is left out, null, or the least the schema allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jsonschema

from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.providers.demo.facts import (
    flag_in,
    number_in,
    spoken_of,
    string_for,
    text_of_action,
    texts_for,
)
from loopstack_temporal.llm.providers.demo.notes import Action, Notes, read_notes
from loopstack_temporal.llm.providers.demo.schema import MISSING, Schema, allows_null, branches, followed, least
from loopstack_temporal.llm.providers.demo.words import concept_of


def fill(notes: Notes, schema: Schema) -> Any:
    """Data that fits the schema. Raises `ModelError` for a schema (a `pattern`, say) that plain rules cannot meet."""
    filler = _Filler(notes, schema)
    value = filler.value(schema, _Field("", None))
    return _repaired(filler.least(schema) if value is MISSING else value, schema)


@dataclass(frozen=True, slots=True)
class _Field:
    """What a place in the schema is called, and what it speaks of."""

    name: str
    concept: str | None
    action: Action | None = None
    main: str | None = None
    """Inside an entry of a list: the entry's text, for the property that has no other meaning."""

    def named(self, name: str, schema: Schema) -> _Field:
        # A description speaks of many things; it counts only if the name says nothing.
        concept = (
            concept_of(name)
            or concept_of(str(schema.get("title", "")))
            or concept_of(str(schema.get("description", "")))
        )
        return replace(self, name=name, concept=concept)


class _Filler:
    def __init__(self, notes: Notes, root: Schema) -> None:
        self._notes = notes
        self._root = root

    def least(self, schema: Schema) -> Any:
        return least(schema, self._root)

    def value(self, schema: Schema, field: _Field) -> Any:
        schema = followed(schema, self._root)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return spoken_of(self._notes, field.name, schema["enum"])
        alternatives = branches(schema)
        if alternatives != [schema]:
            found = (self.value(one, field) for one in alternatives if one.get("type") != "null")
            return next((value for value in found if value is not MISSING), MISSING)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        makers: Mapping[str, Callable[[Schema, _Field], Any]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._number,
            "number": self._number,
            "boolean": self._flag,
        }
        return makers[kind](schema, field) if kind in makers else None

    def _object(self, schema: Schema, field: _Field) -> Any:
        found: dict[str, Any] = {}
        required = set(schema.get("required", ()))
        for name, inner in schema.get("properties", {}).items():
            value = self.value(inner, field.named(name, followed(inner, self._root)))
            if value is MISSING and name in required:
                value = None if allows_null(followed(inner, self._root)) else self.least(inner)
            if value is not MISSING:
                found[name] = value
        return found

    def _array(self, schema: Schema, field: _Field) -> Any:
        items = followed(schema.get("items", {"type": "string"}), self._root)
        limit = schema.get("maxItems")
        if "properties" in items:
            return self._entries(items, field)[:limit]
        texts = texts_for(self._notes, field.name, field.concept)
        if items.get("type", "string") == "string" and "enum" not in items:
            return _distinct([_fitted(text, items) for text in texts])[:limit]
        values = [_Filler(read_notes(text), self._root).value(items, replace(field, main=text)) for text in texts]
        return _distinct([value for value in values if value is not MISSING])[:limit]

    def _entries(self, items: Schema, field: _Field) -> list[Any]:
        """One object per action or text; each is filled from its own words."""
        about: list[tuple[str, Action | None]]
        if field.concept == "actions":
            about = [(text_of_action(action), action) for action in self._notes.actions]
        else:
            about = [(text, None) for text in texts_for(self._notes, field.name, field.concept)]
        entries: list[Any] = []
        for text, action in about:
            inner = _Filler(read_notes(text), self._root)
            entry = inner.value(items, _Field(field.name, field.concept, action, action.text if action else text))
            main = _main_property(items)
            if main is not None:
                entry[main] = _fitted(action.text if action else text, items["properties"][main])
            entries.append(entry)
        return entries

    def _string(self, schema: Schema, field: _Field) -> Any:
        action = field.action
        text: str | None
        if action is not None and field.concept in {"owner", "people"}:
            text = action.owner
        elif action is not None and field.concept in {"due", "date"}:
            text = action.due
        else:
            text = string_for(self._notes, field.name, field.concept, schema.get("format"))
        return MISSING if text is None else _fitted(text, schema)

    def _number(self, schema: Schema, field: _Field) -> Any:
        return number_in(self._notes, field.name, whole=schema.get("type") == "integer")

    def _flag(self, schema: Schema, field: _Field) -> Any:
        if field.action is not None and field.name in {"done", "completed", "finished", "erledigt"}:
            return field.action.done
        return flag_in(self._notes, field.name)


def _main_property(items: Schema) -> str | None:
    """The property that holds an entry's own text: the first string that is neither owner, date nor note."""
    for name, inner in items.get("properties", {}).items():
        plain = inner.get("type") == "string" and not inner.get("format") and "enum" not in inner
        if plain and concept_of(name) not in {"owner", "due", "date", "note", "place"}:
            return str(name)
    return None


def _fitted(text: str, schema: Schema) -> str:
    limit = schema.get("maxLength")
    return text if limit is None or len(text) <= limit else f"{text[: max(0, limit - 1)].rstrip()}…"[:limit]


def _distinct(values: Sequence[Any]) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept


def _repaired(value: Any, schema: Schema) -> Any:
    """Replace what does not fit by the least that does; every round mends one place."""
    validator: Any = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    holder = [value]
    for _ in range(50):
        error: Any = next(iter(validator.iter_errors(holder[0])), None)
        if error is None:
            return holder[0]
        parent: Any = holder
        path: list[Any] = [0, *error.absolute_path]
        for part in path[:-1]:
            parent = parent[part]
        replacement = least(error.schema, schema)
        if parent[path[-1]] == replacement:
            break
        parent[path[-1]] = replacement
    raise ModelError(
        "The demo model fills forms by plain rules and cannot meet this schema. Configure a real model provider, or"
        " loosen the schema (a `pattern` is what plain rules fail at most often)."
    )
