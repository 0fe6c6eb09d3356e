"""Runs: what people see of them and what they may ask."""

from typing import Literal

from pydantic import Field

from loopstack_temporal.contracts.base import Answer, Ask, AwaitKind, Json, Name, NewId, RunStatus, Time, Title
from loopstack_temporal.contracts.catalogue import ToolLook, Widget
from loopstack_temporal.contracts.problems import ErrorSummary
from loopstack_temporal.contracts.usage import RunUsage


class AwaitingBrief(Answer):
    """One thing a run waits for."""

    transition: str
    step: int
    """The number the answering step will get; send it back with the answer."""
    kind: AwaitKind
    title: str
    since: Time
    due: Time | None


class Awaiting(AwaitingBrief):
    """One thing a run waits for, with what is needed to answer it."""

    task_id: str
    schema_: Json = Field(validation_alias="schema", serialization_alias="schema")
    """JSON Schema of the payload; null: any value."""
    widgets: tuple[Widget, ...]
    """Widgets of the workflow that name this transition."""
    document_ids: tuple[str, ...]
    """Live documents whose widgets name this transition: the answer is given there."""
    question: str | None
    """The `question` of the last of these documents, at most 300 characters; null: none has one."""


class RetryPending(Answer):
    """A retry that will happen by itself."""

    transition: str
    attempt: int
    """Number of the coming try, 2 for the first retry."""
    max: int
    next_at: Time
    error: ErrorSummary


class RunLinks(Answer):
    """Addresses outside the studio."""

    temporal: str | None
    """The run in Temporal Web."""


class RunFields(Answer):
    """What is shown of a run everywhere."""

    id: str
    app: str
    workflow: str
    workflow_title: str
    title: str | None
    number: int
    """Counts the runs of a workspace, from 1."""
    workspace_id: str
    user_id: str
    parent_id: str | None
    root_id: str
    status: RunStatus
    place: str
    step: int
    """The number the next step will get."""
    rev: int
    """The run's gapless event number: a lower one never overwrites."""
    sentence: str
    has_error: bool
    error_message: str | None
    error: ErrorSummary | None
    can_retry: bool
    """Failed and parked: `retry` runs the failed transition again."""
    can_stop: bool
    """A step runs, or is about to: `stop` ends it."""
    retry: RetryPending | None
    path: tuple[str, ...]
    """The last 12 stops, newest last; `!place` where a step failed."""
    cancel_requested: bool
    created_at: Time
    started_at: Time | None
    updated_at: Time
    ended_at: Time | None
    links: RunLinks


class RunSummary(RunFields):
    """A run as it stands in a list."""

    awaiting: tuple[AwaitingBrief, ...]


class Run(RunFields):
    """One run, whole."""

    awaiting: tuple[Awaiting, ...]
    ahead: tuple[Awaiting, ...]
    """Early waits that the run does not stand at: what is sent for them is kept and taken in their turn."""
    args: Json
    config: Json
    """The configuration it was started with, with defaults; null: its workflow takes none."""
    result: Json
    error_transition: str | None
    paused_at: Time | None
    paused_by: str | None
    hash: str | None
    """Content hash of the run's own definition."""
    widgets: tuple[Widget, ...]
    """Widgets of the workflow, from the run's own definition."""
    titles: dict[str, str]
    """Titles of transitions by name, from the run's own definition."""
    tools: dict[str, ToolLook]
    """The tools of its app that say how their calls are drawn, by name."""
    usage: RunUsage


class RunPage(Answer):
    """A page of runs; `cursor` leads to the next one, null at the end."""

    items: tuple[RunSummary, ...]
    cursor: str | None


class RunFacets(Answer):
    """How many runs the filters leave, by status and by workflow."""

    total: int
    statuses: dict[RunStatus, int]
    workflows: dict[str, int]


class StartRun(Ask):
    """Start a run."""

    workflow: Name
    args: Json = None
    app: Name | None = None
    """Needed only when several apps have a workflow of this name."""
    workspace_id: Name | None = None
    config: Json = None
    """Configuration, for a workflow with a `config_schema`; null: its defaults."""
    run_id: NewId | None = None
    """Also the Temporal workflow id."""
    title: Title | None = None


class TriggerRun(Ask):
    """Answer a wait."""

    payload: Json = None
    step: int | None = Field(default=None, ge=0, le=2**31 - 1)
    """The `step` of the awaiting entry that is being answered."""
    queue: bool = False
    """Keep the answer for its turn if it is not awaited now. Answers of early waits are kept in any case."""


class RetryRun(Ask):
    """Run the failed transition again; `payload` replaces the one it had."""

    payload: Json = None
    step: int | None = Field(default=None, ge=0, le=2**31 - 1)


class StopRun(Ask):
    """End the step that runs, and not the run."""

    reason: str | None = Field(default=None, max_length=2000)
    step: int | None = Field(default=None, ge=0, le=2**31 - 1)
    """Only this one: the run's `step` as the person saw it."""


class CancelRun(Ask):
    """Stop a run."""

    reason: str | None = Field(default=None, max_length=2000)


class MoveRun(Ask):
    """Put a run at another place."""

    place: Name
    reason: str | None = Field(default=None, max_length=2000)
    dry_run: bool = False


class EditRun(Ask):
    """Rename a run."""

    title: Title


class TriggerReceipt(Answer):
    """The request is safe, but its outcome is not known yet: the run's events tell it.

    `accepted`: a worker has it and is still at it. `recorded`: kept by Temporal until a worker takes it. `queued`: the
    run has it and takes it in its turn.
    """

    status: Literal["accepted", "recorded", "queued"]
    run_id: str
    transition: str
    trigger_id: str
    sentence: str
