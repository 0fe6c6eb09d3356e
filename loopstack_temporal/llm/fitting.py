"""Whether a model's data fits what was asked for, and what the model is told if not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import jsonschema
from jsonschema.exceptions import SchemaError
from pydantic import BaseModel, ValidationError
from referencing.exceptions import Unresolvable

from loopstack_temporal.definition.shape import Shape, field_errors
from loopstack_temporal.errors import ModelError, ToolError
from loopstack_temporal.llm.conversation import Turn
from loopstack_temporal.llm.port import LlmMessage

ObjectSchema = type[BaseModel] | Mapping[str, Any]
_MOST_TOLD = 20


class DoesNotFit(Exception):
    """Data that does not fit; `faults` are one line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


def as_json_schema(schema: ObjectSchema) -> Mapping[str, Any]:
    """The schema for the provider. Raises `ToolError` for one that is no JSON Schema."""
    if isinstance(schema, type):
        return schema.model_json_schema()
    try:
        jsonschema.Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        raise ToolError(
            f"The `output_schema` of a model call is no JSON Schema: {error.json_path}: {error.message}"
        ) from None
    return schema


def fitting(value: Any, schema: ObjectSchema) -> Any:
    """The data, for a model class as an instance of it. Raises `DoesNotFit`."""
    if isinstance(schema, type):
        try:
            return Shape(schema).from_json(value)
        except ValidationError as error:
            raise DoesNotFit([str(fault) for fault in field_errors(error)[:_MOST_TOLD]]) from None
    try:
        faults = _faults(value, schema)
    except Unresolvable as error:
        raise ToolError(f"The `output_schema` of a model call refers to something that is not in it: {error}") from None
    if faults:
        raise DoesNotFit(faults)
    return value


def correction(value: Any, fault: DoesNotFit) -> tuple[Turn, ...]:
    """The wrong answer and what is wrong with it, as the next turns of the conversation."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    lines = ["This answer does not fit the schema:", *(f"- {one}" for one in fault.faults)]
    asked = Turn(LlmMessage("user", "\n".join([*lines, "Give the whole answer again, so that it fits."])))
    return (Turn(LlmMessage("assistant", text)), asked) if text.strip() else (asked,)


def never_fits(provider: str, asked: int, fault: DoesNotFit) -> ModelError:
    """The error after the last try. Its code says that an answer came: the next try asks for another one."""
    times = "" if asked == 1 else f", asked {asked} times"
    lines = [f"The answer of `{provider}` does not fit the schema{times}:", *(f"  {one}" for one in fault.faults)]
    return ModelError("\n".join(lines), code="answer_invalid", provider=provider)


def _faults(value: Any, schema: Mapping[str, Any]) -> list[str]:
    validator: Any = jsonschema.Draft202012Validator(dict(schema))
    # Found one by one: of a very wrong answer the first ones are enough.
    return [f"{fault.json_path}: {fault.message}" for fault in islice(validator.iter_errors(value), _MOST_TOLD)]
