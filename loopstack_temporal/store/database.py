"""One database: its engine, its settings, and what a transaction is on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.dialects import postgresql, sqlite

from loopstack_temporal.errors import SetupError
from loopstack_temporal.store.bell import Bell, own_connection
from loopstack_temporal.store.prepared import Prepared, driver_of, pipeline

_CONNECTIONS = 8
_SPARE = 2
"""Connections beside those of the transactions: event readers have their own."""
_PING_AFTER = 1.0
"""Seconds of idleness after which a pooled connection is tested before use."""

POSTGRES_SETTINGS = {"timezone": "UTC", "idle_in_transaction_session_timeout": "10s", "statement_timeout": "30s"}
_POSTGRES_OPTIONS = " ".join(f"-c {name}={value}" for name, value in POSTGRES_SETTINGS.items())
_POSTGRES_CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "application_name": "loopstack",
    "options": _POSTGRES_OPTIONS,
}


def parse_url(url: str) -> sa.URL:
    """`url` for SQLAlchemy: `sqlite:///path` or `postgresql://…`. Raises `SetupError` for anything else."""
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError as error:
        raise SetupError("the database address is not a URL; write `sqlite:///file` or `postgresql://…`") from error
    name = parsed.get_backend_name()
    if name in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if name == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise SetupError(
                "SQLite needs a file, because several connections share it; write `sqlite:///path/file.db`"
            )
        return parsed.set(drivername="sqlite")
    raise SetupError(f"databases of kind `{name}` are not supported; use SQLite or PostgreSQL")


class Database:
    """An engine and how to run transactions on it. Thread-safe; close it with `close()`."""

    def __init__(self, where: str | sa.Engine, *, patience: int = 5, connections: int = _CONNECTIONS) -> None:
        """`where`: an address, or an engine made as ours are.

        `patience`: seconds that a statement may wait for somebody else's lock; `connections`: in use at a time.
        """
        self.engine = _engine(parse_url(where), patience, connections + _SPARE) if isinstance(where, str) else where
        self.url = self.engine.url
        self.postgres = self.url.get_backend_name() == "postgresql"
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT") if self.postgres else self.engine
        self._writer = threading.Lock()
        self.bell = Bell(self.apart) if self.postgres else None

        self.prepared = Prepared(self.engine.dialect)
        """Executes the statements that every step needs."""

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database; `None` for one in memory, too."""
        return Path(self.url.database) if not self.postgres and self.url.database else None

    @contextmanager
    def write(self) -> Generator[sa.Connection]:
        """One transaction that writes: committed at the end, rolled back by an exception."""
        # SQLite's own waiting sleeps up to 100 ms at a time; between threads of a process a lock is faster.
        with nullcontext() if self.postgres else self._writer, self.engine.connect() as connection, connection.begin():
            if not self.postgres:
                driver_of(connection).execute("BEGIN IMMEDIATE")
            yield connection
        self._ring()

    def _ring(self) -> None:
        if self.bell is not None:
            self.bell.ring()

    def apart(self) -> AbstractContextManager[psycopg.Connection]:
        """A PostgreSQL connection beside the pool, for what takes long; every statement is its own transaction."""
        return own_connection(self._reading)

    @contextmanager
    def brief(self) -> Generator[sa.Connection]:
        """Like `write`, but for `prepared` statements only; on PostgreSQL, those that return nothing and the COMMIT
        make one round trip, and an error of such a statement appears at the end of the block.
        """
        with nullcontext() if self.postgres else self._writer, self.engine.connect() as connection:
            driver = driver_of(connection)
            with pipeline(driver):
                if not self.postgres:
                    driver.execute("BEGIN IMMEDIATE")
                yield connection
                # Without it, after an exception, the pool rolls back.
                driver.execute("COMMIT")
        self._ring()

    @contextmanager
    def read(self) -> Generator[sa.Connection]:
        """A connection for reads: one snapshot on SQLite, single statements on PostgreSQL."""
        with self._reading.connect() as connection:
            if not self.postgres:
                driver_of(connection).execute("BEGIN")
            yield connection

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that knows `on_conflict_…`."""
        return postgresql.insert(table) if self.postgres else sqlite.insert(table)

    def close(self) -> None:
        """Close every connection."""
        if self.bell is not None:
            self.bell.close()
        self.engine.dispose()


def _engine(url: sa.URL, patience: int, connections: int) -> sa.Engine:
    make = _postgres_engine if url.get_backend_name() == "postgresql" else _sqlite_engine
    return make(url, patience, connections)


def _sqlite_engine(url: sa.URL, patience: int, connections: int) -> sa.Engine:
    _make_private(url.database or "")
    engine = sa.create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        # The driver must not open transactions by itself: `BEGIN IMMEDIATE` is ours to say.
        connect_args={"isolation_level": None, "timeout": patience, "check_same_thread": False},
    )

    def settle(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={patience * 1000}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", settle)
    return engine


def _make_private(name: str) -> None:
    """Make the file before SQLite does, which would let everybody read it; its journals take the mode of the file."""
    if not name or name.startswith((":", "file:")):
        return
    path = Path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _postgres_engine(url: sa.URL, patience: int, connections: int) -> sa.Engine:
    given = url.query.get("options")
    options = f"{_POSTGRES_OPTIONS} -c lock_timeout={patience}s {given if isinstance(given, str) else ''}".strip()
    engine = sa.create_engine(
        url.difference_update_query(["options"]),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=5,
        pool_recycle=1800,
        connect_args=_POSTGRES_CONNECT | {"options": options},
    )

    def checkin(_connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    def checkout(connection: Any, record: sa.pool.ConnectionPoolEntry, _proxy: object) -> None:
        # `pool_pre_ping` would cost every transaction a round trip; a connection used a moment ago is not worth one.
        if time.monotonic() - record.info.get("idle_since", time.monotonic()) < _PING_AFTER:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise exc.DisconnectionError from error

    event.listen(engine, "checkin", checkin)
    event.listen(engine, "checkout", checkout)
    return engine
