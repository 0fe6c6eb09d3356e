"""The store as one value: its groups of transactions, and the one way to run them from async code."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, Self, TypeVar

import psycopg
from sqlalchemy import exc

from loopstack_temporal.store.catalogue import Catalogue
from loopstack_temporal.store.children import Children
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.documents import Documents
from loopstack_temporal.store.effects import Effects
from loopstack_temporal.store.events import Events
from loopstack_temporal.store.faults import StoreFault, is_transient, is_unavailable, unavailable
from loopstack_temporal.store.filelock import FileLock, Role
from loopstack_temporal.store.homes import Homes
from loopstack_temporal.store.idempotency import Idempotency
from loopstack_temporal.store.inbox import Inbox
from loopstack_temporal.store.leases import Leases
from loopstack_temporal.store.live import Live
from loopstack_temporal.store.reconciling import Reconciling
from loopstack_temporal.store.runs import Runs
from loopstack_temporal.store.steps import Steps
from loopstack_temporal.store.workspaces import Workspaces

P = ParamSpec("P")
T = TypeVar("T")

DEADLINE = 10.0
"""Seconds that one transaction may take in all, repetitions included."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5

CONNECTIONS = 8
"""Transactions at a time, unless said otherwise."""


class Store:
    """All groups of transactions on one database. Open it with `Store.open`, end it with `close`."""

    def __init__(self, database: Database, lock: FileLock | None = None, connections: int = CONNECTIONS) -> None:
        self.database = database
        self.runs = Runs(database)
        self.steps = Steps(database)
        self.children = Children(database)
        self.reconciling = Reconciling(database)
        self.documents = Documents(database)
        self.inbox = Inbox(database)
        self.events = Events(database)
        self.catalogue = Catalogue(database)
        self.idempotency = Idempotency(database)
        self.workspaces = Workspaces(database)
        self.effects = Effects(database)
        self.live = Live(database)
        self.leases = Leases(database)
        self.homes = Homes(database)
        self._lock = lock
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="loopstack-sql")

    @classmethod
    def open(cls, url: str, role: Role | None = None, connections: int = CONNECTIONS) -> Self:
        """Open a database that `migrate.upgrade` prepared.

        `connections` is how many transactions run at a time. With a `role`, SQLite admits one process of it at a time.
        Raises `SetupError` for a bad address or a second one.
        """
        database = Database(url, connections=connections)
        lock = FileLock.take(database.path, role) if role is not None and database.path is not None else None
        return cls(database, lock, connections)

    async def do(self, method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one transaction in a thread, again if the database says so, within `DEADLINE`.

        Repeating is safe because every method recognises its own finished work. When the caller is cancelled, the
        transaction under way is awaited first, so that nothing is written behind anybody's back. Raises
        `StoreUnavailable`, `StoreFault` for what the database refuses, and whatever the method raises of our own.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + DEADLINE
        pause = _FIRST_PAUSE
        while True:
            work = loop.run_in_executor(self._threads, functools.partial(method, *args, **kwargs))
            work.add_done_callback(_looked_at)
            try:
                return await _settled(work, deadline - loop.time())
            except (exc.SQLAlchemyError, psycopg.Error, sqlite3.Error) as error:
                late = loop.time() + pause >= deadline
                if is_transient(error) and not late:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                elif is_transient(error) or is_unavailable(error):
                    raise unavailable(error, DEADLINE) from error
                else:
                    raise StoreFault(f"the database refused a statement ({type(error).__name__})") from error
            except TimeoutError:
                raise unavailable(None, DEADLINE) from None

    def close(self) -> None:
        """End the threads, then the connections."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self.events.close()
        self.database.close()
        if self._lock is not None:
            self._lock.release()


async def _settled(work: asyncio.Future[T], seconds: float) -> T:
    """The result of `work`. Raises `TimeoutError` after `seconds`; a cancellation waits for it first."""
    try:
        # `wait` leaves `work` alone when its time is over or the caller is cancelled, at a third of what
        # `wait_for(shield(…))` costs; this runs twice in every step.
        done, _ = await asyncio.wait({work}, timeout=seconds)
    except asyncio.CancelledError:
        await asyncio.wait([work], timeout=seconds)
        raise
    if not done:
        raise TimeoutError
    return work.result()


def _looked_at(work: asyncio.Future[T]) -> None:
    """Keep asyncio from complaining about the outcome of a transaction that nobody waits for any more."""
    if not work.cancelled():
        work.exception()
