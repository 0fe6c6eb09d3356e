"""Which database errors are worth repeating, and the refusals that only this room can give."""

from __future__ import annotations

import sqlite3

import psycopg
from sqlalchemy import exc

from loopstack_temporal.errors import Interrupted, Refusal, StoreUnavailable

_RETRYABLE_STATES = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "25P03", "25P04"})
"""Serialization failure, deadlock, lock timeout, server shutting down, and a session ended for idling too long."""


class CursorLost(Refusal):
    """An event cursor that cannot be served: forged, from another database, or older than what is kept."""

    code = "cursor_lost"


class StoreFault(Interrupted):
    """The database refused a statement: a fault of ours or of the database, never of the author's code.

    The text names no statement and no value, because values are the author's data.
    """

    code = "store_failed"


class StoreBehindHistory(Interrupted):
    """The database is older than Temporal's history (a restored backup): going on would do steps twice."""

    code = "store_behind_history"
    retryable = False


def is_transient(error: Exception) -> bool:
    """Whether the same transaction may succeed when it is simply run again a little later."""
    if isinstance(error, exc.DBAPIError):
        if error.connection_invalidated:
            return True
        original = error.orig
    elif isinstance(error, exc.TimeoutError):
        return True
    else:
        original = error
    if isinstance(original, psycopg.Error):
        return _is_transient_state(original)
    if isinstance(original, sqlite3.OperationalError):
        return original.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return False


def _is_transient_state(error: psycopg.Error) -> bool:
    if error.sqlstate is None:
        # No state: the server never answered. A refused or lost connection, not an answer about the statement.
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate in _RETRYABLE_STATES or error.sqlstate.startswith("08")


def is_unavailable(error: Exception) -> bool:
    """Whether the database, not the statement, is at fault (a full disk, a damaged file, too many connections)."""
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(original, sqlite3.OperationalError):
        # The plain error code is SQLite's word for a wrong statement.
        return original.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR
    unavailable_kinds = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)
    return isinstance(original, (*unavailable_kinds, sqlite3.InterfaceError, sqlite3.InternalError))


def unavailable(error: Exception | None, seconds: float) -> StoreUnavailable:
    """The error people see; without SQL or addresses, which stay in its cause."""
    reason = type(getattr(error, "orig", error)).__name__ if error is not None else "no answer"
    return StoreUnavailable(
        f"the database did not complete a transaction within {seconds:g} s ({reason}); "
        "check that it runs and that `LOOPSTACK_DATABASE_URL` names it"
    )
