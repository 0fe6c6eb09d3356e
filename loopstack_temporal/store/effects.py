"""Calls to the outside world, recorded in short transactions of their own so that a repeated attempt reuses them."""

from __future__ import annotations

import sqlalchemy as sa

from loopstack_temporal.errors import Fenced
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.locked import check_epoch, lock_step
from loopstack_temporal.store.records import EffectRow, EffectWrite, Json
from loopstack_temporal.store.tables import effect


class Effects:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, write: EffectWrite) -> EffectRow | None:
        """Announce a call; the step must be claimed. Returns what an earlier attempt recorded. Raises `Fenced`."""
        fence = write.fence
        with self._database.write() as connection:
            locked, row = lock_step(self._database, connection, fence.run_id, fence.step)
            check_epoch(locked, fence.epoch)
            if row is None or row.status != "running" or row.nonce != fence.nonce:
                raise Fenced(f"step {fence.step} of run {fence.run_id!r} belongs to another attempt: no call is made")
            found = connection.execute(sa.select(effect).where(effect.c.key == write.key)).one_or_none()
            if found is not None:
                return EffectRow(found.key, found.status, found.response)
            connection.execute(
                effect.insert(),
                [
                    {
                        "key": write.key,
                        "run_id": fence.run_id,
                        "step": fence.step,
                        "epoch": fence.epoch,
                        "name": write.name,
                        "request_hash": write.request_hash,
                        "status": "started",
                        "nonce": fence.nonce,
                        "started_at": locked.at,
                    }
                ],
            )
        return None

    def done(self, key: str, response: Json, usage: Json = None) -> EffectRow:
        """Record a call's answer, unless there is one; returns the one that counts."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(effect)
                .where(effect.c.key == key, effect.c.status != "done")
                .values(status="done", response=response, usage=usage)
            )
            found = connection.execute(sa.select(effect).where(effect.c.key == key)).one()
        return EffectRow(found.key, found.status, found.response)

    def recorded(self, key: str) -> EffectRow | None:
        """What is known of a call."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(effect).where(effect.c.key == key)).one_or_none()
        return None if found is None else EffectRow(found.key, found.status, found.response)
