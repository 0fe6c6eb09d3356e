"""What happens next: the values `decide` returns, the step's commit stores, and the interpreter follows.

They travel in Temporal history, so they are small, plain JSON, and only ever grow by fields with defaults.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

RunStatus = Literal["pending", "running", "waiting", "paused", "completed", "failed", "canceled"]
DECIDE = "loopstack.decide"
"""The transition of a step that only asks the guards of a place again."""
MOVE = "loopstack.move"
"""The trigger, and the transition, that puts a run at a place somebody chose."""
PAUSE = "loopstack.pause"
"""The command, and the activity that writes it down, after which no further step starts."""
RESUME = "loopstack.resume"
"""The command that ends a pause."""
RETRY = "loopstack.retry"
"""The trigger that runs the failed transition of a parked run again."""
STOP = "loopstack.stop"
"""The command that ends the step in flight, and not the run."""

OF_CHILD = "child:"
"""How ids of children's reports begin; no sender's id does."""

Deadlines = dict[str, float]
"""When transitions with `after=` fire, by their names, in seconds since the epoch."""

EndStatus = Literal["completed", "failed", "canceled"]


def report_of(child_id: str, callback: str) -> str:
    """The trigger id of a child's report. The callback is in it, so that one made up for another wait is another."""
    return f"{OF_CHILD}{child_id}:{callback}"


class Value(BaseModel):
    """A frozen value that ignores fields a newer writer added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Fire(Value):
    """Run this transition next. `timeout` in seconds, `None`: no limit."""

    kind: Literal["fire"] = "fire"
    transition: str
    place: str
    """The place the transition leaves."""
    to: str = ""
    timeout: float | None = None
    pool: str | None = None
    local: bool = False
    asks: bool = Field(default=True, exclude_if=bool)
    """For a wait: it is a question to people. Most are."""
    early: Mapping[str, Fire] = Field(default_factory=dict[str, "Fire"], exclude_if=operator.not_)
    """Waits of the place that go first if their answer is there already, by name. Most places have none."""


class Timer(Value):
    """A transition that fires when the run has stayed long enough; `due` in seconds since the epoch."""

    fire: Fire
    due: float


class Await(Value):
    """Stay at `place` until one of `waits` is triggered or one of `timers` is due."""

    kind: Literal["await"] = "await"
    place: str
    waits: tuple[Fire, ...] = ()
    timers: tuple[Timer, ...] = ()

    @property
    def enabled(self) -> dict[str, Fire]:
        """What each trigger fires that can act here. A run that stands still can always be moved."""
        return {fire.transition: fire for fire in self.waits} | {MOVE: Fire(transition=MOVE, place=self.place)}


class Child(Value):
    """One child run the step decided to start; its row, with the arguments, was written by the step's commit."""

    id: str
    workflow: str
    queue: str
    token: str = ""
    """Proves to the child's row that this start is the one the step asked for."""
    callback: str | None = None
    """The parent's wait transition that is told when the child ends."""


class Children(Value):
    """Start these child runs and cancel those, then follow `then`."""

    kind: Literal["children"] = "children"
    place: str = ""
    children: tuple[Child, ...] = ()
    cancels: tuple[str, ...] = ()
    then: Annotated[Fire | Await | Parked | Finish, Field(discriminator="kind")]


class Canceling(Value):
    """A cancel was noted: first the open children, then `fire` (the author's `@on_cancel`), then the row is ended."""

    kind: Literal["canceling"] = "canceling"
    place: str
    children: tuple[str, ...] = ()
    fire: Fire | None = None


class Delay(Value):
    """Stay at `place` until `until` (seconds since the epoch), then follow `then`: a retry through its target."""

    kind: Literal["delay"] = "delay"
    place: str
    until: float
    then: Annotated[Fire | Await, Field(discriminator="kind")]


class Parked(Value):
    """The run stands at `place`, failed and open, until it is retried, moved or canceled.

    `retry` is what a retry does: the failed transition again, with the payload that step `step` had; `None` means that
    the guards of the place have to be asked again.
    """

    kind: Literal["parked"] = "parked"
    place: str
    code: str
    message: str
    retry: Fire | None = None
    step: int | None = None

    @property
    def again(self) -> Fire:
        """What a retry fires."""
        return self.retry or Fire(transition=DECIDE, place=self.place, to=self.place)

    @property
    def enabled(self) -> dict[str, Fire]:
        """What each trigger fires that can act here."""
        return {RETRY: self.again, MOVE: Fire(transition=MOVE, place=self.place)}


class Finish(Value):
    """The run has ended; its row says so already. `result` only if small, else `{"$result": run_id}`."""

    kind: Literal["finish"] = "finish"
    status: EndStatus
    place: str
    result: Any = None
    code: str | None = None
    message: str | None = None


def others_due(timers: Iterable[Timer], apart_from: Timer) -> Deadlines:
    """When the other timers of a stay are due, by transition."""
    return {timer.fire.transition: timer.due for timer in timers if timer is not apart_from}


Decision = Annotated[Fire | Await | Children | Delay | Parked | Canceling | Finish, Field(discriminator="kind")]
DecisionAdapter: TypeAdapter[Fire | Await | Children | Delay | Parked | Canceling | Finish] = TypeAdapter(Decision)


def is_over(decision: Decision) -> bool:
    """Whether a cancel comes too late: the row has ended, or is about to."""
    last = decision.then if isinstance(decision, Children) else decision
    return isinstance(last, Finish | Canceling)


def is_canceled(decision: Decision | None) -> bool:
    """Whether the decision ends the run because of a cancel."""
    return isinstance(decision, Canceling) or (isinstance(decision, Finish) and decision.status == "canceled")
