"""What the event stream says. A frame's `id` is an opaque cursor; frames without one never move it."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from loopstack_temporal.contracts.base import Answer, AwaitKind, Json, RunStatus, Time
from loopstack_temporal.contracts.problems import ErrorSummary, FieldProblem


class EventRetry(Answer):
    """A retry that will happen by itself."""

    transition: str
    attempt: int
    max: int
    next_at: Time
    error: ErrorSummary


class EventAwaiting(Answer):
    """One thing a run waits for."""

    transition: str
    kind: AwaitKind
    since: Time
    due: Time | None = None
    step: int | None = None
    """The first step number an answer may name, if reminders have passed since."""


class RunEvent(Answer):
    """What every event of a run carries."""

    run_id: str
    root_id: str | None
    workspace_id: str | None
    rev: int
    """The run's gapless event number."""
    at: Time


class RunCreated(RunEvent):
    """A run exists."""

    type: Literal["run.created"]
    workflow: str
    app: str
    title: str | None = None
    number: int
    parent_id: str | None = None
    status: RunStatus


class RunChanged(RunEvent):
    """The run row as a list shows it; at most one per commit."""

    type: Literal["run.changed"]
    status: RunStatus
    place: str
    step: int
    """The number the next step will get."""
    awaiting: tuple[EventAwaiting, ...] = ()
    has_error: bool = False
    error_message: str | None = None
    can_retry: bool = False
    retry: EventRetry | None = None
    path: tuple[str, ...] = ()
    ended_at: Time | None = None


class RunRewound(RunEvent):
    """A reset from outside: steps from `step` on are void."""

    type: Literal["run.rewound"]
    step: int
    epoch: int


class RunDeleted(Answer):
    """A run is gone with all it had. Its last word: it has no number, because a new run may get the same id."""

    type: Literal["run.deleted"]
    run_id: str
    root_id: str | None
    workspace_id: str | None
    at: Time


class DocumentSaved(RunEvent):
    """A document was written or replaced."""

    type: Literal["document.saved"]
    id: str
    name: str
    key: str | None = None
    position: int
    version: int
    live_id: str | None = None
    step: int
    hidden: bool = False


class StepStarted(RunEvent):
    """An attempt took a step. Short first attempts do not say so."""

    type: Literal["step.started"]
    step: int
    transition: str
    place: str
    attempt: int
    worker: str | None = None


class StepCommitted(RunEvent):
    """A step is done."""

    type: Literal["step.committed"]
    step: int
    transition: str
    from_: str = Field(validation_alias="from", serialization_alias="from")
    to: str
    duration_ms: int | None = None


class StepFailed(RunEvent):
    """The author's code raised. `final`: no further try by itself."""

    type: Literal["step.failed"]
    step: int
    transition: str
    place: str
    attempt: int
    error: ErrorSummary
    final: bool
    next_at: Time | None = None


class TaskOpened(RunEvent):
    """A person is asked."""

    type: Literal["task.opened"]
    transition: str
    step: int


class TaskClosed(RunEvent):
    """A question is closed; `by` if a person answered it."""

    type: Literal["task.closed"]
    transition: str
    step: int
    by: str | None = None
    channel: str | None = None


class TriggerKept(RunEvent):
    """An answer came early; it is delivered when its place is reached."""

    type: Literal["trigger.kept"]
    id: str
    name: str
    by: str | None = None
    channel: str | None = None
    code: str | None = None
    message: str | None = None


class TriggerRejected(RunEvent):
    """An answer nobody waits for was refused; the run stays where it was."""

    type: Literal["trigger.rejected"]
    id: str
    name: str
    by: str | None = None
    channel: str | None = None
    code: str | None = None
    message: str | None = None
    fields: tuple[FieldProblem, ...] | None = None


class CatalogChanged(Answer):
    """A worker published another definition of an app."""

    type: Literal["catalog.changed"]
    app: str
    hash: str
    at: Time


class Hello(Answer):
    """First frame: the stream goes on from `cursor`."""

    type: Literal["hello"] = "hello"
    cursor: str
    build: str
    server_time: Time


class Ping(Answer):
    """Nothing happened for a while; the stream lives."""

    type: Literal["ping"] = "ping"
    server_time: Time


class StreamReset(Answer):
    """The cursor cannot be served: everything streamed so far may be stale. The stream goes on from `cursor`."""

    type: Literal["stream.reset"] = "stream.reset"
    cursor: str
    reason: str


LivePart = Literal["text", "thinking", "tool_call"]


class LiveToolCall(Answer):
    """A tool that the model wants called."""

    id: str
    name: str
    args: Json


class LiveSnapshot(Answer):
    """All of a running reply so far; replaces what was shown for `live_id`."""

    type: Literal["live.snapshot"] = "live.snapshot"
    run_id: str
    live_id: str
    step: int
    transition: str
    place: str
    attempt: int
    """Of two snapshots the one of the higher attempt counts."""
    seq: int
    """Number of the last piece in it; the next delta has the following one."""
    text: str
    thinking: str = ""
    tool_calls: tuple[LiveToolCall, ...] = ()


class LiveDelta(Answer):
    """More of a running reply: words of the answer, of the thinking before it, or one whole tool call."""

    type: Literal["live.delta"] = "live.delta"
    run_id: str
    live_id: str
    attempt: int
    seq: int
    part: LivePart
    text: str = ""
    data: LiveToolCall | None = None


class LiveEnd(Answer):
    """A running reply is complete or, with `error`, given up."""

    type: Literal["live.end"] = "live.end"
    run_id: str
    live_id: str
    attempt: int
    seq: int
    error: str | None = None
    dropped: bool = False
    """Nothing of it is to be seen any more: its document is there, or the attempt that wrote it is given up."""


StudioEvent = TypeAliasType(
    "StudioEvent",
    Annotated[
        RunCreated
        | RunChanged
        | RunRewound
        | RunDeleted
        | DocumentSaved
        | StepStarted
        | StepCommitted
        | StepFailed
        | TaskOpened
        | TaskClosed
        | TriggerKept
        | TriggerRejected
        | CatalogChanged
        | Hello
        | Ping
        | StreamReset
        | LiveSnapshot
        | LiveDelta
        | LiveEnd,
        Field(discriminator="type"),
    ],
)
"""Everything a stream can say; a named union in OpenAPI and TypeScript."""
