"""A run under its lock: what it was, what this transaction makes of it, and the events that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from loopstack_temporal.errors import Fenced, NotFound
from loopstack_temporal.store import codec
from loopstack_temporal.store.columns import now
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.prepared import Statement
from loopstack_temporal.store.records import Awaiting, StepOutcome
from loopstack_temporal.store.rows import OPEN, Row, can_retry
from loopstack_temporal.store.tables import event, run, run_epoch, step

PATH_LENGTH = 12
_UNKNOWN = object()

# Built once: building and hashing a statement of forty columns takes longer than executing it.
_THIS_RUN = sa.bindparam("this_run", type_=sa.Text())
_LOCK_RUN = sa.select(run, now().label("now")).where(run.c.id == _THIS_RUN).with_for_update(key_share=True, of=run)
_UNREAD = frozenset({"args", "config", "result", "title", "start_token", "first_execution_run_id", "created_at"})
"""Columns of a run that its steps neither compare nor carry on, some of them large."""
_LOCK_MOVING_RUN = _LOCK_RUN.with_only_columns(
    *(column for column in run.c if column.name not in _UNREAD), now().label("now")
)
_UPDATE_RUN = sa.update(run).where(run.c.id == _THIS_RUN)
_LIVE_STEP = sa.select(step).where(
    step.c.run_id == _THIS_RUN, step.c.step == sa.bindparam("this_step", type_=sa.Integer()), ~step.c.superseded
)
_INSERT_EVENT = event.insert().inline()


class LockedRun:
    """Collects changes of one run row and its events; `statements()` gives both, at most one `run.changed`, last."""

    def __init__(self, row: Row, at: datetime) -> None:
        self.row = row
        self.id: str = row.id
        self.at = max(at, row.updated_at)
        """The database clock, never before the run's last change."""
        self._changes: dict[str, Any] = {}
        self._events: list[tuple[str, Mapping[str, Any]]] = []
        self._changed = False
        self._answer: dict[str, str] = {}

    def value(self, column: str) -> Any:
        """A column as it will be after this transaction."""
        return self._changes[column] if column in self._changes else getattr(self.row, column)

    def set(self, **columns: Any) -> None:
        """Change columns of the run row and announce that with `run.changed`."""
        self._changes.update(columns)
        self._changed = True

    def set_quietly(self, **columns: Any) -> None:
        """Change columns that no event shows."""
        self._changes.update(columns)

    def event(self, kind: str, data: Mapping[str, Any]) -> None:
        """Announce something; events keep the order of these calls."""
        self._events.append((kind, data))

    def statements(self) -> list[Statement]:
        """The writes, to be sent last. Call it once."""
        self._task_events()
        if self._changed:
            self._events.append(("run.changed", self._changed_data()))
        first = self.row.event_seq + 1
        rows = [
            {
                "type": kind,
                "run_id": self.id,
                "root_id": self.value("root_id"),
                "workspace_id": self.value("workspace_id"),
                "rev": first + number,
                "data": data,
                "at": self.at,
            }
            for number, (kind, data) in enumerate(self._events)
        ]
        self._changes |= {"event_seq": self.row.event_seq + len(rows), "updated_at": self.at}
        changed = {name: value for name, value in self._changes.items() if not self._stands(name, value)}
        written: list[Statement] = [(_INSERT_EVENT, rows)] if rows else []
        return [*written, (_UPDATE_RUN, [changed | {"this_run": self.id}])]

    def _stands(self, name: str, value: Any) -> bool:
        """Whether the row says so already. JSON is written again: in Python 1 equals true."""
        return (value is None or isinstance(value, str | int)) and getattr(self.row, name, _UNKNOWN) == value

    def _changed_data(self) -> dict[str, Any]:
        status = self.value("status")
        error = self.value("error")
        paused = self.value("paused_at") is not None and status in OPEN
        return {
            "status": "paused" if paused else status,
            "place": self.value("place"),
            "step": self.value("next_step"),
            "awaiting": (self.value("awaiting") or []) if status == "waiting" else [],
            "has_error": self.value("has_error"),
            "error_message": error["message"] if error else None,
            "can_retry": can_retry(status, self.value("can_retry")),
            "retry": self.value("retry"),
            "path": self.value("path") or [],
            "ended_at": codec.time_text(self.value("ended_at")),
        }

    def _task_events(self) -> None:
        """A task is a person's wait of a waiting run: close those that are gone, open those that are new.

        One that a reminder interrupted is new, too: it is answered by another step.
        """
        before = _tasks(self.row.status, self.row.awaiting, self.row.next_step)
        after = _tasks(self.value("status"), self.value("awaiting"), self.value("next_step"))
        for task in before:
            if task not in after:
                answer = self._answer if self._answer.get("transition") == task[0] else {}
                self.event("task.closed", {"transition": task[0], "step": self.row.next_step, **answer})
        for task in after:
            if task not in before:
                self.event("task.opened", {"transition": task[0], "step": self.value("next_step")})

    def answered(self, transition: str, by: str, channel: str) -> None:
        """Say who answered, should a task of that name close in this transaction."""
        self._answer = {"transition": transition, "by": by, "channel": channel}


def _tasks(status: str, awaiting: Any, step: int) -> list[tuple[str, str, int]]:
    if status != "waiting":
        return []
    return [(one["transition"], one["since"], step) for one in awaiting or () if one["kind"] == "person"]


def still_awaited(locked: LockedRun, outcome: StepOutcome) -> tuple[Awaiting, ...]:
    """What is awaited after a deadline that came back to its place; only its own clock has started again."""
    before = {one.transition: one for one in codec.load_awaiting(locked.row.awaiting)}
    before.pop(outcome.transition, None)
    return tuple(_still(one, before.get(one.transition), locked.row.next_step) for one in outcome.awaiting)


def _still(one: Awaiting, old: Awaiting | None, answered_by: int) -> Awaiting:
    if old is None:
        return one
    first = answered_by if old.step is None else old.step
    return replace(one, since=old.since, step=None if one.kind == "timer" else first)


def awaiting_columns(status: str, awaiting: tuple[Awaiting, ...]) -> dict[str, Any]:
    """The columns that say what a run waits for."""
    return {
        "awaiting": codec.dump_awaiting(awaiting) or None,
        "awaits_person": status == "waiting" and any(one.kind == "person" for one in awaiting),
    }


def extended_path(path: Any, *stops: str) -> list[str]:
    """The path with more stops. A stop that fails where the run stands is marked in place."""
    new: list[str] = list(path or ())
    for stop in stops:
        if stop.startswith("!") and new and new[-1].lstrip("!") == stop[1:]:
            new.pop()
        new.append(stop)
    return new[-PATH_LENGTH:]


def lock_run(connection: sa.Connection, run_id: str) -> LockedRun | None:
    """Lock a run for this transaction. On SQLite the transaction itself is the lock."""
    found = connection.execute(_LOCK_RUN, {"this_run": run_id}).one_or_none()
    return None if found is None else LockedRun(found, found.now)


def get_locked(connection: sa.Connection, run_id: str) -> LockedRun:
    """Lock a run that must exist. Raises `NotFound`."""
    locked = lock_run(connection, run_id)
    if locked is None:
        raise _unknown(run_id)
    return locked


def live_step(connection: sa.Connection, run_id: str, number: int) -> Row | None:
    """The row of a step that was not rewound."""
    return connection.execute(_LIVE_STEP, {"this_run": run_id, "this_step": number}).one_or_none()


def lock_step(database: Database, connection: sa.Connection, run_id: str, number: int) -> tuple[LockedRun, Row | None]:
    """Lock a run and read one of its steps. Raises `NotFound`.

    Two statements sent together, not a join: joined to the locking one, the step would show as it was before waiting
    for the lock.
    """
    this = {"this_run": run_id, "this_step": number}
    found, row = database.prepared.firsts(connection, (_LOCK_MOVING_RUN, this), (_LIVE_STEP, this))
    if found is None:
        raise _unknown(run_id)
    return LockedRun(found, found.now), row


def known_epoch(connection: sa.Connection, run_id: str, temporal_run_id: str) -> int | None:
    """The epoch that a Temporal run was registered with; `None`: it was not."""
    return connection.execute(
        sa.select(run_epoch.c.epoch).where(run_epoch.c.run_id == run_id, run_epoch.c.temporal_run_id == temporal_run_id)
    ).scalar_one_or_none()


def is_registered(connection: sa.Connection, locked: LockedRun, temporal_run_id: str) -> bool:
    """Whether a Temporal run is the run's current one; `False`: nobody has seen it. Raises `Fenced` for an old one."""
    epoch = known_epoch(connection, locked.id, temporal_run_id)
    if epoch is None:
        return False
    check_epoch(locked, epoch)
    return True


def _unknown(run_id: str) -> NotFound:
    return NotFound(f"there is no run {run_id!r}", code="run_not_found", facts={"run_id": run_id})


def check_epoch(locked: LockedRun, epoch: int) -> None:
    """Raise `Fenced` unless `epoch` is the run's current one."""
    if epoch != locked.row.epoch:
        raise Fenced(
            f"run {locked.id!r} is at epoch {locked.row.epoch}, this attempt belongs to epoch {epoch}: "
            "a reset or a later Temporal run took over, so nothing was written"
        )
