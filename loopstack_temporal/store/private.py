"""A store of one's own in memory, for runs that leave nothing behind.

The tables and every transaction are those of the real store, so that a rule of committing is written once. Nothing
reaches a disk: what is in it is gone when the store is closed or the process ends, however it ends.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable

import sqlalchemy as sa

from loopstack_temporal.store import migrate
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.store import Store


def open_private() -> Store:
    """A new empty store in memory. Closing it forgets everything."""
    image = _empty()
    return Store(Database(_engine(lambda: _connection(image))))


@functools.cache
def _empty() -> bytes:
    """An empty database with the current schema: making one takes much longer than copying it."""
    connection = _connection(None)
    database = Database(_engine(lambda: connection))
    try:
        migrate.bring_up(database)
        return connection.serialize()
    finally:
        database.close()


def _engine(creator: Callable[[], sqlite3.Connection]) -> sa.Engine:
    # One connection, handed from one transaction to the next: a second one would see another database.
    return sa.create_engine("sqlite://", creator=creator, poolclass=sa.QueuePool, pool_size=1, max_overflow=0)


def _connection(image: bytes | None) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    if image is not None:
        connection.deserialize(image)
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
