"""Stores of one's own in memory, for runs that leave nothing behind.

The tables and every transaction are those of the real store, so that a rule of committing is written once. Nothing
reaches a disk: what is in such a store is gone when it is closed or the process ends, however it ends.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable

import sqlalchemy as sa

from loopstack_temporal.store import migrate
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.store import Store

_MOST_KEPT = 8


class PrivateStores:
    """Opens empty stores in memory, one after the other or many at once. Close each of them once."""

    def __init__(self) -> None:
        self._kept: list[_PrivateDatabase] = []

    def open(self) -> Store:
        """A new empty store. Closing it forgets everything."""
        return Store(self._kept.pop() if self._kept else _PrivateDatabase(self._keep))

    def _keep(self, database: _PrivateDatabase) -> None:
        if len(self._kept) < _MOST_KEPT:
            self._kept.append(database)


class _PrivateDatabase(Database):
    """Lives in its one connection. Without one it is empty, but still knows its statements as SQL text.

    Compiling them takes ten times longer than executing a small run, hence `keep`.
    """

    def __init__(self, keep: Callable[[_PrivateDatabase], None]) -> None:
        image = _empty()
        super().__init__(_engine(lambda: _connection(image)))
        self._keep = keep

    def close(self) -> None:
        """Close the connection, and forget with it what was written."""
        super().close()
        self._keep(self)


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
