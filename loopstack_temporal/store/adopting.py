"""A store on an engine that a program has already."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa

from loopstack_temporal.errors import SetupError
from loopstack_temporal.store import migrate
from loopstack_temporal.store.database import POSTGRES_SETTINGS, Database
from loopstack_temporal.store.store import Store


class BorrowedDatabase(Database):
    """PostgreSQL through connections that others use too: our settings hold for one transaction each."""

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine.execution_options(isolation_level="READ COMMITTED"))
        # Settings for one transaction need one, also to read.
        self._reading = self.engine
        self.bell = None  # It would keep a connection that is not ours; events are found by looking, a little later.

    @contextmanager
    def write(self) -> Generator[sa.Connection]:
        """See `Database.write`."""
        with super().write() as connection:
            _settle(connection)
            yield connection

    @contextmanager
    def brief(self) -> Generator[sa.Connection]:
        """See `Database.brief`; our settings need the whole transaction."""
        with self.write() as connection:
            yield connection

    @contextmanager
    def read(self) -> Generator[sa.Connection]:
        """See `Database.read`."""
        with super().read() as connection:
            _settle(connection)
            yield connection

    def close(self) -> None:
        """Nothing: the engine is somebody else's."""


def store_on(engine: sa.Engine) -> Store:
    """A store on somebody's engine, which stays theirs to dispose of.

    On PostgreSQL (driver psycopg) the engine's own connections are used, up to eight at a time, and our settings hold
    in our transactions only. On SQLite the same file is opened once more, because our transactions begin in another
    way. Raises `SetupError` for other databases and drivers, and for a schema that is not this version's.
    """
    database = _database(engine)
    try:
        migrate.check(database)
    except SetupError:
        database.close()
        raise
    return Store(database)


def _database(engine: sa.Engine) -> Database:
    dialect = engine.dialect
    if dialect.name == "sqlite":
        return Database(engine.url.render_as_string(hide_password=False))
    if dialect.name != "postgresql" or dialect.driver != "psycopg" or dialect.is_async:
        kind = f"{dialect.name}+{dialect.driver}" + (" (async)" if dialect.is_async else "")
        raise SetupError(f"an engine of {kind} cannot be used; make one for `postgresql+psycopg://…` or `sqlite:///…`")
    return BorrowedDatabase(engine)


def _settle(connection: sa.Connection) -> None:
    settings = POSTGRES_SETTINGS | {"lock_timeout": "5s"}
    connection.execute(sa.select(*(sa.func.set_config(name, value, True) for name, value in settings.items())))
