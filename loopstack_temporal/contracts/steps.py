"""Steps: what a run did."""

from typing import Literal

from pydantic import Field

from loopstack_temporal.contracts.base import Answer, Json, Time
from loopstack_temporal.contracts.problems import ErrorSummary


class StepSender(Answer):
    """Who set a step off."""

    id: str
    by: str
    channel: str


class StepSummary(Answer):
    """One firing of a transition. Step -1 is the opening of the run."""

    step: int
    transition: str
    title: str
    """Of its transition, as its definition says; in words where the definition is not known."""
    from_: str = Field(validation_alias="from", serialization_alias="from")
    to: str | None
    status: Literal["running", "committed", "failed", "closed"]
    attempt: int
    failures: int
    """How often the author's code raised in this step."""
    worker: str | None
    error: ErrorSummary | None
    started_at: Time
    ended_at: Time | None
    duration_ms: int | None
    document_count: int
    sender: StepSender | None


class StepLinks(Answer):
    """Addresses outside the studio."""

    temporal: str | None


class Step(StepSummary):
    """One step, whole."""

    payload: Json
    """What the sender sent."""
    state_before: Json
    state_after: Json
    result: Json
    """Draft of the run's result after the step."""
    activity_id: str
    activity_type: str
    links: StepLinks


class StepPage(Answer):
    """A page of steps in order; `cursor` leads to the next one, null at the end."""

    items: tuple[StepSummary, ...]
    cursor: str | None
