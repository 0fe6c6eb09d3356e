"""Everything one attempt of a step carries around, and the one way it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, Protocol, TypeVar
from uuid import uuid4

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.execution.ahead import Ahead, Coming
from loopstack_temporal.execution.arrival import Next
from loopstack_temporal.execution.documents import BufferedDocuments, Origin
from loopstack_temporal.execution.remembered import Remembered
from loopstack_temporal.execution.threads import Leaks, Threads
from loopstack_temporal.execution.values import Application, Done, Pulse, Spent, StepAnswer, StepCall
from loopstack_temporal.failpoints import hit
from loopstack_temporal.machine.decisions import Decision, Finish, Fire, Parked
from loopstack_temporal.store.records import (
    Checkpoint,
    ChildWrite,
    DocumentWrite,
    Ending,
    Entered,
    Fence,
    Moved,
    RecordedStep,
    RetryPending,
    StepOutcome,
    TriggerRow,
)
from loopstack_temporal.store.store import Store

MACHINE_FAULTS = frozenset({"unknown_transition", "step_closed", "step_keeps_dying", "effect_unknown"})

P = TypeVar("P")
T = TypeVar("T")


class Leaving(Protocol):
    """What an attempt asked of other runs, as its commit needs it."""

    @property
    def writes(self) -> tuple[ChildWrite, ...]:
        """Child runs to create."""
        ...

    def before(self, then: Decision) -> Decision:
        """`then`, after what was asked of other runs."""
        ...


@dataclass(frozen=True, slots=True)
class Workplace:
    """What all attempts of a worker share."""

    app: Application
    store: Store
    worker: str
    catalogue_hash: str | None
    threads: Threads = field(default_factory=lambda: Threads(Leaks()))
    ahead: Ahead = field(default_factory=Ahead)
    remembered: Remembered = field(default_factory=Remembered)
    journaled: bool = True
    """Whether calls to the outside world are recorded, so that they are not repeated with the step."""
    stateless: bool = False
    """Driven in one process and stored nowhere: no Temporal stands behind the runs that could start children."""

    @property
    def leaks(self) -> Leaks:
        """What was left behind."""
        return self.threads.leaks


@dataclass(frozen=True, slots=True)
class Scene:
    """One attempt: where it works, what it was asked, what it found."""

    workplace: Workplace
    call: StepCall
    pulse: Pulse
    entered: Entered
    trigger: TriggerRow | None
    fence: Fence
    started_at: datetime

    def documents(self) -> BufferedDocuments:
        """The run's documents as they are, with what this attempt will save beside them."""
        call, workplace = self.call, self.workplace
        origin = Origin(call.step, call.transition, call.place, self.entered.run.document_seq + 1)
        return BufferedDocuments(origin, lambda: workplace.remembered.live(workplace.store, call.run_id))

    @staticmethod
    def of(workplace: Workplace, call: StepCall, pulse: Pulse, entered: Entered, trigger: TriggerRow | None) -> Scene:
        """A scene with a fence of its own."""
        fence = Fence(call.run_id, call.step, entered.epoch, call.try_no, call.attempt, uuid4().hex)
        return Scene(workplace, call, pulse, entered, trigger, fence, datetime.now(UTC))

    async def finish(
        self,
        status: Literal["committed", "failed", "closed"],
        place: str,
        arrival: Next,
        *,
        checkpoint: Checkpoint | None = None,
        documents: tuple[DocumentWrite, ...] = (),
        children: Leaving | None = None,
        ending: Ending | None = None,
        failure: ErrorInfo | None = None,
        counted: bool = False,
        retry: RetryPending | None = None,
    ) -> StepAnswer:
        """Write the step's outcome in one transaction and answer with what is recorded, be it ours or an earlier one.

        `failure` is why the step itself failed; `counted` says that it was the author's code.
        """
        error = arrival.error if arrival.foreseen and arrival.error else failure or arrival.error
        if isinstance(arrival.decision, Parked) and self._gives_up(arrival.decision):
            arrival, ending = _given_up(arrival.decision), Ending("failed", error=error)
        outcome = StepOutcome(
            fence=self.fence,
            status=status,
            transition=self.call.transition,
            from_place=self.call.place,
            place=place,
            decision=children.before(arrival.decision) if children else arrival.decision,
            run_status=arrival.status,
            awaiting=arrival.awaiting,
            stays=self.call.stay_at(place) is not None,
            checkpoint=checkpoint,
            documents=documents,
            children=children.writes if children else (),
            trigger=self.trigger,
            error=error,
            error_transition=self.call.transition if error else None,
            parked=arrival.parked,
            failure=counted,
            ending=ending,
            foreseen=arrival.foreseen and not arrival.parked,
            retry=retry,
            started_at=self.started_at,
            worker=self.workplace.worker,
            catalogue_hash=self.workplace.catalogue_hash,
        )
        store = self.workplace.store
        recorded = await surely(store, store.steps.finish, outcome)
        if recorded.moved is not None and status == "committed":
            self._look_ahead(recorded.decision, recorded.moved, checkpoint)
        hit("act.before_return")
        return recorded_answer(recorded, self.trigger)

    def _look_ahead(self, decision: Decision, moved: Moved, checkpoint: Checkpoint | None) -> None:
        if not isinstance(decision, Fire):
            return
        entered = self.entered
        run = replace(entered.run, retry=None, path=moved.path, document_seq=moved.document_seq)
        retry_count = moved.failures.get(decision.transition, 0)
        after = Entered(run, entered.epoch, None, checkpoint or entered.checkpoint, 0, retry_count, 0, None)
        self.workplace.ahead.keep(
            Coming(self.call.run_id, self.call.temporal_run_id, self.call.step + 1), decision, after
        )

    def _gives_up(self, parked: Parked) -> bool:
        """Whether the run ends where others park: its author says so, or a parent waits for its end.

        What the machine did, not the author, parks all the same: deploying or retrying repairs it.
        """
        definition = self.workplace.app.workflows.get(self.call.workflow)
        ends = self.entered.run.callback is not None or (definition is not None and definition.on_failure == "fail")
        return ends and parked.code not in MACHINE_FAULTS


def _given_up(parked: Parked) -> Next:
    return Next(Finish(status="failed", place=parked.place, code=parked.code, message=parked.message), "failed")


def recorded_answer(recorded: RecordedStep, trigger: TriggerRow | None) -> StepAnswer:
    """A finished step, as the attempt that finished it answered.

    Another `trigger` may ask for it than the one it applied: a workflow task that is done once more, because messages
    came while its local activities ran, can begin with one of those messages.
    """
    unapplied = trigger is not None and trigger.id != recorded.trigger_id
    done = Done(recorded.decision, recorded.place, unapplied, recorded.status == "closed")
    if recorded.status == "failed" and recorded.error is not None:
        return Spent(recorded.error, done)
    return done


async def surely(store: Store, method: Callable[[P], T], write: P) -> T:
    """Do a write to its end even when canceled: a write whose outcome nobody knows helps nobody.

    The store waits for a transaction under way before it lets a cancel through, and recognises a write it has seen, so
    that doing it again only asks for its outcome. The cancel is dropped: what is committed counts, and the run hears of
    the cancel elsewhere.
    """
    while True:
        try:
            return await store.do(method, write)
        except asyncio.CancelledError:
            continue
