"""Shapes that cross the Temporal border: activity arguments and results, and what continue-as-new carries.

They live in histories for years. Fields are added with defaults, never renamed or removed; readers ignore what they do
not know.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.machine.decisions import Deadlines, Decision, Value

ENGINE = 1
"""Version of the interpreter's command order. Recorded by `loopstack.open`; bumped only when commands are reordered."""

OPEN = "loopstack.open"
CLOSE = "loopstack.close"
NOTE = "loopstack.note"
REOPEN = "loopstack.reopen"
CHILD = "loopstack.child"
STATE = "loopstack.state"
CONFIG = "config"
"""Where the second input of a start keeps the run's configuration."""

SPENT = "RetriesExhausted"
"""Failure type of a step whose author budget is spent; its first detail is a `StepResult`."""


class Received(Value):
    """A trigger as the run knows it. With `stored` the payload stands in SQL and not here."""

    id: str
    name: str
    payload: Any = None
    by: str = "local"
    channel: str = "signal"
    at_step: int | None = None
    stored: bool = False
    unfit: str | None = None
    """Why the payload cannot be used, by a refusal's code; then `payload` is empty."""
    queue: bool = False
    """An update that would rather be kept for its turn than refused."""
    reports: str | None = None
    """The child run whose end this reports; SQL knows the rest."""


class FieldFault(Value):
    """One wrong field of a payload."""

    path: tuple[str | int, ...] = ()
    message: str
    code: str = "invalid"


class Rejection(Value):
    """Why a trigger was refused. Nothing else happened."""

    code: str
    message: str
    fields: tuple[FieldFault, ...] = ()


class Parent(Value):
    """The run that started this one as its child."""

    run_id: str
    callback: str | None = None

    def memo(self, start_token: str | None) -> dict[str, Any]:
        """What a child carries in its memo, whoever starts it."""
        return {"start_token": start_token, "parent": self.model_dump()}


class OpenInput(Value):
    """What the workflow knows of itself when it begins."""

    workflow: str
    args: Any = None
    unfit: str | None = None
    """Why the arguments cannot be used, by a refusal's code; then `args` is empty."""
    memo: Any = None
    config: Any = None
    """Where nothing is: none was given, or `unfit`."""
    first_execution_run_id: str

    @property
    def parent(self) -> Parent | None:
        """Who is told when this run ends. A memo that somebody made up is no reason to fail."""
        try:
            return Parent.model_validate(mapping_of(self.memo).get("parent"))
        except ValidationError:
            return None


class OpenResult(Value):
    """Everything about a run that must never change once it began."""

    engine: int = ENGINE
    search_attributes: bool = False
    history_limit: int = 500
    heartbeat: float = 10.0
    """Seconds without a heartbeat after which a step is given to another worker."""
    decision: Decision


class StepInput(Value):
    """One firing of a transition."""

    workflow: str
    step: int
    try_no: int
    transition: str
    place: str
    chain: int = 0
    """Steps since the run last waited."""
    trigger: Received | None = None
    timer: bool = False
    deadlines: Deadlines | None = None
    """With `timer`: the other deadlines of the stay."""
    repeats: int | None = None
    """The failed step whose payload is used again: a manual retry."""


class StepResult(Value):
    """What the step decided, and why it did not apply its trigger. Without a decision the run stays where it was."""

    decision: Decision | None = None
    rejected: Rejection | None = None
    place: str = ""
    closed: bool = False
    """`loopstack.close` ended the step; whatever its body still does counts for nothing."""


class Stop(Value):
    """Who stopped a step, and why."""

    by: str = "local"
    reason: str | None = None


class CloseInput(Value):
    """A step the activity could not report, or the end of the whole run."""

    workflow: str
    step: int
    try_no: int
    transition: str = ""
    place: str
    reason: str
    final: bool = False
    """End the run as canceled, whatever the step did."""
    wound_down: bool = False
    """With `final`: its children were canceled and its `@on_cancel` ran, as far as that was possible."""
    unstarted: tuple[str, ...] = ()
    """Children that were decided on and will never be started."""
    trigger: Received | None = None
    """What set the step off; a step that never claimed has written it nowhere."""
    repeats: int | None = None
    stop: Stop | None = None
    """A person stopped it."""

    def about(self, step: StepInput | None) -> CloseInput:
        """The same for a step that was scheduled."""
        if step is None:
            return self
        told = {"transition": step.transition, "place": step.place, "repeats": step.repeats}
        return self.model_copy(update=told | {"trigger": None if self.final else step.trigger})


class NotedTrigger(Value):
    """A trigger to be written to the inbox, and why."""

    received: Received
    outcome: Literal["kept", "rejected", "dropped"]
    code: str | None = None
    message: str | None = None
    fields: tuple[FieldFault, ...] = ()


class NoteInput(Value):
    """Triggers that were kept or refused since the last note."""

    notes: tuple[NotedTrigger, ...]
    step: int | None = None
    """The step the run stands before; `None`: it has ended."""


class NoteResult(Value):
    """What SQL says to a word that stands beside the steps."""

    unknown: tuple[str, ...] = ()
    """The kept triggers that no transition of the workflow will ever take."""
    ended: bool = False
    """To a pause: the row has ended already, and the workflow only has to hear of it."""


class ReopenInput(Value):
    """A reset landed: the run continues from before `step`."""

    step: int
    paused_by: str | None = None
    """Who had paused it at the point it was reset to."""
    number: int | None = None
    """See `PauseInput`."""


class PauseInput(Value):
    """The run was paused or goes on, by whom."""

    paused: bool
    by: str = "local"
    number: int | None = None
    """Counts what this Temporal run says of that: a word that is written late must not undo a later one."""
    step: int | None = None
    """The step the run stands before; `None`: one is in flight."""


class Ended(Value):
    """What a child tells its parent when it ends; everything else stands in SQL."""

    child_id: str
    status: str
    callback: str | None = None


class Carry(Value):
    """The run across continue-as-new: small, and nothing that SQL knows better."""

    opened: OpenResult
    decision: Decision
    step: int
    chain: int = 0
    kept: tuple[Received, ...] = ()
    seen: tuple[str, ...] = ()
    since: dict[str, int] = Field(default_factory=dict[str, int])
    paused_by: str | None = None
