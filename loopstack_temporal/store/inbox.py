"""Triggers that were kept for later or refused."""

from __future__ import annotations

import sqlalchemy as sa

from loopstack_temporal.store.database import Database
from loopstack_temporal.store.locked import LockedRun, get_locked, is_registered, live_step
from loopstack_temporal.store.records import InboxWrite, TriggerRow, Unregistered
from loopstack_temporal.store.rows import inbox_trigger
from loopstack_temporal.store.tables import inbox, step


class Inbox:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self, write: InboxWrite, temporal_run_id: str | None = None, *, unregistered: bool = False
    ) -> Unregistered | None:
        """Keep a trigger's payload, or record its refusal, with an event. Raises `NotFound` and `Fenced`.

        Within one epoch a trigger only goes on, from kept to refused or applied: whoever comes late with an earlier
        word, or to a run that has ended, changes nothing. Noting it twice does nothing. A refusal gives back the wait
        that the trigger's attempt had claimed. Nothing is written for a `temporal_run_id` that is not registered,
        unless `unregistered` says that it may.
        """
        trigger = write.trigger
        with self._database.write() as connection:
            locked = get_locked(connection, write.run_id)
            known = temporal_run_id is None or is_registered(connection, locked, temporal_run_id)
            if not known and not unregistered:
                return Unregistered(locked.row.epoch)
            if write.outcome == "kept" and locked.row.ended_at is not None:
                return None
            insert = self._database.insert(inbox).values(
                run_id=write.run_id,
                trigger_id=trigger.id,
                epoch=locked.row.epoch,
                name=trigger.name,
                payload=trigger.payload if write.outcome == "kept" else None,
                by=trigger.by,
                channel=trigger.channel,
                outcome=write.outcome,
                code=write.code,
                message=write.message,
                fields=write.fields,
                at=locked.at,
            )
            changed = {
                name: insert.excluded[name]
                for name in ("epoch", "outcome", "payload", "code", "message", "fields", "at")
            }
            news = connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[inbox.c.run_id, inbox.c.trigger_id],
                    set_=changed,
                    where=sa.and_(
                        inbox.c.applied_step.is_(None),
                        inbox.c.outcome != write.outcome,
                        # After a reset the same message may have another fate.
                        sa.or_(inbox.c.outcome == "kept", inbox.c.epoch < locked.row.epoch),
                    ),
                ).returning(inbox.c.trigger_id)
            ).one_or_none()
            if news is None:
                return None
            if write.outcome != "dropped":
                _announce(locked, write)
            if write.outcome == "rejected":
                _release(connection, locked, trigger.id)
            self._database.prepared.send(connection, locked.statements())
            return None

    def payload(self, run_id: str, trigger_id: str) -> TriggerRow | None:
        """A kept or applied trigger."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(inbox).where(
                    inbox.c.run_id == run_id,
                    inbox.c.trigger_id == trigger_id,
                    inbox.c.outcome.in_(["kept", "applied"]),
                )
            ).one_or_none()
        return None if row is None else inbox_trigger(row)

    def applied_step(self, run_id: str, trigger_id: str) -> int | None:
        """The step that applied a trigger, if one did."""
        with self._database.read() as connection:
            return connection.execute(
                sa.select(inbox.c.applied_step).where(inbox.c.run_id == run_id, inbox.c.trigger_id == trigger_id)
            ).scalar_one_or_none()

    def forget(self, run_id: str, trigger_id: str) -> None:
        """Drop a kept trigger. One that was applied stays remembered."""
        with self._database.write() as connection:
            connection.execute(
                sa.delete(inbox).where(
                    inbox.c.run_id == run_id, inbox.c.trigger_id == trigger_id, inbox.c.applied_step.is_(None)
                )
            )


def _announce(locked: LockedRun, write: InboxWrite) -> None:
    trigger = write.trigger
    locked.event(
        f"trigger.{write.outcome}",
        {
            "id": trigger.id,
            "name": trigger.name,
            "by": trigger.by,
            "channel": trigger.channel,
            "code": write.code,
            "message": write.message,
            "fields": write.fields,
        },
    )


def _release(connection: sa.Connection, locked: LockedRun, trigger_id: str) -> None:
    """Undo the claim of an attempt whose trigger was refused: the run waits again, at the same place, as before."""
    row = live_step(connection, locked.id, locked.row.next_step)
    if row is None or row.status != "running" or row.trigger_id != trigger_id or row.failure_no:
        return
    connection.execute(
        sa.delete(step).where(step.c.run_id == locked.id, step.c.step == row.step, step.c.epoch == row.epoch)
    )
    if locked.row.status == "running" and locked.row.awaiting:
        person = any(one["kind"] == "person" for one in locked.row.awaiting)
        locked.set(status="waiting", awaits_person=person)
