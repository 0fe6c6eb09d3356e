"""What the execution room is asked and what it answers. No Temporal in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.errors import ErrorInfo, FieldError
from loopstack_temporal.machine.decide import Stay
from loopstack_temporal.machine.decisions import Deadlines, Decision
from loopstack_temporal.store.records import TriggerRow


class Application(Protocol):
    """What execution needs of an app."""

    @property
    def name(self) -> str:
        """Name of the app, also its task queue."""
        ...

    @property
    def workflows(self) -> Mapping[str, WorkflowDefinition]:
        """Definitions by name."""
        ...

    def build(self, definition: WorkflowDefinition) -> AbstractAsyncContextManager[BaseWorkflow[Any, Any, Any]]:
        """A new workflow object for one attempt, with everything it asks for; not attached to a session yet."""
        ...


class CurrentRun(Protocol):
    """Asks Temporal which execution of a workflow id is the current one."""

    async def __call__(self, run_id: str) -> str | None:
        """The Temporal run id, or None if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Pulse:
    """The connection of an attempt to the world that schedules it."""

    now: Callable[[], float]
    """Seconds since the epoch by the server's clock."""
    heartbeat: Callable[[object], None]
    is_cancelled: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class StepCall:
    """One attempt of one step."""

    run_id: str
    temporal_run_id: str
    workflow: str
    step: int
    try_no: int
    attempt: int
    transition: str
    place: str
    scheduled_at: float
    """When the step was first asked for, in seconds since the epoch by the server's clock."""
    chain: int = 0
    trigger: TriggerRow | None = None
    timer: bool = False
    deadlines: Deadlines = field(default_factory=Deadlines)
    """With `timer`: the other deadlines of the stay."""
    repeats: int | None = None
    """Use the payload of this failed step again: a manual retry, which has no further tries."""

    local: bool = False
    """Inside a workflow task, which other things wait for."""

    def stay_at(self, place: str) -> Stay | None:
        """The stay that goes on if the step ends at `place`; `None`: coming there is a new one."""
        return Stay(self.transition, self.deadlines) if self.timer and place == self.place else None


@dataclass(frozen=True, slots=True)
class Done:
    """The step is finished; every later attempt answers the same."""

    decision: Decision
    place: str
    unapplied: bool = False
    """It was finished without the trigger that asks for it now."""
    closed: bool = False
    """No attempt of it reported an outcome, and none can any more."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The trigger was refused; the run stays where it was and nothing else happened."""

    code: str
    message: str
    fields: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The author's code failed and has tries left: the same step again in `delay` seconds."""

    error: ErrorInfo
    delay: float


@dataclass(frozen=True, slots=True)
class Spent:
    """The author's code failed and has no tries left; the step is finished, `done` says how the run goes on."""

    error: ErrorInfo
    done: Done


StepAnswer = Done | Rejected | TryAgain | Spent


@dataclass(frozen=True, slots=True)
class Asking:
    """Which Temporal run wants something written beside its steps: nobody listens to one that was replaced."""

    run_id: str
    temporal_run_id: str
    step: int | None
    """The step it stands before; `None` if it does not stand still, or has ended."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """A run is to end as canceled."""

    wound_down: bool = False
    """Its children were canceled and its `@on_cancel` ran, as far as that was possible."""
    unstarted: tuple[str, ...] = ()
    """Children that were decided on and will never be started."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A person stopped the step that ran."""

    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A run arrives on Temporal."""

    run_id: str
    temporal_run_id: str
    first_execution_run_id: str
    workflow: str
    args: Any
    engine: int
    unfit: str | None = None
    """The arguments could not be read, or are too large: the code of the refusal."""
    memo: Mapping[str, Any] = field(default_factory=dict[str, Any])
