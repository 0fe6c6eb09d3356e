"""JSON Schema as far as the demo needs it: following references, and the least value a schema allows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

MISSING: Final = object()
"""Stands for "the text says nothing about this", which is not `null`."""

_LEAST_BY_FORMAT = {
    "date": "1970-01-01",
    "date-time": "1970-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT0S",
    "email": "nobody@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


def followed(schema: Schema, root: Schema) -> Schema:
    """The schema behind `$ref` and a lone `allOf`; keys beside them win."""
    for _ in range(20):
        inner: Any = None
        if "$ref" in schema:
            inner = root
            for part in str(schema["$ref"]).removeprefix("#/").split("/"):
                inner = inner[part]
        elif len(schema.get("allOf", ())) == 1:
            inner = schema["allOf"][0]
        if inner is None:
            break
        schema = {**inner, **{key: value for key, value in schema.items() if key not in {"$ref", "allOf"}}}
    return schema


def branches(schema: Schema) -> list[Schema]:
    """The alternatives of a schema, `null` last; the schema itself if there are none."""
    found: list[Schema] = list(schema.get("anyOf") or schema.get("oneOf") or ())
    if not found and isinstance(schema.get("type"), list):
        found = [{**schema, "type": name} for name in schema["type"]]
    return sorted(found, key=lambda one: one.get("type") == "null") or [schema]


def allows_null(schema: Schema) -> bool:
    """Whether `null` is one of the alternatives."""
    return any(one.get("type") == "null" for one in branches(schema))


def least(schema: Schema, root: Schema, depth: int = 0) -> Any:
    """A small value that fits: default, null, empty, zero. Not every schema has one that is found this way."""
    schema = followed(schema, root)
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    if allows_null(schema) or depth > 10:
        return None
    chosen = followed(branches(schema)[0], root)
    if chosen is not schema and branches(schema) != [schema]:
        return least(chosen, root, depth + 1)
    return _least_of_type(schema, root, depth)


def _least_of_type(schema: Schema, root: Schema, depth: int) -> Any:
    match schema.get("type", "object" if "properties" in schema else "string"):
        case "object":
            properties = schema.get("properties", {})
            return {name: least(properties.get(name, {}), root, depth + 1) for name in schema.get("required", ())}
        case "array":
            return [least(schema.get("items", {}), root, depth + 1) for _ in range(schema.get("minItems", 0))]
        case "boolean":
            return False
        case "integer" | "number" as kind:
            return least_number(schema, whole=kind == "integer")
        case _:
            text = str(_LEAST_BY_FORMAT.get(schema.get("format", ""), ""))
            return text.ljust(int(schema.get("minLength", 0)), "-")


def least_number(schema: Schema, *, whole: bool) -> float | int:
    """Zero, or the nearest bound to it."""
    step = schema.get("multipleOf", 1 if whole else 0)
    low = schema.get("minimum", -math.inf)
    if "exclusiveMinimum" in schema:
        low = max(low, schema["exclusiveMinimum"] + (step or 1e-6))
    high = schema.get("maximum", math.inf)
    if "exclusiveMaximum" in schema:
        high = min(high, schema["exclusiveMaximum"] - (step or 1e-6))
    value = min(max(0, low), high)
    if step:
        value = math.ceil(value / step) * step
    return int(value) if whole else float(value)
