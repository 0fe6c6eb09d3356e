"""The way into a step: one read, and the registration of Temporal runs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from loopstack_temporal.errors import NotFound
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.faults import StoreBehindHistory
from loopstack_temporal.store.locked import LockedRun, get_locked, is_registered, known_epoch, live_step
from loopstack_temporal.store.records import Checkpoint, Entered, RunFacts, Unregistered
from loopstack_temporal.store.rewind import new_epoch, rewind
from loopstack_temporal.store.rows import Row, checkpoint, inbox_trigger, recorded_step, run_facts
from loopstack_temporal.store.tables import inbox, run, run_epoch, step

_LARGE = frozenset({"state", "result", "run_after", "decision"})
SUMMARY = tuple(column for column in step.c if column.name not in _LARGE)
"""The columns of a step that a list needs."""

_FACTS = tuple(fact.name for fact in fields(RunFacts))
"""Named as the columns are."""

_current = step.alias("current")
_holder = step.alias("holder")


def _labelled(table: sa.FromClause, prefix: str, *names: str) -> list[sa.Label[Any]]:
    return [table.c[name].label(f"{prefix}{name}") for name in ("run_id", *names)]


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


_ENTER = (
    sa.select(
        *(run.c[name] for name in _FACTS),
        run.c.failures,
        run_epoch.c.epoch.label("asking_epoch"),
        *_labelled(
            _current,
            "current__",
            *("status", "transition", "decision", "to_place", "error", "failure_no", "claims", "trigger_id"),
        ),
        *_labelled(_holder, "holder__", "state", "result", "has_result"),
        *_labelled(inbox, "inbox__", "trigger_id", "name", "payload", "by", "channel", "outcome", "applied_step"),
    )
    .select_from(
        run.outerjoin(
            run_epoch,
            sa.and_(run_epoch.c.run_id == run.c.id, run_epoch.c.temporal_run_id == _text("temporal_run_id")),
        )
        .outerjoin(
            _current,
            sa.and_(
                _current.c.run_id == run.c.id,
                _current.c.step == sa.bindparam("step", type_=sa.Integer()),
                ~_current.c.superseded,
            ),
        )
        .outerjoin(
            _holder,
            sa.and_(_holder.c.run_id == run.c.id, _holder.c.step == run.c.checkpoint_step, ~_holder.c.superseded),
        )
        .outerjoin(inbox, sa.and_(inbox.c.run_id == run.c.id, inbox.c.trigger_id == _text("trigger_id")))
    )
    .where(run.c.id == _text("run_id"))
)
"""One statement, therefore one snapshot: nothing here can belong to two different moments."""


class _Part:
    """The columns of one joined table, under their own names."""

    def __init__(self, row: Row, prefix: str) -> None:
        self._row, self._prefix = row, prefix

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, self._prefix + name)


def enter(
    database: Database,
    connection: sa.Connection,
    run_id: str,
    number: int,
    temporal_run_id: str,
    *,
    trigger_id: str | None,
    transition: str | None,
) -> Entered | Unregistered:
    """Read everything; raises `NotFound`."""
    asked = {"run_id": run_id, "step": number, "temporal_run_id": temporal_run_id, "trigger_id": trigger_id}
    row = database.prepared.first(connection, _ENTER, asked)
    if row is None:
        raise NotFound(f"there is no run {run_id!r}", code="run_not_found", facts={"run_id": run_id})
    if row.asking_epoch is None:
        return Unregistered(row.epoch)
    current: Any = _Part(row, "current__") if row.current__run_id is not None else None
    holder: Any = _Part(row, "holder__") if row.holder__run_id is not None else None
    kept: Any = _Part(row, "inbox__") if row.inbox__run_id is not None else None
    transition = transition or (current.transition if current else None)
    failures: dict[str, int] = row.failures or {}
    return Entered(
        run=run_facts(row),
        epoch=row.asking_epoch,
        recorded=recorded_step(current),
        checkpoint=checkpoint(holder),
        failure_no=current.failure_no if current else 0,
        retry_count=failures.get(transition, 0) if transition else 0,
        claims=current.claims if current else 0,
        trigger=inbox_trigger(kept) if kept and kept.outcome in ("kept", "applied") else None,
        applied_step=kept.applied_step if kept else None,
    )


def register(
    database: Database, connection: sa.Connection, run_id: str, number: int, temporal_run_id: str, seen_epoch: int
) -> int | None:
    """Compare and set: the new epoch, or `None` when it moved since `seen_epoch`."""
    locked = get_locked(connection, run_id)
    if locked.row.epoch != seen_epoch:
        return None
    known = known_epoch(connection, run_id, temporal_run_id)
    if known is not None:
        return known
    if number > locked.row.next_step:
        raise behind(run_id, number, locked.row.next_step)
    epoch = new_epoch(connection, locked, temporal_run_id)
    if number < locked.row.next_step or _ended_outside_its_steps(connection, locked):
        rewind(connection, locked, number)
    database.prepared.send(connection, locked.statements())
    return epoch


def undo_begun(database: Database, connection: sa.Connection, run_id: str, number: int, temporal_run_id: str) -> None:
    """Undo a step that an earlier history had begun and not ended."""
    locked = get_locked(connection, run_id)
    if not is_registered(connection, locked, temporal_run_id) or locked.row.next_step != number:
        return
    begun = live_step(connection, run_id, number)
    if begun is not None and begun.status == "running" and begun.epoch < locked.row.epoch:
        rewind(connection, locked, number)
        database.prepared.send(connection, locked.statements())


def _ended_outside_its_steps(connection: sa.Connection, locked: LockedRun) -> bool:
    """Ended, but not by its last step (canceled at a wait, say): going on from there must open it again."""
    if locked.row.ended_at is None:
        return False
    last = live_step(connection, locked.id, locked.row.next_step - 1)
    return last is None or not last.run_after["ended"]


def behind(run_id: str, number: int, next_step: int) -> StoreBehindHistory:
    """The error for a step the database cannot know of."""
    return StoreBehindHistory(
        f"run {run_id!r}: Temporal is at step {number}, the database at step {next_step}. The database is older than "
        f"Temporal's history, as after restoring a backup; reset the workflow to step {next_step} to go on"
    )


def checkpoint_after(connection: sa.Connection, run_id: str, number: int) -> Checkpoint | None:
    """The state as it was after a step; `None` before anything was stored."""
    reference = (
        sa.select(step.c.checkpoint_step)
        .where(step.c.run_id == run_id, step.c.step <= number, ~step.c.superseded, step.c.status != "running")
        .order_by(step.c.step.desc())
        .limit(1)
        .scalar_subquery()
    )
    row: Any = connection.execute(
        sa.select(step.c.state, step.c.result, step.c.has_result).where(
            step.c.run_id == run_id, step.c.step == reference, ~step.c.superseded
        )
    ).one_or_none()
    return checkpoint(row)
