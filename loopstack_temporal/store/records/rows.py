"""Rows as the store gives them. Times are aware UTC datetimes, JSON is Python data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.machine.decisions import RunStatus
from loopstack_temporal.runs import StartRun

Json = Any
"""Plain JSON data."""

OPENING = -1
"""The step number under which `loopstack.open` records the initial checkpoint and the first decision."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """One thing a run waits for."""

    transition: str
    kind: Literal["person", "child", "timer", "signal"]
    since: datetime
    due: datetime | None = None
    step: int | None = None
    """The first step number an answer may name, if reminders have passed since; else it is the run's next."""


@dataclass(frozen=True, slots=True)
class RetryPending:
    """A retry that will happen by itself."""

    transition: str
    attempt: int
    """Number of the coming try, 2 for the first retry."""
    max: int
    next_at: datetime
    error: ErrorInfo


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a step has to know of its run."""

    id: str
    workflow: str
    workspace_id: str
    user_id: str
    epoch: int
    args: Json
    path: tuple[str, ...]
    """The last 12 stops, newest last; `!place` where a step failed."""
    document_seq: int
    """Position of the last document."""
    retry: RetryPending | None
    callback: str | None
    """The parent's wait transition that is told when this run ends."""
    config: Json = None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. `status` is the status people see: a paused open run says `paused`."""

    id: str
    app: str
    workflow: str
    title: str | None
    number: int
    workspace_id: str
    user_id: str
    status: RunStatus
    place: str
    next_step: int
    epoch: int
    rev: int
    """The run's gapless event number."""
    engine: int | None
    has_error: bool
    error: ErrorInfo | None
    error_transition: str | None
    can_retry: bool
    """Failed and parked: a retry is possible."""
    retry: RetryPending | None
    args: Json
    result: Json
    awaiting: tuple[Awaiting, ...]
    path: tuple[str, ...]
    """The last 12 stops, newest last; `!place` where a step failed."""
    catalogue_hash: str | None
    parent_id: str | None
    root_id: str
    start_token: str | None
    first_execution_run_id: str | None
    temporal_run_id: str | None
    cancel_requested: bool
    paused_at: datetime | None
    paused_by: str | None
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    ended_at: datetime | None
    failures: Mapping[str, int] = field(default_factory=dict[str, int])
    """Author failures per transition since its last success."""
    document_seq: int = 0
    """Position of the last document."""
    parent_step: int | None = None
    """The parent's step that decided on this run."""
    callback: str | None = None
    """The parent's wait transition that is told when this run ends."""
    callback_meta: Mapping[str, Json] = field(default_factory=dict[str, Json])
    superseded: bool = False
    """The parent's step was undone: nobody waits for this run any more."""
    config: Json = None

    @property
    def facts(self) -> RunFacts:
        """What a step has to know of the run."""
        return RunFacts(
            self.id,
            self.workflow,
            self.workspace_id,
            self.user_id,
            self.epoch,
            self.args,
            self.path,
            self.document_seq,
            self.retry,
            self.callback,
            self.config,
        )

    def starting(self) -> StartRun:
        """What Temporal is asked, by whoever starts the run."""
        return StartRun(
            run_id=self.id,
            app=self.app,
            workflow=self.workflow,
            args=self.args,
            config=self.config,
            start_token=self.start_token or "",
            workspace_id=self.workspace_id,
            user_id=self.user_id,
            title=self.title or "",
            parent_id=self.parent_id,
            callback=self.callback,
        )


@dataclass(frozen=True, slots=True)
class Watched:
    """What the reconciler compares of an open run. `status` without pause; `epoch` 0: no workflow opened it yet."""

    id: str
    status: str
    epoch: int
    next_step: int
    first_execution_run_id: str | None
    start_token: str | None


@dataclass(frozen=True, slots=True)
class Untold:
    """A child run that ended, and the wait of its parent that has to hear of it."""

    id: str
    parent_id: str
    status: str
    callback: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One firing of a transition. `status`: `running` until it is `committed`, `failed` (budget spent) or `closed`."""

    run_id: str
    step: int
    epoch: int
    superseded: bool
    transition: str
    from_place: str
    to_place: str | None
    status: Literal["running", "committed", "failed", "closed"]
    try_no: int
    attempt: int
    failure_no: int
    """Author failures so far in this step."""
    worker: str | None
    trigger: TriggerRow | None
    error: ErrorInfo | None
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    document_count: int


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """What set a step off: the payload and its sender."""

    id: str
    name: str
    payload: Json
    by: str
    channel: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One version of a document."""

    id: str
    run_id: str
    step: int
    transition: str
    place: str
    """The place the transition that saved it leaves."""
    name: str
    """Name of the document class."""
    key: str | None
    position: int
    """Place in the feed: stays the same over versions of one key. Unique per run for live documents."""
    version: int
    live: bool
    """False: replaced by a newer version."""
    superseded: bool
    """True: written by a step that was rewound."""
    content: Json
    tags: tuple[str, ...]
    meta: Mapping[str, Json]
    hidden: bool
    internal: bool
    validation_error: Json
    live_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event. `cursor` is opaque text that orders events of many runs; `rev` is gapless within a run."""

    cursor: str
    type: str
    run_id: str | None
    root_id: str | None
    workspace_id: str | None
    rev: int | None
    data: Mapping[str, Json]
    at: datetime
