"""Calls to the outside world, recorded in short transactions of their own so that a repeated attempt reuses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.errors import Fenced
from loopstack_temporal.machine.decisions import Parked
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.locked import check_epoch, lock_step
from loopstack_temporal.store.records import EffectEnd, EffectRow, EffectUsage, EffectWrite, Fence
from loopstack_temporal.store.rows import Row, decision
from loopstack_temporal.store.tables import document, effect, step

_KEY = sa.bindparam("this_key", type_=sa.Text())
_NONCE = sa.bindparam("this_nonce", type_=sa.Text())
_STARTED: sa.ColumnElement[str] = sa.literal_column("'started'")
_FIND = sa.select(effect.c.key, effect.c.status, effect.c.nonce, effect.c.step, effect.c.response).where(
    effect.c.key == _KEY
)
_INSERT = effect.insert().inline()
_TAKE_OVER = sa.update(effect).where(effect.c.key == _KEY)
_OWNED = (
    sa.select(step.c.step)
    .where(
        step.c.run_id == sa.bindparam("this_run", type_=sa.Text()),
        step.c.step == sa.bindparam("this_step", type_=sa.Integer()),
        step.c.nonce == _NONCE,
        step.c.status == sa.literal_column("'running'"),
        ~step.c.superseded,
    )
    .exists()
)
_END = sa.update(effect).where(effect.c.key == _KEY, effect.c.nonce == _NONCE, effect.c.status == _STARTED, _OWNED)
_UNDO = sa.delete(effect).where(effect.c.key == _KEY, effect.c.nonce == _NONCE, effect.c.status == _STARTED)

_MOST_RETRIES = 200
"""Manual retries of a step that are followed back to its first try."""
_MODEL_CALL = "llm:"
_MOST_CALLS = 50
"""Model calls among which one is looked for: those of the step itself come first."""


class Effects:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, write: EffectWrite) -> EffectRow | None:
        """Announce a call, for a step that is claimed. `None`: make it now.

        Else what is known of it: `done` with the answer, or `unknown` when it must not be repeated and an attempt that
        is gone had begun it. A person's retry of the step begins such a call again. Raises `Fenced`.
        """
        fence = write.fence
        with self._database.brief() as connection:
            locked, row = lock_step(self._database, connection, fence.run_id, fence.step)
            check_epoch(locked, fence.epoch)
            if row is None or row.status != "running" or row.nonce != fence.nonce:
                raise _overtaken(fence, "no call is made")
            found = self._database.prepared.first(connection, _FIND, {"this_key": write.key})
            columns = {"step": fence.step, "nonce": fence.nonce, "status": "started", "started_at": locked.at}
            if found is None:
                named = {"name": write.name, "request_hash": write.request_hash}
                new = {"key": write.key, "run_id": fence.run_id, "epoch": fence.epoch} | named | columns
                self._database.prepared.send(connection, [(_INSERT, [new])])
            elif found.status == "done":
                return _effect_row(found)
            elif write.repeatable or found.nonce == fence.nonce or found.step != fence.step:
                self._database.prepared.send(connection, [(_TAKE_OVER, [columns | {"this_key": write.key}])])
            else:
                unknown = {"status": "unknown", "this_key": write.key}
                self._database.prepared.send(connection, [(_TAKE_OVER, [unknown])])
                return EffectRow(found.key, "unknown", None)
        return None

    def end(self, end: EffectEnd) -> None:
        """Record the outcome of a call that this attempt began. Repeating it does nothing.

        Raises `Fenced` when another attempt has taken the step or the call: then nothing is written.
        """
        fence = end.fence
        with self._database.brief() as connection:
            key = {"this_key": end.key}
            owned = {"this_nonce": fence.nonce, "this_run": fence.run_id, "this_step": fence.step}
            values = {"status": end.status, "response": end.response, "usage": end.usage, "ended_at": end.at}
            self._database.prepared.send(connection, [(_END, [values | key | owned])])
            found = self._database.prepared.first(connection, _FIND, key)
            if found is None or found.nonce != fence.nonce or found.status != end.status:
                raise _overtaken(fence, "the answer of its call is not recorded")

    def undo(self, key: str, fence: Fence) -> None:
        """Forget a call that failed, so that the next try makes it again."""
        with self._database.brief() as connection:
            self._database.prepared.send(connection, [(_UNDO, [{"this_key": key, "this_nonce": fence.nonce}])])

    def undo_paid(self, end: EffectEnd) -> None:
        """Forget a call that failed, but for what it cost: that stays under a key which nobody looks for."""
        nonce = end.fence.nonce
        mine = sa.and_(effect.c.key == end.key, effect.c.nonce == nonce, effect.c.status == "started")
        values = {"key": f"{end.key}~{nonce}", "status": end.status, "usage": end.usage, "ended_at": end.at}
        with self._database.write() as connection:
            connection.execute(sa.update(effect).where(mine).values(values))

    def recorded(self, key: str) -> EffectRow | None:
        """What is known of a call."""
        with self._database.read() as connection:
            found = self._database.prepared.first(connection, _FIND, {"this_key": key})
        return None if found is None else _effect_row(found)

    def usage(self, run_id: str) -> tuple[EffectUsage, ...]:
        """The calls of a run that say what they cost; those of steps that were undone cost, too."""
        query = sa.select(effect.c.name, effect.c.usage).where(effect.c.run_id == run_id, effect.c.usage.is_not(None))
        query = query.order_by(effect.c.ended_at)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(EffectUsage(row.name, one) for row in rows for one in _each(row.usage))

    def asked(self, run_id: str, step: int, message: str) -> Mapping[str, Any] | None:
        """What a model was asked that answered with a message in a step; `None` if that was not kept.

        A person's retry takes over the answers of earlier tries, so steps before are looked at, too.
        """
        query = (
            sa.select(effect.c.response)
            .where(
                effect.c.run_id == run_id,
                effect.c.step <= step,
                effect.c.name.startswith(_MODEL_CALL),
                effect.c.status == "done",
            )
            .order_by(effect.c.step.desc(), effect.c.started_at.desc())
            .limit(_MOST_CALLS)
        )
        with self._database.read() as connection:
            answers = (mapping_of(row.response) for row in connection.execute(query).all())
            found = next((answer.get("asked") for answer in answers if answer.get("id") == message), None)
        return mapping_of(found) or None

    def first_try(self, run_id: str, number: int) -> tuple[int, int]:
        """Number and epoch of the step that `number` retries, or of itself: a person may have retried many times."""
        query = (
            sa.select(step.c.step, step.c.epoch, step.c.transition, step.c.from_place, step.c.decision)
            .where(step.c.run_id == run_id, step.c.step <= number, ~step.c.superseded)
            .order_by(step.c.step.desc())
            .limit(_MOST_RETRIES)
        )
        with self._database.read() as connection:
            rows = cast("list[Row]", connection.execute(query).all())
        first = rows[0]
        for row in rows[1:]:
            parked = decision(row)
            if not isinstance(parked, Parked) or parked.step != row.step:
                break
            if (row.transition, row.from_place) != (first.transition, first.from_place):
                break
            first = row
        return first.step, first.epoch

    def failure_codes(self, run_id: str, first: int, last: int) -> tuple[str, ...]:
        """The codes of the author's failures in these steps."""
        query = sa.select(document.c.content).where(
            document.c.run_id == run_id,
            document.c.step.between(first, last),
            document.c.name == "error",
            ~document.c.superseded,
        )
        with self._database.read() as connection:
            return tuple(str(row.content.get("code")) for row in connection.execute(query).all())


def _each(usage: Any) -> list[Mapping[str, Any]]:
    return cast("list[Mapping[str, Any]]", usage) if isinstance(usage, list) else [usage]


def set_aside(connection: sa.Connection, run_id: str, to_step: int) -> None:
    """Let the calls of undone steps be made again; their rows stay, because they have cost what they cost."""
    undone = sa.and_(effect.c.run_id == run_id, effect.c.step >= to_step, ~effect.c.key.contains("~"))
    connection.execute(
        sa.update(effect).where(undone).values(key=effect.c.key + "~" + sa.cast(effect.c.epoch, sa.Text))
    )


def _overtaken(fence: Fence, what: str) -> Fenced:
    return Fenced(f"step {fence.step} of run {fence.run_id!r} belongs to another attempt: {what}")


def _effect_row(row: Row) -> EffectRow:
    return EffectRow(row.key, row.status, row.response)
