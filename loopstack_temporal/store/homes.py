"""Which Temporal the runs of this database live in. Anywhere else they look as if they had been deleted."""

from __future__ import annotations

import sqlalchemy as sa

from loopstack_temporal.store.database import Database
from loopstack_temporal.store.records import TemporalHome
from loopstack_temporal.store.tables import identity


class Homes:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settle(self, here: TemporalHome) -> TemporalHome:
        """Where the runs live; `here`, if nobody has said so before."""
        with self._database.read() as connection:
            known = _home(connection)
        if known is not None:
            return known
        with self._database.write() as connection:
            connection.execute(
                sa.update(identity)
                .where(identity.c.temporal_id.is_(None))
                .values(temporal_id=here.id, temporal_name=here.name)
            )
            return _home(connection) or here

    def move(self, here: TemporalHome) -> TemporalHome | None:
        """Say that the runs live `here` from now on; gives where they lived before, if anybody knew."""
        with self._database.write() as connection:
            before = _home(connection)
            connection.execute(sa.update(identity).values(temporal_id=here.id, temporal_name=here.name))
            return before


def _home(connection: sa.Connection) -> TemporalHome | None:
    row = connection.execute(sa.select(identity.c.temporal_id, identity.c.temporal_name)).one()
    return None if row.temporal_id is None else TemporalHome(row.temporal_id, row.temporal_name)
