"""Objects from models: what providers want is a JSON object at the top, what authors ask for may be anything."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from loopstack_temporal.definition.shape import mapping_of

NAME = "structured_output"
"""How the wanted data is called towards providers."""

_INNER = "value"
_DEEPEST = 100
_SHARED = ("$defs", "definitions")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A schema as providers take it: always that of an object."""

    schema: Mapping[str, Any]
    wrapped: bool
    """Whether the data asked for stands in the one property of that object."""

    def taken_from(self, value: Any) -> Any:
        """The data the author asked for."""
        return mapping_of(value).get(_INNER, value) if self.wrapped else value


def json_in(text: str) -> Any:
    """The data that a model wrote. Raises `ValueError` for what is no JSON, and for what nobody could write as JSON
    again: NaN, infinity, numbers too large for one, a hundred levels of nesting.
    """
    found = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    _check_depth(found, _DEEPEST)
    return found


def object_in(text: str) -> dict[str, Any] | None:
    """The JSON object that a model wrote; `None` if it is none."""
    try:
        found = json_in(text)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def wanted(schema: Mapping[str, Any]) -> Wanted:
    """Put a schema that is not plainly that of an object into one."""
    if schema.get("type") == "object":
        return Wanted(schema, wrapped=False)
    shared = {name: schema[name] for name in _SHARED if name in schema}
    inner = {name: part for name, part in schema.items() if name not in _SHARED}
    outer = {"type": "object", "properties": {_INNER: inner}, "required": [_INNER], "additionalProperties": False}
    return Wanted({**outer, **shared}, wrapped=True)


def _refuse(name: str) -> Any:
    raise ValueError(f"JSON has no {name}")


def _finite(written: str) -> float:
    found = float(written)
    if not math.isfinite(found):
        raise ValueError(f"{written} is too large for a number")
    return found


def _check_depth(value: Any, left: int) -> None:
    inside: list[Any] = []
    if isinstance(value, dict):
        inside = list(cast("dict[str, Any]", value).values())
    elif isinstance(value, list):
        inside = cast("list[Any]", value)
    if inside and not left:
        raise ValueError("nested too deeply")
    for one in inside:
        _check_depth(one, left - 1)
