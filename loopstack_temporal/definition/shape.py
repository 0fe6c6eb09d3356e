"""A type an author names (arguments, state, payload), met once: validation, JSON form and JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from pydantic import PydanticInvalidForJsonSchema, TypeAdapter, ValidationError

from loopstack_temporal.errors import FieldError


@dataclass(frozen=True)
class Shape:
    """A Python type used as a schema: a model, a scalar, a list, an enum, a union."""

    type: Any

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """pydantic's adapter for the type, built on first use."""
        return TypeAdapter(self.type)

    @cached_property
    def json_schema(self) -> Mapping[str, Any]:
        """The schema of the *input* form: fields with defaults are not required. `{}` if JSON Schema cannot say it."""
        try:
            return self.adapter.json_schema(mode="validation")
        except PydanticInvalidForJsonSchema:
            return {}

    def validate(self, value: object) -> Any:
        """The value as an instance of the type, defaults applied. Raises `pydantic.ValidationError`."""
        return self.adapter.validate_python(value)

    def from_json(self, value: object) -> Any:
        """Like `validate`, for a value that came from JSON: text becomes dates, lists become tuples."""
        return self.adapter.validate_json(_dumps(value))

    def to_json(self, value: object) -> Any:
        """The value as plain JSON data. Raises `pydantic_core.PydanticSerializationError`.

        Values of a wrong type are written as they are: whoever needs them right validates what comes out.
        """
        return self.adapter.dump_python(value, mode="json", by_alias=True, round_trip=True, warnings="none")


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """pydantic's complaints as path, message and code; inputs are left out because they may be secret."""
    return tuple(
        FieldError(tuple(item["loc"]), item["msg"], item["type"])
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _dumps(value: object) -> bytes:
    return _ANY.dump_json(value)


_ANY: TypeAdapter[Any] = TypeAdapter(Any)


def mapping_of(value: Any) -> Mapping[str, Any]:
    """A JSON value as its fields; a value that is no object has none."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
