"""Claim, commit and failure of a step: the fence, and everything that becomes visible at once.

A write is let through only for the run's current epoch, and only while the step has no outcome. Among attempts of one
epoch the later (try, attempt) wins, among equal ones the later claim. Whoever comes too late changes nothing: it gets
the recorded outcome if there is one, else `Fenced`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.failpoints import hit
from loopstack_temporal.store import codec
from loopstack_temporal.store.children import insert_children, told_apart
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.fencing import check_owner, check_position, overtaken, rank
from loopstack_temporal.store.live import removal
from loopstack_temporal.store.locked import (
    LockedRun,
    awaiting_columns,
    check_epoch,
    extended_path,
    lock_step,
    still_awaited,
)
from loopstack_temporal.store.prepared import Statement
from loopstack_temporal.store.records import (
    OPENING,
    Awaiting,
    Claim,
    FailureWrite,
    Fence,
    Moved,
    RecordedStep,
    StepOutcome,
    TriggerRow,
)
from loopstack_temporal.store.rows import Row, recorded_step
from loopstack_temporal.store.saving import Origin, save
from loopstack_temporal.store.tables import document, inbox, step

_RESERVED = "loopstack."

_INSERT_STEP = step.insert().inline()
_UPDATE_STEP = sa.update(step).where(
    step.c.run_id == sa.bindparam("this_run", type_=sa.Text()),
    step.c.step == sa.bindparam("this_step", type_=sa.Integer()),
    step.c.epoch == sa.bindparam("this_epoch", type_=sa.Integer()),
)
_DOCUMENT = sa.select(document.c.id).where(document.c.id == sa.bindparam("this_document", type_=sa.Text()))


def _applying(insert: sqlite.Insert | postgresql.Insert) -> sa.Insert:
    applied = {name: insert.excluded[name] for name in ("outcome", "applied_step", "epoch", "at")}
    key = [inbox.c.run_id, inbox.c.trigger_id]
    upsert = insert.on_conflict_do_update(index_elements=key, set_=applied, where=inbox.c.applied_step.is_(None))
    return upsert.inline()


_APPLY_TRIGGER = {True: _applying(postgresql.insert(inbox)), False: _applying(sqlite.insert(inbox))}
"""By whether the database is PostgreSQL."""


def claim(database: Database, connection: sa.Connection, request: Claim) -> RecordedStep | None:
    """Take the fence, unless the step has an outcome. Repeating a claim does nothing."""
    fence = request.fence
    locked, row = lock_step(database, connection, fence.run_id, fence.step)
    check_epoch(locked, fence.epoch)
    recorded = recorded_step(row)
    if recorded is not None:
        return recorded
    if row is not None:
        if row.nonce == fence.nonce:
            return None
        if rank(row) > (fence.epoch, fence.try_no, fence.attempt):
            raise overtaken(fence)
        if request.failure_no is not None and row.failure_no != request.failure_no:
            raise overtaken(fence)  # A failure was recorded since it entered: it would spend a try that is spent.
    check_position(locked, fence, row)
    columns = _running_columns(locked, fence, row, request.transition, request.from_place, request.worker)
    columns |= {"claims": (row.claims if row is not None else 0) + 1} | _trigger_columns(
        request.trigger, row, request.transition
    )
    locked.event(
        "step.started",
        {
            "step": fence.step,
            "transition": request.transition,
            "place": request.from_place,
            "attempt": (row.failure_no if row is not None else 0) + 1,
            "worker": request.worker,
        },
    )
    if request.trigger is not None:
        locked.answered(request.trigger.name, request.trigger.by, request.trigger.channel)
    if fence.step != OPENING and (locked.row.status != "running" or locked.row.retry is not None):
        locked.set(status="running", retry=None, awaits_person=False)
    written = [_write_step(locked, fence, row, columns), *_end_of_live(fence, row), *locked.statements()]
    database.prepared.send(connection, written)
    return None


def finish(database: Database, connection: sa.Connection, outcome: StepOutcome) -> RecordedStep:
    """Write a step's outcome, or return the one that stands."""
    fence = outcome.fence
    locked, row = lock_step(database, connection, fence.run_id, fence.step)
    hit("commit.locked")
    check_epoch(locked, fence.epoch)
    recorded = recorded_step(row)
    if recorded is not None:
        return recorded
    if outcome.status != "closed":
        check_owner(fence, row)
    check_position(locked, fence, row)
    origin = Origin(fence.step, fence.epoch, outcome.transition, outcome.from_place)
    documents = save(database, connection, locked, origin, outcome.documents)
    failure_no = (row.failure_no if row is not None else 0) + outcome.failure
    began = row.started_at if row is not None else min(outcome.started_at or locked.at, locked.at)
    columns = _outcome_columns(locked, outcome, row, began)
    _announce(locked, outcome, failure_no, columns["duration_ms"])
    awaiting = still_awaited(locked, outcome) if outcome.stays else outcome.awaiting
    changes = _run_columns(locked, outcome, told_apart(database, connection, locked, awaiting, outcome.children))
    children = insert_children(database, connection, locked, fence.step, outcome.children)
    locked.set(**changes)
    columns |= {"failure_no": failure_no, "run_after": _run_after(changes)}
    if outcome.trigger is not None:
        locked.answered(outcome.trigger.name, outcome.trigger.by, outcome.trigger.channel)

    def writes() -> Iterator[Statement]:
        yield from documents
        yield from children
        hit("commit.mid_documents")
        yield _write_step(locked, fence, row, columns)
        yield from _end_of_live(fence, row)
        if outcome.trigger is not None:
            yield _apply_trigger(database, locked, fence, outcome.trigger)
        yield from locked.statements()

    database.prepared.send(connection, writes())
    moved = Moved(tuple(changes["path"]), locked.value("document_seq"), changes["failures"] or {})
    applied = outcome.trigger.id if outcome.trigger is not None else None
    return RecordedStep(outcome.status, outcome.decision, outcome.place, outcome.error, moved, applied)


def fail(database: Database, connection: sa.Connection, failure: FailureWrite) -> RecordedStep | None:
    """Write a failure that will be retried; the step stays open. Repeating it does nothing."""
    fence = failure.fence
    locked, row = lock_step(database, connection, fence.run_id, fence.step)
    check_epoch(locked, fence.epoch)
    recorded = recorded_step(row)
    if recorded is not None:
        return recorded
    check_owner(fence, row)
    if row is not None and row.nonce == fence.nonce and _is_saved(database, connection, failure.document.id):
        return None
    check_position(locked, fence, row)
    origin = Origin(fence.step, fence.epoch, failure.transition, failure.from_place)
    documents = save(database, connection, locked, origin, [failure.document])
    failure_no = (row.failure_no if row is not None else 0) + 1
    columns = _running_columns(locked, fence, row, failure.transition, failure.from_place, failure.worker)
    columns |= {"failure_no": failure_no, "claims": 0, "error": codec.dump_error(failure.error)}
    columns |= _trigger_columns(failure.trigger, row, failure.transition)
    columns["document_count"] = (row.document_count if row is not None else 0) + 1
    if failure.trigger is not None:
        locked.answered(failure.trigger.name, failure.trigger.by, failure.trigger.channel)
    locked.event(
        "step.failed",
        {
            "step": fence.step,
            "transition": failure.transition,
            "place": failure.from_place,
            "attempt": failure_no,
            "error": _error_data(failure.error),
            "final": False,
            "next_at": codec.time_text(failure.retry.next_at),
        },
    )
    locked.set(
        status="running",
        awaits_person=False,
        has_error=True,
        error=codec.dump_error(failure.error),
        error_transition=failure.transition,
        retry=codec.dump_retry(failure.retry),
        failures=_counted(locked, failure.transition),
    )
    written = [_write_step(locked, fence, row, columns), *_end_of_live(fence, row), *locked.statements()]
    database.prepared.send(connection, [*documents, *written])
    return None


# --- columns ---------------------------------------------------------------------------------------------------------


def _write_step(locked: LockedRun, fence: Fence, row: Row | None, columns: dict[str, Any]) -> Statement:
    if row is None:
        new = {"run_id": locked.id, "step": fence.step, "started_at": locked.at} | columns
        return _INSERT_STEP, [{name: value for name, value in new.items() if value is not None}]
    return _UPDATE_STEP, [columns | {"this_run": locked.id, "this_step": fence.step, "this_epoch": row.epoch}]


def _end_of_live(fence: Fence, row: Row | None) -> list[Statement]:
    """Only an attempt that has claimed shows anything."""
    return [] if row is None else [removal(fence.run_id, fence.step)]


def _fence_columns(fence: Fence) -> dict[str, Any]:
    return {"epoch": fence.epoch, "try_no": fence.try_no, "attempt": fence.attempt, "nonce": fence.nonce}


def _running_columns(
    locked: LockedRun, fence: Fence, row: Row | None, transition: str, from_place: str, worker: str | None
) -> dict[str, Any]:
    began = {} if row is not None else {"started_at": locked.at}
    return {
        **_fence_columns(fence),
        **began,
        "status": "running",
        "transition": transition,
        "from_place": from_place,
        "worker": worker,
    }


def _trigger_columns(trigger: TriggerRow | None, row: Row | None, transition: str) -> dict[str, Any]:
    """What set the step off. An answer that was refused leaves its row to the transition that goes on instead of it."""
    if trigger is not None:
        return {"trigger_id": trigger.id, "trigger": codec.dump_trigger(trigger)}
    return {} if row is None or row.transition == transition else {"trigger_id": None, "trigger": None}


def _outcome_columns(locked: LockedRun, outcome: StepOutcome, row: Row | None, began: datetime) -> dict[str, Any]:
    fence, checkpoint = outcome.fence, outcome.checkpoint
    columns: dict[str, Any] = {
        **_fence_columns(fence),
        **_trigger_columns(outcome.trigger, row, outcome.transition),
        "started_at": began,
        "status": outcome.status,
        "transition": outcome.transition,
        "from_place": outcome.from_place,
        "to_place": outcome.place,
        "decision": outcome.decision.model_dump_json(),
        "error": codec.dump_error(outcome.error),
        "claims": 0,
        "document_count": (row.document_count if row is not None else 0) + len(outcome.documents),
        "checkpoint_step": locked.row.checkpoint_step if checkpoint is None else fence.step,
        "ended_at": locked.at,
        "duration_ms": round((locked.at - began).total_seconds() * 1000),
    }
    if outcome.worker is not None:
        columns["worker"] = outcome.worker
    if checkpoint is not None:
        columns |= {"state": checkpoint.state, "result": checkpoint.result, "has_result": checkpoint.has_result}
    return columns


def _run_columns(locked: LockedRun, outcome: StepOutcome, awaiting: tuple[Awaiting, ...]) -> dict[str, Any]:
    """What the outcome makes of the run row."""
    number, ending = outcome.fence.step, outcome.ending
    columns: dict[str, Any] = {
        "status": outcome.run_status,
        "place": outcome.place,
        "next_step": max(number + 1, 0),
        "path": extended_path(locked.row.path, *_stops(locked, outcome)),
        "can_retry": outcome.parked and ending is None,
        "retry": codec.dump_retry(outcome.retry),
        "failures": _counted(locked, outcome.transition) if outcome.failure else _cleared(locked, outcome),
        **awaiting_columns(outcome.run_status, awaiting),
        **_error_columns(outcome),
    }
    if outcome.checkpoint is not None:
        columns["checkpoint_step"] = number
    if outcome.catalogue_hash is not None:
        columns["catalogue_hash"] = outcome.catalogue_hash
    if ending is not None:
        columns |= {"status": ending.status, "ended_at": locked.at, "result": ending.result}
    return columns


def _error_columns(outcome: StepOutcome) -> dict[str, Any]:
    """An error stays with the run until the next success."""
    error = outcome.error or (outcome.ending.error if outcome.ending is not None else None)
    if error is not None and not outcome.foreseen:
        transition = outcome.error_transition or (outcome.transition if outcome.status != "committed" else None)
        return {"has_error": True, "error": codec.dump_error(error), "error_transition": transition}
    if outcome.status == "committed" or outcome.foreseen:
        return {"has_error": False, "error": None, "error_transition": None}
    return {}


def _counted(locked: LockedRun, transition: str) -> dict[str, int]:
    failures: dict[str, int] = dict(locked.row.failures or {})
    return failures | {transition: failures.get(transition, 0) + 1}


def _cleared(locked: LockedRun, outcome: StepOutcome) -> dict[str, int] | None:
    failures: dict[str, int] = dict(locked.row.failures or {})
    if outcome.status == "committed":
        failures.pop(outcome.transition, None)
    return failures or None


def _stops(locked: LockedRun, outcome: StepOutcome) -> list[str]:
    """Where the path goes on. Asking the guards of a place again is no new stop."""
    stops: list[str] = []
    if outcome.status != "committed" and outcome.error is not None:
        stops.append(f"!{outcome.from_place}")
    asked_again = outcome.transition.startswith(_RESERVED) and outcome.fence.step != OPENING
    moved = outcome.place != outcome.from_place
    if moved or (outcome.status == "committed" and not asked_again):
        stops.append(outcome.place)
    if outcome.status == "committed" and outcome.error is not None:
        stops.append(f"!{outcome.place}")
    return stops


_REMEMBERED = (
    "status",
    "path",
    "can_retry",
    "failures",
    "awaiting",
    "awaits_person",
    "has_error",
    "error",
    "error_transition",
)


def _run_after(changes: dict[str, Any]) -> dict[str, Any]:
    """What a rewind to the next step needs; place and checkpoint stand in columns of their own."""
    kept = {name: changes[name] for name in _REMEMBERED if name in changes}
    return kept | {"ended": "ended_at" in changes}


def _apply_trigger(database: Database, locked: LockedRun, fence: Fence, trigger: TriggerRow) -> Statement:
    """Remember the trigger's id for ever; the payload stays too, because a retry may need it again."""
    row = {
        "run_id": locked.id,
        "trigger_id": trigger.id,
        "epoch": fence.epoch,
        "name": trigger.name,
        "payload": trigger.payload,
        "by": trigger.by,
        "channel": trigger.channel,
        "outcome": "applied",
        "applied_step": fence.step,
        "at": locked.at,
    }
    return _APPLY_TRIGGER[database.postgres], [row]


def _is_saved(database: Database, connection: sa.Connection, document_id: str) -> bool:
    return database.prepared.first(connection, _DOCUMENT, {"this_document": document_id}) is not None


# --- events ----------------------------------------------------------------------------------------------------------


def _announce(locked: LockedRun, outcome: StepOutcome, failure_no: int, duration_ms: int) -> None:
    number = outcome.fence.step
    if outcome.status == "committed":
        if number != OPENING:
            locked.event(
                "step.committed",
                {
                    "step": number,
                    "transition": outcome.transition,
                    "from": outcome.from_place,
                    "to": outcome.place,
                    "duration_ms": duration_ms,
                },
            )
    elif outcome.error is not None:
        locked.event(
            "step.failed",
            {
                "step": number,
                "transition": outcome.transition,
                "place": outcome.from_place,
                "attempt": failure_no,
                "error": _error_data(outcome.error),
                "final": outcome.retry is None,
                "next_at": codec.time_text(outcome.retry.next_at) if outcome.retry is not None else None,
            },
        )


def _error_data(error: ErrorInfo) -> dict[str, str]:
    return {"code": error.code, "type": error.type, "message": error.message}
