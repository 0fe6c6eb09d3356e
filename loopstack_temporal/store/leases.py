"""Leases: who does a job that one process at a time should do. They save work, they protect nothing."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from loopstack_temporal.store.columns import now
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.tables import lease


class Leases:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, owner: str, seconds: float) -> bool:
        """Take or renew a lease for `seconds` by the database clock; false while somebody else has it."""
        until = now(timedelta(seconds=seconds))
        with self._database.write() as connection:
            taken = connection.execute(
                self._database.insert(lease)
                .values(name=name, owner=owner, until=until)
                .on_conflict_do_update(
                    index_elements=[lease.c.name],
                    set_={"owner": owner, "until": until},
                    where=sa.or_(lease.c.owner == owner, lease.c.until < now()),
                )
                .returning(lease.c.name)
            ).one_or_none()
        return taken is not None

    def give_back(self, name: str, owner: str) -> None:
        """Let go of a lease before it ends."""
        with self._database.write() as connection:
            connection.execute(sa.delete(lease).where(lease.c.name == name, lease.c.owner == owner))
