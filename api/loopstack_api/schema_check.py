"""The fast check of arguments and payloads by JSON Schema. The worker's own check stays the authority."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import (
    SchemaError,
    ValidationError,
    best_match,  # pyright: ignore[reportUnknownVariableType]
)
from referencing import Registry
from referencing.exceptions import Unresolvable

from loopstack_temporal.contracts.base import Json
from loopstack_temporal.errors import FieldError, InvalidInput

MAX_ERRORS = 50

# Without a registry of its own the validator would fetch foreign addresses that a schema refers to.
_NOTHING: Registry[Any] = Registry()


def check(schema: Json, value: Json, what: str) -> None:
    """Raises `InvalidInput` with the path of every wrong field. No schema: any value passes."""
    found = violations(schema, value)
    if found:
        first = found[0]
        where = ".".join(map(str, first.path)) or what
        raise InvalidInput(f"The {what} does not fit: `{where}` {first.message}.", found, code=f"invalid_{what}")


def violations(schema: Json, value: Json) -> tuple[FieldError, ...]:
    """What JSON Schema says against a value, at most `MAX_ERRORS` complaints, in order of their paths.

    A schema that cannot be used says nothing: then the worker decides.
    """
    if not isinstance(schema, Mapping):
        return ()
    validator = Draft202012Validator(cast("Mapping[str, Any]", schema), registry=_NOTHING)
    try:
        errors: Iterator[ValidationError] = validator.iter_errors(value)  # pyright: ignore[reportUnknownMemberType]
        found = [_field(error) for error in islice(errors, MAX_ERRORS)]
    except (SchemaError, Unresolvable, RecursionError):
        return ()
    flat = [item for items in found for item in items]
    return tuple(sorted(flat, key=lambda item: [str(part) for part in item.path]))


def _field(error: ValidationError) -> list[FieldError]:
    if error.validator in ("anyOf", "oneOf") and error.context:
        # "is not valid under any of the given schemas" helps nobody: say what the nearest branch says.
        return _field(cast("ValidationError", best_match(error.context)))
    path = tuple(error.absolute_path)
    if error.validator == "required":
        missing = _missing(error)
        return [FieldError((*path, name), "is required", "missing") for name in missing]
    if error.validator == "additionalProperties":
        return [FieldError((*path, name), "is not known", "extra_forbidden") for name in _extra(error)] or [
            FieldError(path, "has unknown fields", "extra_forbidden")
        ]
    return [FieldError(path, _message(error), str(error.validator))]


def _missing(error: ValidationError) -> list[str]:
    # The library reports one error per missing field and names the field only in its text.
    wanted = cast("list[str]", error.validator_value)
    return [name for name in wanted if repr(name) in error.message.split(" is a required property")[0]][:1]


def _extra(error: ValidationError) -> list[str]:
    known = cast("Mapping[str, Any]", cast("Mapping[str, Any]", error.schema).get("properties", {}))
    return [name for name in cast("Mapping[str, Any]", error.instance) if name not in known]


_SAYINGS: Mapping[str, Callable[[Any], str]] = {
    "type": lambda wanted: f"must be {_types(wanted)}",
    "enum": lambda wanted: f"must be one of {', '.join(map(repr, wanted))}",
    "const": lambda wanted: f"must be {wanted!r}",
    "minLength": lambda wanted: "must not be empty" if wanted == 1 else f"must have at least {wanted} characters",
    "maxLength": lambda wanted: f"must have at most {wanted} characters",
    "minimum": lambda wanted: f"must be at least {wanted}",
    "maximum": lambda wanted: f"must be at most {wanted}",
    "exclusiveMinimum": lambda wanted: f"must be more than {wanted}",
    "exclusiveMaximum": lambda wanted: f"must be less than {wanted}",
    "multipleOf": lambda wanted: f"must be a multiple of {wanted}",
    "minItems": lambda wanted: f"must have at least {wanted} entries",
    "maxItems": lambda wanted: f"must have at most {wanted} entries",
    "uniqueItems": lambda _: "must not have the same entry twice",
    "pattern": lambda wanted: f"must match {wanted}",
}
"""By keyword. The library's own texts repeat the value, which may be secret or long."""

_TYPE_NAMES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "empty",
}


def _message(error: ValidationError) -> str:
    say = _SAYINGS.get(str(error.validator))
    return say(error.validator_value) if say else f"does not fit `{error.validator}`"


def _types(wanted: object) -> str:
    names = [wanted] if isinstance(wanted, str) else cast("list[str]", wanted)
    return " or ".join(_TYPE_NAMES.get(name, name) for name in names)
