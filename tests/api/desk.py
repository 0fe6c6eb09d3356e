"""A port to Temporal for tests of the API: a desk clerk who does by hand what Temporal and a worker would do.

It writes through the real store with the rules of a real step, so rows and events are true ones. `review` drafts, then
waits for `decide`; `deploy` fails and parks, and its retry succeeds.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.machine.decisions import Await, Finish, Fire, Parked
from loopstack_temporal.runs import (
    Applied,
    Recorded,
    Refused,
    Sender,
    StartOutcome,
    StartRun,
    Trigger,
    TriggerOutcome,
)
from loopstack_temporal.store.records import (
    OPENING,
    Awaiting,
    Checkpoint,
    Claim,
    DocumentWrite,
    Ending,
    Fence,
    OpenRun,
    RunRow,
    StepOutcome,
    TriggerRow,
)
from loopstack_temporal.store.store import Store

APP, HASH = "desk", "h1"
WAIT_PLACE = "waiting_for_approval"
VERDICT: dict[str, Any] = {
    "type": "object",
    "title": "Verdict",
    "properties": {"approved": {"type": "boolean"}, "note": {"type": "string", "maxLength": 20, "default": ""}},
    "required": ["approved"],
}
ARGS: dict[str, Any] = {
    "type": "object",
    "properties": {"topic": {"type": "string"}, "count": {"type": "integer", "minimum": 1}},
    "required": ["topic"],
}
RETRY: dict[str, Any] = {"attempts": 0, "delay": 1.0, "backoff": "exponential", "max_delay": 30.0}


def transition(name: str, from_: str, to: str, **more: Any) -> dict[str, Any]:
    """A transition's catalogue entry."""
    return {
        "name": name,
        "title": name.capitalize(),
        "from": from_,
        "to": to,
        "kind": "automatic",
        "guard": None,
        "priority": None,
        "timeout": 300.0,
        "after": None,
        "retry": RETRY,
        "error_place": None,
        "retry_target": None,
        "pool": None,
        "execution": "activity",
        "schema": None,
        **more,
    }


def workflow(name: str, places: list[str], transitions: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A workflow's catalogue entry."""
    return {
        "name": name,
        "title": name.title(),
        "description": f"Does {name}.",
        "places": places,
        "transitions": transitions,
        "args_schema": None,
        "state_schema": None,
        "result_schema": None,
        "config_schema": None,
        "widgets": [],
        "pool": None,
        "on_failure": "park",
        "max_steps_without_wait": None,
        "warnings": [],
        **more,
    }


def content(name: str = APP) -> dict[str, Any]:
    """What a worker of the desk's app publishes."""
    form: dict[str, Any] = {
        "widget": "form",
        "options": {"actions": [{"transition": "decide"}]},
        "show_when": [],
        "enabled_when": [],
    }
    return {
        "app": {"name": name, "title": name.title(), "description": "An app.", "ui": []},
        "workflows": [
            workflow(
                "review",
                ["start", WAIT_PLACE, "end"],
                [
                    transition("generate", "start", WAIT_PLACE, title="Write a draft"),
                    transition("decide", WAIT_PLACE, "end", kind="wait", schema=VERDICT, title="Decide"),
                    transition("again", WAIT_PLACE, "start", kind="wait"),
                ],
                args_schema=ARGS,
                widgets=[form],
            ),
            workflow("deploy", ["start", "end"], [transition("deploy", "start", "end")]),
        ],
        "documents": [
            {
                "name": "markdown",
                "title": "Draft",
                "description": "",
                "schema": {"type": "object"},
                "tags": [],
                "meta": {"mimeType": "text/markdown"},
                "widgets": [{"widget": "markdown", "options": {}, "show_when": [], "enabled_when": []}],
                "internal": False,
                "warnings": [],
            }
        ],
    }


@dataclass
class Desk:
    """Implements `Runs`. `away`: Temporal cannot be reached. `workers`: somebody takes triggers."""

    store: Store
    away: bool = False
    workers: bool = True
    slow: bool = False
    """Triggers are accepted, but their outcome takes too long."""
    foreign: set[str] = field(default_factory=set[str])
    """Workflow ids that somebody else uses."""
    unfinished: set[str] = field(default_factory=set[str])
    """Workflows that are still open whatever their rows say."""
    refuses: Refused | None = None
    """Temporal takes no start."""
    started: list[str] = field(default_factory=list[str])
    triggers: list[Trigger] = field(default_factory=list[Trigger])
    applied: dict[str, Applied] = field(default_factory=dict[str, Applied])
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self, request: StartRun) -> StartOutcome:
        if self.away:
            return "unreachable"
        if request.run_id in self.foreign:
            return Refused("run_exists", "Somebody else uses this id.")
        if self.refuses is not None:
            return self.refuses
        if request.run_id not in self.started:
            self.started.append(request.run_id)
            if self.workers:
                await self.work(request)
        return "started"

    async def trigger(self, trigger: Trigger) -> TriggerOutcome:
        self.triggers.append(trigger)
        if self.away:
            return Refused("temporal_unreachable", "Temporal cannot be reached.")
        if not self.workers:
            return Recorded(durable=True)
        if self.slow:
            return Recorded(durable=False)
        return await self.take(trigger)

    async def take(self, trigger: Trigger) -> TriggerOutcome:
        """Do what a worker does with a trigger, also with one that was only recorded."""
        async with self.lock:
            if trigger.id in self.applied:
                return self.applied[trigger.id]
            row = await self._row(trigger.run_id)
            if row.ended_at is not None:
                return Refused("run_ended", "Temporal does not know the run any more.")
            outcome = await (self._retry(row) if trigger.name == "loopstack.retry" else self._answer(row, trigger))
            if isinstance(outcome, Applied):
                self.applied[trigger.id] = outcome
            return outcome

    async def cancel(self, run_id: str, *, reason: str | None, sender: Sender) -> TriggerOutcome:
        row = await self._row(run_id)
        if self.away:
            return Refused("temporal_unreachable", "Temporal cannot be reached.")
        if run_id not in self.started:
            return Refused("run_ended", "Temporal does not know the run.")
        if self.workers:
            await self.store.do(self.store.runs.end, run_id, row.epoch, Ending("canceled"))
        return Recorded(durable=True)

    async def finished(self, run_id: str, temporal_run_id: str) -> bool | Refused:
        if self.away:
            return Refused("temporal_unreachable", "Temporal cannot be reached.")
        return run_id not in self.unfinished

    async def reachable(self) -> bool:
        return not self.away

    async def work(self, request: StartRun) -> None:
        """Open the run and go to its first rest."""
        opened = await self.store.do(
            self.store.runs.open,
            OpenRun(
                run_id=request.run_id,
                app=request.app,
                workflow=request.workflow,
                first_execution_run_id=f"first-{request.run_id}",
                temporal_run_id=f"first-{request.run_id}",
                start_token=request.start_token,
                workspace_id=request.workspace_id,
                user_id=request.user_id,
                title=request.title,
                args=request.args,
                engine=1,
                catalogue_hash=HASH,
            ),
        )
        row = opened.run
        first = "generate" if row.workflow == "review" else "deploy"
        fire = Fire(transition=first, place="start")
        await self._finish(row, OPENING, "loopstack.open", "start", "start", fire, "running", state={})
        if row.workflow == "review":
            await self.draft(row.id, 0)
        else:
            await self.park(row.id)

    async def draft(self, run_id: str, step: int) -> None:
        """Do the automatic step: a visible, a hidden and an internal document, then wait for a person."""
        row = await self._row(run_id)
        now = datetime.now(UTC)
        await self._finish(
            row,
            step,
            "generate",
            "start",
            WAIT_PLACE,
            Await(place=WAIT_PLACE, waits=(Fire(transition="decide", place=WAIT_PLACE),)),
            "waiting",
            awaiting=(Awaiting("decide", "person", now), Awaiting("again", "person", now)),
            documents=(
                DocumentWrite(uuid4().hex, "markdown", "draft", {"markdown": f"Draft {step}"}, meta={"level": "info"}),
                DocumentWrite(uuid4().hex, "markdown", None, {"markdown": "note"}, hidden=True),
                DocumentWrite(uuid4().hex, "markdown", None, {"markdown": "secret"}, internal=True),
            ),
            state={"draft": f"Draft {step}"},
        )

    async def park(self, run_id: str) -> None:
        """Let `deploy` fail."""
        row = await self._row(run_id)
        error = ErrorInfo("permission", "PermissionError", "permission denied\nTraceback: secret")
        decision = Parked(place="start", code=error.code, message="permission denied")
        await self._finish(
            row, row.next_step, "deploy", "start", "start", decision, "failed", error=error, parked=True, failure=True
        )

    async def begin(self, run_id: str, name: str, worker: str = "w-2") -> None:
        """Claim a step and leave it running."""
        row = await self._row(run_id)
        fence = Fence(run_id, row.next_step, row.epoch, 1, 1, uuid4().hex)
        await self.store.do(self.store.steps.claim, Claim(fence, name, row.place, worker))

    async def _answer(self, row: RunRow, trigger: Trigger) -> TriggerOutcome:
        if trigger.at_step is not None and trigger.at_step != row.next_step:
            return Refused("answered", "Somebody was faster.")
        awaited = [one.transition for one in row.awaiting]
        if trigger.name not in awaited:
            return Refused("not_awaited", f"{trigger.name} is not awaited.", {"awaited": awaited})
        payload: dict[str, Any] = trigger.payload or {}
        note = payload.get("note", "")
        if note == "no pydantic":
            fields = [{"path": ["note"], "message": "says no", "code": "value_error"}]
            return Refused("invalid_payload", "The payload does not fit.", {"fields": fields})
        sent = TriggerRow(trigger.id, trigger.name, trigger.payload, trigger.sender.by, trigger.sender.channel)
        step = row.next_step
        if trigger.name == "again":
            fire = Fire(transition="generate", place="start")
            await self._finish(row, step, "again", WAIT_PLACE, "start", fire, "running", trigger=sent)
            await self.draft(row.id, step + 1)
            return Applied(step, "start")
        await self._finish(
            row,
            step,
            trigger.name,
            WAIT_PLACE,
            "end",
            Finish(status="completed", place="end"),
            "completed",
            trigger=sent,
            ending=Ending("completed", result=trigger.payload),
        )
        return Applied(step, "end")

    async def _retry(self, row: RunRow) -> TriggerOutcome:
        step = row.next_step
        done = Finish(status="completed", place="end")
        await self._finish(row, step, "deploy", "start", "end", done, "completed", ending=Ending("completed"))
        return Applied(step, "end")

    async def _finish(
        self,
        row: RunRow,
        step: int,
        name: str,
        from_: str,
        place: str,
        decision: Any,
        status: Any,
        *,
        state: Any = None,
        **more: Any,
    ) -> None:
        outcome = StepOutcome(
            fence=Fence(row.id, step, max(row.epoch, 1), 1, 1, uuid4().hex),
            status="failed" if more.get("parked") else "committed",
            transition=name,
            from_place=from_,
            place=place,
            decision=decision,
            run_status=status,
            checkpoint=None if state is None else Checkpoint(state),
            error_transition=name if more.get("error") else None,
            started_at=datetime.now(UTC) - timedelta(seconds=1),
            worker="w-1",
            catalogue_hash=HASH,
            **more,
        )
        await self.store.do(self.store.steps.finish, outcome)

    async def _row(self, run_id: str) -> RunRow:
        row = await self.store.do(self.store.runs.get, run_id)
        assert row is not None
        return row
