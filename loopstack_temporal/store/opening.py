"""A run arrives on Temporal: who owns its row (docs: "From a start to the first step")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from loopstack_temporal.errors import Fenced
from loopstack_temporal.store.committing import finish
from loopstack_temporal.store.creating import DEFAULT_USER, DEFAULT_WORKSPACE, insert_run
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.locked import LockedRun, get_locked, known_epoch, live_step, lock_run
from loopstack_temporal.store.records import OPENING, Opened, OpenRun, RecordedStep, StepOutcome
from loopstack_temporal.store.rewind import new_epoch, rewind
from loopstack_temporal.store.rows import recorded_step, run_row
from loopstack_temporal.store.tables import run, workspace


def open_run(database: Database, connection: sa.Connection, request: OpenRun) -> Opened:
    """Decide whether the arriving workflow takes the row, and register its epoch if so."""
    locked = lock_run(connection, request.run_id)
    if locked is None:
        insert_run(database, connection, _new_columns(connection, request))
        locked = get_locked(connection, request.run_id)
    first = locked.row.first_execution_run_id
    if first is None and not _may_take(locked, request):
        return Opened("in_use", run_row(locked.row), 0, None)
    if first is not None and first != request.first_execution_run_id:
        return Opened("in_use", run_row(locked.row), 0, None)
    known = known_epoch(connection, request.run_id, request.temporal_run_id)
    if known is not None:
        return _repeated(connection, locked, known)
    epoch = _take(connection, locked, request)
    database.prepared.send(connection, locked.statements())
    recorded = _begin(database, connection, locked, request.beginning)
    row = connection.execute(sa.select(run).where(run.c.id == request.run_id)).one()
    return Opened("taken", run_row(row), epoch, recorded)


def _begin(
    database: Database, connection: sa.Connection, locked: LockedRun, beginning: StepOutcome | None
) -> RecordedStep | None:
    """Finish step `OPENING` in this transaction too, if that may be done without a look at the row."""
    if beginning is None or locked.row.epoch > 0:
        return None
    outcome = replace(beginning, fence=replace(beginning.fence, epoch=locked.value("epoch")))
    return finish(database, connection, outcome)


def _may_take(locked: LockedRun, request: OpenRun) -> bool:
    """A row nobody opened yet: ours by token, or still pending, in which case a workflow beats a mere request."""
    ours = locked.row.start_token == request.start_token
    return locked.row.ended_at is None and (ours or locked.row.status == "pending")


def _repeated(connection: sa.Connection, locked: LockedRun, epoch: int) -> Opened:
    if epoch != locked.row.epoch:
        raise Fenced(
            f"run {locked.id!r} was taken over by a later Temporal run (epoch {locked.row.epoch}, this one is "
            f"{epoch}): nothing was written"
        )
    return Opened("taken", run_row(locked.row), epoch, recorded_step(live_step(connection, locked.id, OPENING)))


def _take(connection: sa.Connection, locked: LockedRun, request: OpenRun) -> int:
    fresh = locked.row.epoch == 0
    epoch = new_epoch(connection, locked, request.temporal_run_id)
    if not fresh:
        rewind(connection, locked, OPENING)
    changes: dict[str, Any] = {
        "first_execution_run_id": request.first_execution_run_id,
        "engine": request.engine,
        "catalogue_hash": request.catalogue_hash,
    }
    if fresh and request.args is not None:
        # With the defaults, which whoever asked for the run need not have known. Kept over a reset.
        changes["args"] = request.args
    if fresh and request.config is not None:
        changes["config"] = request.config
    if locked.row.started_at is None:
        changes["started_at"] = locked.at
    if locked.row.start_token != request.start_token:
        # Somebody else's workflow arrived under this id: the row tells what really runs.
        changes |= {
            "app": request.app,
            "workflow": request.workflow,
            "args": request.args,
            "config": request.config,
            "start_token": request.start_token,
            "title": request.title,
        }
    locked.set_quietly(**changes)
    return epoch


def _new_columns(connection: sa.Connection, request: OpenRun) -> dict[str, Any]:
    wanted = request.workspace_id or DEFAULT_WORKSPACE
    known = connection.execute(sa.select(workspace.c.id).where(workspace.c.id == wanted)).scalar_one_or_none()
    return {
        "id": request.run_id,
        "app": request.app,
        "workflow": request.workflow,
        "workspace_id": known or DEFAULT_WORKSPACE,
        "user_id": request.user_id or DEFAULT_USER,
        "args": request.args,
        "config": request.config,
        "start_token": request.start_token,
        "title": request.title,
        "catalogue_hash": request.catalogue_hash,
    }
