"""Questions to the store and their answers: lists, counts, details, and what belongs to no run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from loopstack_temporal.machine.decisions import Decision, RunStatus
from loopstack_temporal.store.records.rows import (
    DocumentRow,
    Json,
    StepRow,
)
from loopstack_temporal.store.records.writes import (
    Fence,
    LivePiece,
)

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
class TemporalHome:
    """A Temporal namespace. Two of one name on two servers have different ids."""

    id: str
    name: str
    """For people: its name and where it was found."""


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
    app: str | None = None
    """The app it was made for; `None`: for all."""
    user_id: str | None = None
    """The person it belongs to; `None`: everybody."""


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
    repeatable: bool = True
    """`False`: begun by an attempt that is gone, it is not begun again by itself."""


@dataclass(frozen=True, slots=True)
class EffectEnd:
    """The outcome of a call, by the attempt that made it."""

    key: str
    fence: Fence
    response: Json
    usage: Json
    """What it cost, as an object; a list of them if several models were asked."""
    at: datetime
    status: Literal["done", "unknown"] = "done"
    """`unknown`: it happened, but its answer cannot be kept."""


@dataclass(frozen=True, slots=True)
class EffectUsage:
    """What one call cost, as it was recorded."""

    name: str
    usage: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class EffectRow:
    """A recorded call. `started` without an end: the call may or may not have happened."""

    key: str
    status: Literal["started", "done", "unknown"]
    response: Json


@dataclass(frozen=True, slots=True)
class LiveStream:
    """A text that is being written, and its pieces that the reader did not know."""

    run_id: str
    root_id: str
    stream: str
    step: int
    by: str
    """Tells attempts apart, also those of another step or after a reset."""
    attempt: int
    transition: str
    place: str
    pieces: tuple[LivePiece, ...]
