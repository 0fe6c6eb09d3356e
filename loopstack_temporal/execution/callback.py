"""The end of a child run as its parent's transition sees it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from loopstack_temporal.definition.context import TransitionInput
from loopstack_temporal.definition.model import TransitionDefinition
from loopstack_temporal.definition.shape import field_errors, mapping_of
from loopstack_temporal.errors import AuthorError, ChildFailed
from loopstack_temporal.execution.faults import told
from loopstack_temporal.execution.scene import Scene
from loopstack_temporal.execution.values import Rejected
from loopstack_temporal.store.records import RunRow, TriggerRow

CHILD = "child"
"""The channel of a trigger that a child run's end is."""


async def envelope(
    scene: Scene, transition: TransitionDefinition, trigger: TriggerRow
) -> TransitionInput[Any] | Rejected:
    """What the row of the child says, whatever the report claimed.

    Raises `ChildFailed` when the transition leaves failed children to its retry policy, or has no parameter that could
    tell that one failed, and `AuthorError` when the result does not fit the transition's schema.
    """
    store = scene.workplace.store
    facts = mapping_of(trigger.payload)
    child = await store.do(store.runs.get, str(facts.get("child_id")))
    if child is None or child.parent_id != scene.call.run_id or child.callback != transition.name or child.superseded:
        return Rejected("unknown_child", f"No child run of this run reports to `{transition.name}` under that id.")
    if child.ended_at is None:
        return Rejected("child_not_ended", f"The child run `{child.id}` has not ended.")
    if child.status == "completed":
        return _completed(child, transition)
    message = child.error.message if child.error else f"The child run `{child.workflow}` was {child.status}."
    retry = transition.retry
    blind = not any(parameter.role == "input" for parameter in transition.parameters)
    takes_payload = any(parameter.role == "payload" for parameter in transition.parameters)
    if retry.attempts or retry.place or retry.target or (blind and takes_payload):
        raise ChildFailed(f"run {child.id} ended as {child.status}: {message}")
    return TransitionInput(
        run_id=child.id,
        status="canceled" if child.status == "canceled" else "failed",
        error_message=message,
        meta=child.callback_meta,
    )


def _completed(child: RunRow, transition: TransitionDefinition) -> TransitionInput[Any]:
    try:
        value = child.result if transition.payload is None else transition.payload.from_json(child.result)
    except ValidationError as error:
        text = f"the result of child run {child.id} does not fit what `{transition.name}` takes"
        raise AuthorError(f"{text}: {told(field_errors(error))}") from None
    return TransitionInput(run_id=child.id, value=value, meta=child.callback_meta)
