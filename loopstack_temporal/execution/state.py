"""State and result of one attempt: a private copy to work on, and the rules of returning and setting."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from loopstack_temporal.definition.model import END, TransitionDefinition, WorkflowDefinition
from loopstack_temporal.definition.shape import Shape, field_errors
from loopstack_temporal.errors import StateError
from loopstack_temporal.store.records import Checkpoint

LARGEST_STATE = 8 * 1024 * 1024


class Workpiece:
    """What a transition changes. Built from the checkpoint for every attempt, so a failed one leaves no trace."""

    def __init__(self, definition: WorkflowDefinition, checkpoint: Checkpoint | None) -> None:
        self._definition = definition
        self._before = checkpoint or Checkpoint(state=None)
        stored = self._before.state
        self.state: Any = load(definition.state, stored)
        self.result: Any = self._before.result
        self.has_result = self._before.has_result
        self._state_was_set = False
        self._result_was_set = False

    def assign_state(self, fields: Mapping[str, Any]) -> None:
        """Merge fields into the state."""
        self._state_was_set = True
        if isinstance(self.state, BaseModel):
            for name, value in fields.items():
                self._set_field(self.state, name, value)
        else:
            self.state.update(fields)

    def set_state(self, value: Any) -> None:
        """Replace the state."""
        self._state_was_set = True
        self.state = self._whole(value)

    def assign_result(self, fields: Mapping[str, Any]) -> None:
        """Merge fields into the result."""
        self._result_was_set = True
        present = _plain(self.result, "the result")
        if present is not None and not isinstance(present, dict):
            raise StateError(f"`assign_result` needs a result of fields, but the result is a {type(present).__name__}")
        self.result = {**cast("dict[str, Any]", present or {}), **fields}
        self.has_result = True

    def set_result(self, value: Any) -> None:
        """Replace the result."""
        self._result_was_set = True
        self.result, self.has_result = value, True

    def returned(self, value: object, transition: TransitionDefinition) -> None:
        """Apply what the transition returned: the result at the end, else nothing or the whole new state."""
        if value is None:
            return
        name = f"transition `{transition.name}` ({transition.from_} → {transition.to})"
        if transition.to == END:
            if self._result_was_set:
                raise StateError(f"{name} returned a result and also called a result setter; do one of the two")
            self.result, self.has_result = value, True
            return
        if self._state_was_set:
            raise StateError(f"{name} returned a state and also called a state setter; do one of the two")
        if not isinstance(value, Mapping | BaseModel):
            raise StateError(
                f"{name} returned a {type(value).__name__}; return nothing, or a mapping or model "
                "as the whole new state"
            )
        self.state = self._whole(cast("object", value))

    def finished(self, transition: TransitionDefinition) -> Checkpoint | None:
        """The new checkpoint, validated, or None if nothing changed. Raises `StateError`."""
        where = f"after transition `{transition.name}` ({transition.from_} → {transition.to})"
        before = self._before
        former = before.state
        if former is None:
            former = _written(self._definition.state, load(self._definition.state, None), "the empty state")
        state = dump(self._definition.state, self.state, f"the state {where}", former)
        ending = transition.to == END and self.has_result
        shape = self._definition.result if ending else None
        result = dump(shape, self.result, f"the result {where}") if self._result_was_set or ending else before.result
        new = Checkpoint(state=state, result=result, has_result=self.has_result)
        return None if new == Checkpoint(former, before.result, before.has_result) else new

    def _whole(self, value: object) -> Any:
        if isinstance(value, BaseModel):
            return value
        if isinstance(value, Mapping):
            given = dict(cast("Mapping[str, Any]", value))
            return _validate(self._definition.state, given, "the new state") if self._definition.state else given
        raise StateError(f"a state is a mapping or a model, not a {type(value).__name__}")

    @staticmethod
    def _set_field(state: BaseModel, name: str, value: Any) -> None:
        try:
            setattr(state, name, value)
        except (ValueError, AttributeError) as error:
            raise StateError(f"the state has no field `{name}` that takes this value: {error}") from error


def load(shape: Shape | None, stored: Any) -> Any:
    """State as authors see it, from its stored form; None stands for the empty state."""
    if shape is None:
        # Copied down to the leaves: else a change inside a list looks like no change.
        return dict(copy.deepcopy(stored)) if stored else dict[str, Any]()
    return shape.from_json(stored if stored is not None else {})


def dump(shape: Shape | None, value: Any, subject: str, known: Any = None) -> Any:
    """The stored form of a state or result, proved to come back. Raises `StateError` with the field's path.

    `known`: a form that is stored already, or stands for nothing stored.
    """
    data = _written(shape, value, subject)
    if data is not None and data == known:
        return known
    return _checked(data if shape is None else shape.to_json(_validate(shape, data, subject)), subject)


def _validate(shape: Shape, data: Any, subject: str) -> Any:
    try:
        return shape.from_json(data)
    except ValidationError as error:
        faults = "; ".join(f"`{fault.where}`: {fault.message}" for fault in field_errors(error))
        raise StateError(f"{subject} does not fit its model: {faults}") from error


def _written(shape: Shape | None, value: Any, subject: str) -> Any:
    if shape is None:
        return _plain(value, subject)
    try:
        return shape.to_json(value)
    except (PydanticSerializationError, RecursionError) as error:
        raise StateError(f"{subject} cannot be written as JSON: {error}") from error


def _plain(value: Any, subject: str) -> Any:
    try:
        return to_jsonable_python(value, inf_nan_mode="constants")
    except (PydanticSerializationError, RecursionError, ValueError) as error:
        raise StateError(f"{subject} cannot be written as JSON{_culprit(value)}: {error}") from error


def _culprit(value: Any) -> str:
    """Names the first field that is no JSON, if the value is a mapping of them."""
    if not isinstance(value, Mapping):
        return ""
    for name, part in cast("Mapping[str, Any]", value).items():
        try:
            to_jsonable_python(part)
        except (PydanticSerializationError, RecursionError, ValueError):
            return f" because of its field `{name}`"
    return ""


def _checked(data: Any, subject: str) -> Any:
    try:
        size = len(json.dumps(data, allow_nan=False))
    except ValueError as error:
        raise StateError(f"{subject} holds a number that JSON does not know (NaN or infinity)") from error
    if size > LARGEST_STATE:
        raise StateError(
            f"{subject} takes {size:,} bytes; the limit is {LARGEST_STATE:,}. Keep large content in documents."
        )
    return data
