"""Short ways to make runs, attempts and documents."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.machine.decisions import Await, Finish, Fire, Parked
from loopstack_temporal.store.records import (
    OPENING,
    Awaiting,
    Checkpoint,
    Claim,
    DocumentWrite,
    Entered,
    EventRow,
    FailureWrite,
    Fence,
    NewRun,
    OpenRun,
    RecordedStep,
    RetryPending,
    RunRow,
    StepOutcome,
    TriggerRow,
)
from loopstack_temporal.store.store import Store
from tests.support.events import events_of

SINCE = datetime(2031, 5, 4, 3, 2, 1, 654321, tzinfo=UTC)
BROKEN = ErrorInfo("broken", "RuntimeError", "it broke", {"at": "here"})
_numbers = itertools.count(1)


def new_run(run_id: str | None = None, **changes: Any) -> NewRun:
    """A run asked for through the API."""
    run_id = run_id or uuid.uuid4().hex
    return replace(NewRun(run_id, "app", "hello", "default", "local", {"topic": "tea"}, f"token-{run_id}"), **changes)


def open_run(run_id: str, temporal_run_id: str = "t1", first: str = "t1", **changes: Any) -> OpenRun:
    """Its arrival on Temporal."""
    token = f"token-{run_id}"
    asked = OpenRun(run_id, "app", "hello", first, temporal_run_id, token, "default", "local", None, {}, 1, "hash")
    return replace(asked, **changes)


def document(key: str | None = None, content: Any = None, **changes: Any) -> DocumentWrite:
    """A document to be saved."""
    return replace(DocumentWrite(uuid.uuid4().hex, "note", key, {"text": content}), **changes)


def trigger(trigger_id: str, payload: Any = None) -> TriggerRow:
    """An answer by a person."""
    return TriggerRow(trigger_id, "approve", payload, "ann", "api")


def person_wait(transition: str = "approve", since: datetime = SINCE) -> Awaiting:
    """A wait for a person."""
    return Awaiting(transition, "person", since, None)


@dataclass
class Making:
    """Each method does one thing to a store; `run` is the last run made."""

    store: Store
    run: str = ""
    temporal: str = field(default="t1")

    def opened(self, **changes: Any) -> str:
        """A run that is open and has committed its opening."""
        new = new_run(**changes)
        self.run = new.id
        self.store.runs.create(new)
        self.store.runs.open(open_run(new.id))
        self.finish(OPENING, "loopstack.open", "start", "start", checkpoint=Checkpoint({}))
        return new.id

    def entered(self, step: int, trigger_id: str | None = None) -> Entered:
        """Enter a step; the Temporal run is known."""
        entered = self.store.steps.enter(self.run, step, self.temporal, trigger_id)
        assert isinstance(entered, Entered)
        return entered

    def row(self) -> RunRow:
        """The last run made, as it is now."""
        found = self.store.runs.get(self.run)
        assert found is not None
        return found

    def fence(self, step: int, *, try_no: int = 1, attempt: int = 1, epoch: int | None = None) -> Fence:
        """An attempt of the current epoch with a nonce of its own."""
        if epoch is None:
            epoch = self.row().epoch
        return Fence(self.run, step, epoch, try_no, attempt, f"nonce-{next(_numbers)}")

    def claim(self, fence: Fence, transition: str = "work", place: str = "start") -> RecordedStep | None:
        """Claim a step for an attempt."""
        return self.store.steps.claim(Claim(fence, transition, place, "worker-1"))

    def outcome(self, fence: Fence, transition: str, frm: str, to: str, **changes: Any) -> StepOutcome:
        """A committed step that goes on at once."""
        decision = Fire(transition="next", place=to)
        return replace(StepOutcome(fence, "committed", transition, frm, to, decision, "running"), **changes)

    def finish(
        self, step: int, transition: str = "work", frm: str = "start", to: str = "done", **changes: Any
    ) -> RecordedStep:
        """Finish a step with an attempt that never claimed."""
        return self.store.steps.finish(self.outcome(self.fence(step), transition, frm, to, **changes))

    def wait(self, step: int, frm: str = "start", to: str = "asked", **changes: Any) -> RecordedStep:
        """A step that ends where a person is awaited."""
        values: dict[str, Any] = {
            "decision": Await(place=to, waits=(Fire(transition="approve", place=to),)),
            "run_status": "waiting",
            "awaiting": (person_wait(),),
        }
        return self.finish(step, "ask", frm, to, **(values | changes))

    def fail(self, fence: Fence, failure_no: int = 1, **changes: Any) -> RecordedStep | None:
        """An author failure with a retry to come."""
        saved = document(f"error:{fence.step}:{failure_no}", "it broke", name="error")
        retry = RetryPending("work", failure_no + 1, 3, SINCE, BROKEN)
        failure = FailureWrite(fence, "work", "start", saved, BROKEN, retry, None, "worker-1")
        return self.store.steps.fail(replace(failure, **changes))

    def park(self, step: int, **changes: Any) -> RecordedStep:
        """A step whose budget is spent."""
        values: dict[str, Any] = {
            "status": "failed",
            "decision": Parked(place="start", code="broken", message="it broke"),
            "run_status": "failed",
            "error": BROKEN,
            "parked": True,
            "failure": True,
        }
        return self.finish(step, "work", "start", "start", **(values | changes))

    def documents(self, *, hidden: bool = False) -> list[tuple[int, int, Any]]:
        """(position, version, text) of what is shown."""
        page = self.store.documents.page(self.run, limit=200, hidden=hidden)
        return [(one.position, one.version, one.content["text"]) for one in page.items]

    def events(self, *types: str) -> list[EventRow]:
        """Events of the run."""
        return [one for one in events_of(self.store, self.run) if not types or one.type in types]


def finished(place: str = "done", result: Any = None) -> Finish:
    """The decision that ends a run."""
    return Finish(status="completed", place=place, result=result)


def types(events: Iterable[EventRow]) -> list[str]:
    """Only the types of events."""
    return [one.type for one in events]
