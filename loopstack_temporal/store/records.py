"""What the store takes and gives: frozen rows and frozen writes. Times are aware UTC datetimes, JSON is Python data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.machine.decisions import Decision, EndStatus, RunStatus

Json = Any
"""Plain JSON data."""

OPENING = -1
"""The step number under which `loopstack.open` records the initial checkpoint and the first decision."""


# --- rows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Awaiting:
    """One thing a run waits for."""

    transition: str
    kind: Literal["person", "child", "timer", "signal"]
    since: datetime
    due: datetime | None = None


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


# --- writes of a step ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fence:
    """Which attempt of which step writes. Later (epoch, try_no, attempt) win; of equal ones the later claim wins."""

    run_id: str
    step: int
    epoch: int
    try_no: int
    attempt: int
    nonce: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """State and result draft as JSON data."""

    state: Json
    result: Json = None
    has_result: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """What a step needs to begin: one read."""

    run: RunRow
    epoch: int
    """Epoch of the asking Temporal run; older than `run.epoch` means fenced."""
    recorded: RecordedStep | None
    """The outcome, if the step has one already."""
    checkpoint: Checkpoint | None
    """`None`: nothing was ever stored, the state is empty."""
    failure_no: int
    """Author failures so far in this step."""
    retry_count: int
    """Author failures of this transition since its last success."""
    claims: int
    """Attempts that claimed this step and left no outcome."""
    trigger: TriggerRow | None
    """Payload of a kept trigger, when the step was asked for by trigger id only."""
    applied_step: int | None = None
    """The step that applied this trigger id already, if one did; rewound steps count too."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer of `runs.open`."""

    kind: Literal["taken", "in_use"]
    """`in_use`: the id belongs to another execution; its row was left alone."""
    run: RunRow
    epoch: int
    recorded: RecordedStep | None
    """The outcome of step `OPENING`, when an earlier attempt of this epoch committed it."""


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The asking Temporal run id is unknown: ask Temporal whether it is current, then `register` with `seen_epoch`."""

    seen_epoch: int


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """The recorded outcome of a finished step; every later attempt gets exactly this."""

    status: Literal["committed", "failed", "closed"]
    decision: Decision
    place: str
    error: ErrorInfo | None


@dataclass(frozen=True, slots=True)
class DocumentWrite:
    """A document to be written by a commit. Ids are made by the writer so that `save` can return them."""

    id: str
    name: str
    key: str | None
    content: Json
    tags: tuple[str, ...] = ()
    meta: Mapping[str, Json] = field(default_factory=dict[str, Json])
    hidden: bool = False
    internal: bool = False
    keep_previous: bool = False
    """`meta.invalidate=False` on this save: the version before it stays live."""
    validation_error: Json = None
    live_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The run ends with this step."""

    status: EndStatus
    result: Json = None
    error: ErrorInfo | None = None


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """Everything one finished step writes, in one transaction (protocol.md §6 COMMIT, the end of FAIL, CLOSE)."""

    fence: Fence
    status: Literal["committed", "failed", "closed"]
    transition: str
    from_place: str
    place: str
    """Where the run stands afterwards."""
    decision: Decision
    run_status: RunStatus
    awaiting: tuple[Awaiting, ...] = ()
    checkpoint: Checkpoint | None = None
    """`None`: unchanged, the step refers to the former one."""
    documents: tuple[DocumentWrite, ...] = ()
    trigger: TriggerRow | None = None
    """Its id is remembered as applied, for ever, per run."""
    error: ErrorInfo | None = None
    """Why it failed or was closed; also a guard's error after a committed step."""
    error_transition: str | None = None
    parked: bool = False
    """Failed and open: a retry is possible."""
    failure: bool = False
    """An author failure: counted for (run, transition). A committed step sets that count to 0 instead."""
    ending: Ending | None = None
    retry: RetryPending | None = None
    """A retry that the decision holds back (through a retry target); shown with the run until the next write."""
    started_at: datetime | None = None
    """When this attempt began, by the worker's clock; for display only."""
    worker: str | None = None
    catalogue_hash: str | None = None


@dataclass(frozen=True, slots=True)
class FailureWrite:
    """An author failure with budget left: one error document, one count, the coming retry; the step goes on."""

    fence: Fence
    transition: str
    from_place: str
    document: DocumentWrite
    error: ErrorInfo
    retry: RetryPending
    trigger: TriggerRow | None
    worker: str | None
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A short write that takes the fence and shows that the step runs."""

    fence: Fence
    transition: str
    from_place: str
    worker: str
    trigger: TriggerRow | None = None


# --- writes around a run ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run asked for through the API: its row exists before Temporal knows of it."""

    id: str
    app: str
    workflow: str
    workspace_id: str
    user_id: str
    args: Json
    start_token: str
    title: str | None = None
    catalogue_hash: str | None = None
    parent_id: str | None = None
    root_id: str | None = None


@dataclass(frozen=True, slots=True)
class OpenRun:
    """What `loopstack.open` knows when a run arrives on Temporal, whoever started it (protocol.md §4)."""

    run_id: str
    app: str
    workflow: str
    first_execution_run_id: str
    temporal_run_id: str
    start_token: str | None
    """From the memo; None for a start by the Temporal CLI."""
    workspace_id: str | None
    user_id: str | None
    title: str | None
    args: Json
    engine: int
    catalogue_hash: str | None


@dataclass(frozen=True, slots=True)
class InboxWrite:
    """A trigger that was kept for later or refused, with its payload."""

    run_id: str
    epoch: int
    trigger: TriggerRow
    outcome: Literal["kept", "rejected", "dropped"]
    code: str | None = None
    message: str | None = None
    fields: Json = None


# --- reading ---------------------------------------------------------------------------------------------------------

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list. `next` is opaque text for the following part, `None` at the end."""

    items: tuple[Item, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs; every given field narrows the list."""

    status: tuple[RunStatus, ...] = ()
    app: str | None = None
    workflow: str | None = None
    workspace_id: str | None = None
    parent_id: str | None = None
    root_only: bool = False
    """Only runs without a parent."""
    search: str | None = None
    """Part of the id, title or workflow name, in any case; or the number."""
    since: datetime | None = None
    """Created at or after."""
    until: datetime | None = None
    """Created before."""
    has_error: bool | None = None
    awaits_person: bool = False
    """Only runs that wait for a person right now."""
    order: Literal["newest", "oldest"] = "newest"


@dataclass(frozen=True, slots=True)
class RunCounts:
    """How many runs a filter matches."""

    total: int
    by_status: Mapping[RunStatus, int]
    by_workflow: Mapping[str, int]
    awaiting_person: int


@dataclass(frozen=True, slots=True)
class StepDetail:
    """A step with the state before and after it, the result draft after it, and what was decided."""

    row: StepRow
    before: Json
    after: Json
    result: Json
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class DocumentVersions:
    """A document and every version of its key that was not rewound, oldest first."""

    document: DocumentRow
    versions: tuple[DocumentRow, ...]


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What a worker published about an application."""

    app: str
    hash: str
    content: Json
    published_at: datetime
    live: bool
    """A worker with this content was seen in the last 60 seconds."""


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One worker process."""

    id: str
    app: str
    hash: str
    pools: tuple[str, ...]
    started_at: datetime
    seen_at: datetime
    live: bool


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """A named set of runs."""

    id: str
    title: str
    favourite: bool
    run_count: int
    """Number of the last run created in it."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A request that must act once: who and where (`scope`), the sender's key, and a hash of the body."""

    scope: str
    key: str
    body_hash: str
    owner: str = ""
    """Random per request; lets a repeated transaction recognise its own row."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The key is new: go on, then `end` it."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """The request was answered before; give the same answer."""

    status: int
    body: Json


@dataclass(frozen=True, slots=True)
class InProgress:
    """The first request with this key has not been answered yet, or its process died."""

    since: datetime
    body: Json
    """What the first request left so far; `{"run_id": …}` for a start."""


@dataclass(frozen=True, slots=True)
class Reused:
    """The key came with another body before; `status` and `body` are the answer it got, if any."""

    status: int | None
    body: Json


@dataclass(frozen=True, slots=True)
class EffectWrite:
    """A call to the outside world that a step is about to make."""

    key: str
    fence: Fence
    name: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class EffectRow:
    """A recorded call. `started` without an end: the call may or may not have happened."""

    key: str
    status: Literal["started", "done", "unknown"]
    response: Json
