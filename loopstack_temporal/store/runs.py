"""Runs: creating, opening, looking at and ending them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, overload

import sqlalchemy as sa

from loopstack_temporal.errors import Conflict
from loopstack_temporal.failpoints import hit
from loopstack_temporal.machine.decisions import Finish
from loopstack_temporal.store import codec, listing
from loopstack_temporal.store.columns import now
from loopstack_temporal.store.creating import insert_run, run_exists
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.deleting import family, remove, remove_family
from loopstack_temporal.store.idempotency import begin_key, drop_key
from loopstack_temporal.store.live import remove_from
from loopstack_temporal.store.locked import (
    LockedRun,
    awaiting_columns,
    check_epoch,
    get_locked,
    is_registered,
    lock_run,
)
from loopstack_temporal.store.opening import open_run
from loopstack_temporal.store.records import (
    Ending,
    IdempotencyKey,
    InProgress,
    NewRun,
    Opened,
    OpenRun,
    Page,
    Repeated,
    Reused,
    RunCounts,
    RunFilter,
    RunRow,
    Unregistered,
)
from loopstack_temporal.store.rows import run_row
from loopstack_temporal.store.tables import run, step


class Runs:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @overload
    def create(self, new: NewRun) -> RunRow: ...

    @overload
    def create(self, new: NewRun, idempotency: IdempotencyKey) -> RunRow | Repeated | InProgress | Reused: ...

    def create(self, new: NewRun, idempotency: IdempotencyKey | None = None) -> RunRow | Repeated | InProgress | Reused:
        """Insert a pending run; with `idempotency`, its row in the same transaction, unless the key was used before.

        Repeating it with the same id and `start_token` gives the run it made. Raises `Conflict` (`run_exists`) and
        `NotFound` (`workspace_not_found`).
        """
        with self._database.write() as connection:
            if idempotency is not None:
                begun = begin_key(self._database, connection, idempotency, {"run_id": new.id})
                if isinstance(begun, Repeated | InProgress | Reused):
                    return begun
            existing = connection.execute(sa.select(run).where(run.c.id == new.id)).one_or_none()
            if existing is not None:
                if existing.start_token == new.start_token:
                    return run_row(existing)
                raise run_exists(new.id)
            return run_row(insert_run(self._database, connection, _columns(new)))

    def started(self, run_id: str, first_execution_run_id: str, temporal_run_id: str) -> None:
        """Note the Temporal run that `StartWorkflow` made. A workflow that took the row meanwhile keeps it."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(run)
                .where(run.c.id == run_id, run.c.first_execution_run_id.is_(None))
                .values(first_execution_run_id=first_execution_run_id, temporal_run_id=temporal_run_id)
            )

    def open(self, request: OpenRun) -> Opened:
        """Take the row for an arriving workflow, or learn that the id is in use. Raises `Fenced` when it came late."""
        try:
            return self._open(request)
        except Conflict:
            # Somebody inserted the row between our look and our insert; now it can be locked.
            return self._open(request)

    def _open(self, request: OpenRun) -> Opened:
        with self._database.write() as connection:
            opened = open_run(self._database, connection, request)
            if opened.recorded is not None:
                hit("commit.before_commit")
        if opened.recorded is not None:
            hit("commit.after_commit")
        return opened

    def get(self, run_id: str) -> RunRow | None:
        """One run, or nothing."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(run).where(run.c.id == run_id)).one_or_none()
        return None if found is None else run_row(found)

    def page(self, wanted: RunFilter, cursor: str | None = None, limit: int = 50) -> Page[RunRow]:
        """Runs in the filter's order. Raises `InvalidInput` for a cursor that is none."""
        with self._database.read() as connection:
            return listing.runs(connection, wanted, cursor, limit)

    def counts(self, wanted: RunFilter | None = None) -> RunCounts:
        """How many runs match, by status and by workflow."""
        with self._database.read() as connection:
            return listing.run_counts(connection, wanted or RunFilter())

    def request_cancel(self, run_id: str, by: str, reason: str | None = None) -> RunRow:
        """Note that somebody wants the run canceled. Raises `NotFound`, and `Conflict` (`run_ended`)."""
        with self._database.write() as connection:
            locked = get_locked(connection, run_id)
            if locked.row.ended_at is not None:
                raise Conflict(
                    f"run {run_id!r} has ended already ({locked.row.status})",
                    code="run_ended",
                    facts={"status": locked.row.status},
                )
            locked.set_quietly(cancel_requested=True, cancel_by=by, cancel_reason=reason)
            self._database.prepared.send(connection, locked.statements())
            return run_row(connection.execute(sa.select(run).where(run.c.id == run_id)).one())

    def pause(
        self, run_id: str, by: str | None, number: int | None, temporal_run_id: str, *, unregistered: bool = False
    ) -> Unregistered | None:
        """Note who paused a run, or with `None` that it goes on. Nothing happens to one that has ended.

        Of the words of one Temporal run the one with the highest `number` counts; an older Temporal run is `Fenced`.
        Nothing is written for one that is not registered, unless `unregistered` says that it may; then nothing is
        compared. Raises `NotFound`.
        """
        with self._database.write() as connection:
            locked = get_locked(connection, run_id)
            known = is_registered(connection, locked, temporal_run_id)
            if not known and not unregistered:
                return Unregistered(locked.row.epoch)
            if locked.row.ended_at is not None:
                return None
            if known and number is not None:
                if number < locked.row.pauses:
                    return None
                locked.set_quietly(pauses=number)
            if (by is None) != (locked.row.paused_at is None):
                locked.set(paused_at=locked.at if by is not None else None, paused_by=by)
            self._database.prepared.send(connection, locked.statements())
            return None

    def end(self, run_id: str, epoch: int, ending: Ending) -> RunRow:
        """End a run outside a step. Does nothing to a run that has ended. Raises `NotFound` and `Fenced`."""
        with self._database.write() as connection:
            locked = get_locked(connection, run_id)
            check_epoch(locked, epoch)
            if locked.row.ended_at is not None:
                return run_row(locked.row)
            end_locked(self._database, connection, locked, ending)
            return run_row(connection.execute(sa.select(run).where(run.c.id == run_id)).one())

    def discard(self, run_id: str, start_token: str, key: IdempotencyKey | None = None) -> RunRow | None:
        """Take back a run that never began, and `key`, under which it was asked for.

        Returns the row that stands under the id nevertheless: a workflow has opened it, or it has another token.
        """
        with self._database.write() as connection:
            locked = lock_run(connection, run_id)
            if locked is None:
                return None
            if locked.row.epoch > 0 or locked.row.start_token != start_token:
                return run_row(locked.row)
            if key is not None:
                drop_key(connection, key)
            remove(connection, family(connection, run_id), locked.at)
            return None

    def unstarted(self, older_than_seconds: float, limit: int = 100, app: str | None = None) -> tuple[RunRow, ...]:
        """Pending runs of which Temporal has not heard, oldest first; with `app`, only that app's."""
        query = sa.select(run).where(
            run.c.status == "pending",
            run.c.temporal_run_id.is_(None),
            run.c.created_at < now(-timedelta(seconds=older_than_seconds)),
        )
        if app is not None:
            query = query.where(run.c.app == app)
        with self._database.read() as connection:
            found = connection.execute(query.order_by(run.c.created_at).limit(limit)).all()
        return tuple(run_row(row) for row in found)

    def rename(self, run_id: str, title: str) -> RunRow:
        """Give a run another title. Raises `NotFound`."""
        with self._database.write() as connection:
            locked = get_locked(connection, run_id)
            locked.set(title=title)
            self._database.prepared.send(connection, locked.statements())
            return run_row(connection.execute(sa.select(run).where(run.c.id == run_id)).one())

    def family(self, run_id: str) -> dict[str, str | None]:
        """A run and all its descendants: ids, parents first, with their Temporal run ids. Empty for no run."""
        with self._database.read() as connection:
            return {one.id: one.temporal_run_id for one in family(connection, run_id)}

    def delete(self, run_id: str) -> None:
        """Remove an ended run and its descendants with all they have; an event of each says so.

        Raises `NotFound`, and `Conflict` (`run_open`) while the run or a descendant is open.
        """
        with self._database.write() as connection:
            locked = get_locked(connection, run_id)
            remove_family(connection, run_id, locked.at)


def end_locked(database: Database, connection: sa.Connection, locked: LockedRun, ending: Ending) -> None:
    """End an open run outside a step; a step under way is closed with it."""
    decision = Finish(
        status=ending.status,
        place=locked.row.place,
        code=ending.error.code if ending.error else None,
        message=ending.error.message if ending.error else None,
    )
    connection.execute(
        sa.update(step)
        .where(step.c.run_id == locked.id, step.c.status == "running", ~step.c.superseded)
        .values(
            status="closed",
            to_place=locked.row.place,
            decision=decision.model_dump_json(),
            error=codec.dump_error(ending.error),
            ended_at=locked.at,
        )
    )
    remove_from(connection, locked.id, 0)
    locked.set(**_ending_columns(ending), ended_at=locked.at, retry=None, **awaiting_columns(ending.status, ()))
    database.prepared.send(connection, locked.statements())


def _ending_columns(ending: Ending) -> dict[str, Any]:
    """What an ending makes of status, result and error."""
    columns: dict[str, Any] = {"status": ending.status, "can_retry": False}
    if ending.status == "completed":
        columns["result"] = ending.result
    if ending.error is not None or ending.status == "completed":
        # Otherwise the error that a parked run stood with goes on telling why it was given up.
        columns |= {"has_error": ending.error is not None, "error": codec.dump_error(ending.error)}
    return columns


def _columns(new: NewRun) -> dict[str, Any]:
    return {
        "id": new.id,
        "app": new.app,
        "workflow": new.workflow,
        "workspace_id": new.workspace_id,
        "user_id": new.user_id,
        "args": new.args,
        "config": new.config,
        "start_token": new.start_token,
        "title": new.title,
        "catalogue_hash": new.catalogue_hash,
        "parent_id": new.parent_id,
        "root_id": new.root_id or new.id,
    }
