"""What a widget may refer to at the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from loopstack_temporal.definition.model import TransitionDefinition
from loopstack_temporal.definition.widgets.table import Kind

JsonSchema: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """Transitions and places are known for a workflow's widgets only, the schema for a document's only."""

    kind: Kind
    transitions: Sequence[TransitionDefinition] = ()
    places: Sequence[str] = ()
    schema: JsonSchema | None = None
    workflows: Sequence[str] | None = None
    """For an app: the names its launch widgets may start; None when not known."""

    def is_wait(self, transition: str) -> bool | None:
        """Whether a transition can be triggered; None when there is none of that name."""
        waits = [edge.wait for edge in self.transitions if edge.name == transition]
        return any(waits) if waits else None

    def waits(self) -> tuple[str, ...]:
        """Names of all wait transitions."""
        return tuple(dict.fromkeys(edge.name for edge in self.transitions if edge.wait))

    def payload_schema(self, transition: str) -> JsonSchema | None:
        """Schema of what a form sends to that transition; None when anything goes."""
        shapes = (edge.payload for edge in self.transitions if edge.name == transition and edge.wait)
        return next((shape.json_schema for shape in shapes if shape), None)


def field_schema(schema: JsonSchema | None, name: str, root: JsonSchema) -> JsonSchema | None:
    """The schema of one field of an object schema; None when it has no such field."""
    for variant in _variants(schema, root):
        properties = cast("Mapping[str, JsonSchema]", variant.get("properties", {}))
        if name in properties:
            return properties[name]
    return None


def item_schema(schema: JsonSchema | None, root: JsonSchema) -> JsonSchema | None:
    """The schema of the items of an array schema; None when it says nothing."""
    items = (variant.get("items") for variant in _variants(schema, root))
    return next((cast(JsonSchema, item) for item in items if isinstance(item, Mapping)), None)


def field_names(schema: JsonSchema | None, root: JsonSchema) -> tuple[str, ...] | None:
    """The fields of an object schema; None when it does not list them, so that any name may be right."""
    found: dict[str, None] = {}
    listed = False
    for variant in _variants(schema, root):
        if "properties" in variant:
            listed = True
            found |= dict.fromkeys(cast("Mapping[str, object]", variant["properties"]))
        elif variant.get("type") == "object" or not variant:
            return None
    return tuple(found) if listed else None


def _variants(schema: JsonSchema | None, root: JsonSchema) -> Iterator[JsonSchema]:
    """A schema without references; each alternative of a union on its own."""
    seen: set[str] = set()
    ahead = [schema] if schema is not None else []
    while ahead:
        current = ahead.pop(0)
        reference = current.get("$ref")
        if isinstance(reference, str):
            if reference not in seen:
                seen.add(reference)
                target = cast("Mapping[str, JsonSchema]", root.get("$defs", {})).get(reference.rpartition("/")[2])
                ahead += [target] if target is not None else []
            continue
        unions = [cast("Sequence[JsonSchema]", current[key]) for key in ("anyOf", "oneOf", "allOf") if key in current]
        if unions:
            ahead += [part for union in unions for part in union if part.get("type") != "null"]
        else:
            yield current
