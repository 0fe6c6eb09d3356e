"""JSON Schemas by OpenAI's strict rules, and answers back to what the author's schema says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import jsonschema

from loopstack_temporal.definition.shape import mapping_of

_KEPT = (
    "title description type enum format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems"
).split()
_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
_DEEPEST = 10
_NULL = {"type": "null"}


class _NotStrict(Exception):
    """The schema says something that strict rules cannot say."""


def strict(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema with all properties required and no others allowed; `None` if it cannot be said so.

    Optional properties become nullable; keywords that the provider does not know are dropped, because every answer is
    checked by the author's own schema anyway.
    """
    try:
        return _adapted(schema, 0)
    except _NotStrict:
        return None


def without_nulls(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """Take out nulls that stand for "left out": of properties that are optional and cannot be null."""
    root = root or schema
    node = _resolved(schema, root)
    if isinstance(value, list):
        items = mapping_of(node.get("items"))
        return [without_nulls(one, items, root) for one in cast("list[Any]", value)] if items else cast("Any", value)
    if not isinstance(value, dict):
        return value
    for branch in (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())):
        found = without_nulls(value, branch, root)
        if _fits(found, branch, root):
            return found
    properties, needed = mapping_of(node.get("properties")), node.get("required", ())
    kept: dict[str, Any] = {}
    for name, inner in mapping_of(cast("Any", value)).items():
        form = mapping_of(properties.get(name))
        if inner is None and name in properties and name not in needed and not _fits(None, form, root):
            continue
        kept[name] = without_nulls(inner, form, root)
    return kept


def _adapted(node: Any, depth: int) -> dict[str, Any]:
    if not isinstance(node, Mapping) or not node or depth > _DEEPEST:
        raise _NotStrict
    form = mapping_of(cast("Any", node))
    if "$ref" in form:
        return {"$ref": form["$ref"], **_shared(form, depth)}
    if "allOf" in form:
        if len(form["allOf"]) != 1:
            raise _NotStrict
        return _adapted({**{name: form[name] for name in form if name != "allOf"}, **form["allOf"][0]}, depth)
    found = {name: form[name] for name in _KEPT if name in form} | _shared(form, depth)
    if found.get("format") not in (None, *_FORMATS):
        del found["format"]
    if branches := form.get("anyOf") or form.get("oneOf"):
        return {**found, "anyOf": [_adapted(branch, depth) for branch in branches]}
    return found | _typed(form, depth)


def _typed(form: Mapping[str, Any], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"enum": [form["const"]]} if "const" in form else {}
    types = [form["type"]] if isinstance(form.get("type"), str) else list(form.get("type", ()))
    if not types and not found and "enum" not in form:
        raise _NotStrict
    if "object" in types:
        found |= _object(form, depth)
    if "array" in types:
        found["items"] = _adapted(form.get("items"), depth + 1)
    return found


def _object(form: Mapping[str, Any], depth: int) -> dict[str, Any]:
    more = form.get("additionalProperties", "properties" not in form)
    if more is not False or "patternProperties" in form:
        raise _NotStrict
    needed = form.get("required", ())
    properties = {
        name: _adapted(inner, depth + 1) if name in needed else _nullable(_adapted(inner, depth + 1))
        for name, inner in mapping_of(form.get("properties")).items()
    }
    return {"properties": properties, "required": list(properties), "additionalProperties": False}


def _nullable(form: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in form:
        return form if _NULL in form["anyOf"] else {**form, "anyOf": [*form["anyOf"], _NULL]}
    return form if "null" in form.get("type", ()) else {"anyOf": [form, _NULL]}


def _shared(form: Mapping[str, Any], depth: int) -> dict[str, Any]:
    groups = [name for name in ("$defs", "definitions") if name in form]
    return {name: {key: _adapted(inner, depth) for key, inner in form[name].items()} for name in groups}


def _resolved(node: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    seen = 0
    while isinstance(ref := node.get("$ref"), str) and ref.startswith("#/") and seen < 50:
        found: Any = root
        for part in ref[2:].split("/"):
            found = mapping_of(found).get(part, {})
        node, seen = mapping_of(found), seen + 1
    return node


def _fits(value: Any, form: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    shared = {name: root[name] for name in ("$defs", "definitions") if name in root}
    try:
        jsonschema.validate(value, {**shared, **form}, jsonschema.Draft202012Validator)
    except jsonschema.ValidationError:
        return False
    return True
