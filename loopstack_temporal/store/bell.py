"""A bell between processes on PostgreSQL: rung after commits, so that who follows events need not wait for a look.

It is a hint and no more. Whoever listens goes on looking from time to time, because a bell can be missed: its
connection dies, or a pooler in between does not pass it on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import cast

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc

CHANNEL = "loopstack_events"

TOGETHER = 0.05
"""Seconds within which many commits ring once."""

AGAIN_AFTER = 1.0
"""Seconds until the next try after the connection died."""

_LISTEN_FOR = 0.5
"""Seconds between two looks whether the listener was closed."""

Connect = Callable[[], AbstractContextManager[psycopg.Connection]]


class Bell:
    """Rings from a thread of its own: NOTIFY within a transaction would make commits wait for each other."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._rung = threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ring soon. Returns at once."""
        self._rung.set()
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._closed.is_set():
                    self._thread = threading.Thread(target=self._ring, daemon=True, name="loopstack-bell")
                    self._thread.start()

    def close(self) -> None:
        """End the thread; what was rung before is still heard."""
        with self._lock:
            self._closed.set()
            self._rung.set()
            if self._thread is not None:
                self._thread.join()

    def _ring(self) -> None:
        while not self._closed.is_set():
            try:
                with self._connect() as connection:
                    while True:
                        self._rung.wait()
                        self._rung.clear()
                        connection.execute(f"NOTIFY {CHANNEL}".encode())
                        if self._closed.is_set():
                            return
                        self._closed.wait(TOGETHER)
            except (psycopg.Error, exc.SQLAlchemyError):
                self._rung.set()  # What was rung when the connection died was heard by nobody.
                self._closed.wait(AGAIN_AFTER)


class Listener:
    """Hears the bells of all processes, in a thread of its own, and connects again when the connection dies."""

    def __init__(self, connect: Connect, heard: Callable[[], None]) -> None:
        """`heard` is called in the thread, also after each connecting: something may have been missed before."""
        self._connect = connect
        self._heard = heard
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True, name="loopstack-listener")
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether its thread still runs."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Hear nothing more. Returns at once; the thread ends within half a second."""
        self._closed.set()

    def close(self) -> None:
        """Stop, and wait for the thread."""
        self.stop()
        self._thread.join()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                with self._connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}".encode())
                    self._heard()
                    while not self._closed.is_set():
                        for _ in connection.notifies(timeout=_LISTEN_FOR, stop_after=1):
                            self._heard()
            except (psycopg.Error, exc.SQLAlchemyError):
                self._closed.wait(AGAIN_AFTER)


@contextmanager
def own_connection(engine: sa.Engine) -> Generator[psycopg.Connection]:
    """A connection beside the pool, in which every statement is a transaction. `engine` says AUTOCOMMIT."""
    with engine.connect() as connection:
        connection.detach()
        yield cast("psycopg.Connection", connection.connection.dbapi_connection)
