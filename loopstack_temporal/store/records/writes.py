"""What the store takes, and what a step gets back from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.machine.decisions import Decision, EndStatus, RunStatus
from loopstack_temporal.store.records.rows import (
    Awaiting,
    Json,
    RetryPending,
    RunFacts,
    RunRow,
    TriggerRow,
)


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

    run: RunFacts
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
class Moved:
    """What the commit of a step made of the run, as far as the next step begins with it."""

    path: tuple[str, ...]
    document_seq: int
    failures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """The recorded outcome of a finished step; every later attempt gets exactly this."""

    status: Literal["committed", "failed", "closed"]
    decision: Decision
    place: str
    error: ErrorInfo | None
    moved: Moved | None = field(default=None, compare=False)
    """`None`: it had been recorded before."""
    trigger_id: str | None = field(default=None, compare=False)
    """What it applied, or had in hand when it was closed."""


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
class ChildWrite:
    """A child run to be created by a commit, pending; its arguments are validated already."""

    id: str
    workflow: str
    args: Json
    start_token: str
    callback: str | None = None
    callback_meta: Mapping[str, Json] = field(default_factory=dict[str, Json])
    title: str | None = None


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
    stays: bool = False
    """A deadline came back to its place: what else is awaited there has been awaited since before."""
    checkpoint: Checkpoint | None = None
    """`None`: unchanged, the step refers to the former one."""
    documents: tuple[DocumentWrite, ...] = ()
    children: tuple[ChildWrite, ...] = ()
    trigger: TriggerRow | None = None
    """Its id is remembered as applied, for ever, per run."""
    error: ErrorInfo | None = None
    """Why it failed or was closed; also a guard's error after a committed step."""
    error_transition: str | None = None
    parked: bool = False
    """Failed and open: a retry is possible."""
    failure: bool = False
    """An author failure: counted for (run, transition). A committed step sets that count to 0 instead."""
    foreseen: bool = False
    """`error` is the step's alone: its author said how the run goes on, and nothing is wrong with the run."""
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
    failure_no: int | None = None
    """The author's failures that the attempt knows of; with another number it is fenced and has to look again."""


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
    beginning: StepOutcome | None = None
    """The outcome of step `OPENING` if it follows from these arguments alone; its fence has no epoch yet.

    It is written with the row, unless the row has other arguments or belonged to an earlier Temporal run: then `Opened`
    has no outcome, and it has to be found with the row at hand.
    """


@dataclass(frozen=True, slots=True)
class InboxWrite:
    """A trigger that was kept for later or refused, with its payload."""

    run_id: str
    trigger: TriggerRow
    outcome: Literal["kept", "rejected", "dropped"]
    code: str | None = None
    message: str | None = None
    fields: Json = None


@dataclass(frozen=True, slots=True)
class LivePiece:
    """A piece of a text that is being written. `seq` counts the pieces of a stream in one attempt, from 1."""

    stream: str
    seq: int
    kind: Literal["start", "text", "thinking", "tool_call", "end"]
    """`start`: what this attempt showed before is void."""
    text: str = ""
    data: Json = None
    """Of a tool call: `id`, `name`, `args`."""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LiveWrite:
    """Pieces that an attempt shows. `attempt` grows with every attempt of the step."""

    fence: Fence
    attempt: int
    transition: str
    place: str
    pieces: tuple[LivePiece, ...]
