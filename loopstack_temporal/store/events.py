"""Events for readers: complete and in order, however many processes write.

On PostgreSQL sequence numbers are handed out before commit, so `id > last` skips events of slower transactions. Events
are therefore ordered by (transaction, id) and read only up to the oldest transaction that still runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from loopstack_temporal.store.bell import Listener
from loopstack_temporal.store.columns import TransactionId, now
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.faults import CursorLost
from loopstack_temporal.store.records import EventRow
from loopstack_temporal.store.tables import event, identity, run

_CURSOR = re.compile(r"([0-9a-f]{8})-(\d{1,19})-(\d{1,19})")


_XID: sa.ColumnElement[Any] = sa.literal_column("event.xid", TransactionId())
"""The writing transaction; a column of PostgreSQL only."""


def _transaction(number: int) -> sa.ColumnElement[Any]:
    """A transaction number as SQL. It has no cast from numbers, only from text."""
    return sa.cast(sa.cast(sa.literal(str(number)), sa.Text), TransactionId())


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where a cursor stands: everything up to here was read. SQLite has no transaction numbers, `xid` is 0 there."""

    xid: int
    id: int


class Events:
    """Each method is one transaction, except that the readings of `version` keep a connection of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watch: sa.Connection | None = None
        self._listeners: list[Listener] = []
        self._xid = sa.cast(sa.cast(_XID, sa.Text), sa.BigInteger) if database.postgres else sa.literal(0)
        self._order: Sequence[sa.ColumnElement[Any]] = (_XID, event.c.id) if database.postgres else (event.c.id,)

    def head(self) -> str:
        """The cursor that stands after every event so far."""
        with self._database.read() as connection:
            name = self._identity(connection).id
            return self._cursor(name, self._head(connection))

    def after(
        self,
        cursor: str | None,
        *,
        run_id: str | None = None,
        tree: bool = False,
        workspace_id: str | None = None,
        types: Collection[str] | None = None,
        limit: int = 500,
    ) -> tuple[tuple[EventRow, ...], str]:
        """Events after `cursor` and the cursor to go on with, which moves even when a filter matches nothing.

        `None` begins with the oldest event kept. `tree` adds the descendants of `run_id`. Raises `CursorLost`.
        """
        with self._database.read() as connection:
            known = self._identity(connection)
            # The horizon is read first: what commits between the two statements is left for the next time.
            head = self._head(connection)
            start = self._place(cursor, known, head)
            query = (
                sa.select(event, self._xid.label("xid"))
                .where(*self._between(start, head), *_scope(run_id, tree, workspace_id, types))
                .order_by(*self._order)
                .limit(limit)
            )
            found = connection.execute(query).all()
        rows = tuple(_event_row(row, self._cursor(known.id, _Place(row.xid, row.id))) for row in found)
        return rows, rows[-1].cursor if len(rows) == limit else self._cursor(known.id, max(head, start))

    def mark(self) -> str:
        """A cursor behind everything that is committed by now. On PostgreSQL reading gets there when it ends.

        That is, when every transaction that runs now has ended: until then their neighbours' events are held back.
        """
        with self._database.read() as connection:
            name = self._identity(connection).id
            return self._cursor(name, self._head(connection, "pg_snapshot_xmax"))

    @staticmethod
    def reached(cursor: str, mark: str) -> bool:
        """Whether who has read up to `cursor` has read everything before `mark`."""
        return _place_of(cursor) >= _place_of(mark)

    def version(self) -> object:
        """A value that changes when there may be new events; cheap enough to be asked many times a second."""
        if self._database.postgres:
            with self._database.read() as connection:
                return self._head(connection)
        if self._watch is None:
            self._watch = self._database.engine.connect()
        # A connection sees only what others commit, so it must never write itself.
        version = self._watch.exec_driver_sql("PRAGMA data_version").scalar_one()
        self._watch.rollback()
        return version

    def listen(self, heard: Callable[[], None]) -> Listener | None:
        """Have `heard` called, in a thread, when another process may have written events, until the listener stops.

        A hint: go on asking for `version`. `None` on SQLite, where asking is cheap.
        """
        if not self._database.postgres:
            return None
        listener = Listener(self._database.apart, heard)
        self._listeners = [*(one for one in self._listeners if one.alive), listener]
        return listener

    def prune(self, older_than: timedelta, at_most: int = 10_000) -> int:
        """Drop old events; cursors that stand before them are lost from then on. Returns how many."""
        with self._database.write() as connection:
            old = connection.execute(
                sa.select(event.c.id, self._xid.label("xid"))
                .where(event.c.at < now(-older_than))
                .order_by(*self._order)
                .limit(at_most)
            ).all()
            if not old:
                return 0
            connection.execute(sa.delete(event).where(event.c.id.in_([row.id for row in old])))
            connection.execute(sa.update(identity).values(pruned_xid=old[-1].xid, pruned_id=old[-1].id))
        return len(old)

    def close(self) -> None:
        """End listeners, and give back the connection of `version`."""
        for listener in self._listeners:
            listener.close()
        if self._watch is not None:
            self._watch.close()

    def _identity(self, connection: sa.Connection) -> sa.Row[Any]:
        return connection.execute(sa.select(identity)).one()

    def _head(self, connection: sa.Connection, horizon_of: str = "pg_snapshot_xmin") -> _Place:
        if self._database.postgres:
            horizon = connection.exec_driver_sql(f"SELECT {horizon_of}(pg_current_snapshot())::text::bigint")
            return _Place(horizon.scalar_one(), 0)
        return _Place(0, connection.execute(sa.select(sa.func.coalesce(sa.func.max(event.c.id), 0))).scalar_one())

    def _between(self, start: _Place, head: _Place) -> list[sa.ColumnElement[bool]]:
        if self._database.postgres:
            return [
                sa.tuple_(_XID, event.c.id) > sa.tuple_(_transaction(start.xid), start.id),
                _XID < _transaction(head.xid),
            ]
        return [event.c.id > start.id, event.c.id <= head.id]

    @staticmethod
    def _cursor(name: str, place: _Place) -> str:
        return f"{name[:8]}-{place.xid}-{place.id}"

    def _place(self, cursor: str | None, known: sa.Row[Any], head: _Place) -> _Place:
        pruned = _Place(known.pruned_xid, known.pruned_id)
        if cursor is None:
            return pruned
        if not _CURSOR.fullmatch(cursor) or not cursor.startswith(known.id[:8]):
            raise CursorLost("this event cursor was not made by this database; read everything again")
        place = _place_of(cursor)
        if place < pruned:
            raise CursorLost("the events after this cursor are no longer kept; read everything again")
        if place > head:
            raise CursorLost("this event cursor lies in the future of this database; read everything again")
        return place


def _place_of(cursor: str) -> _Place:
    _, xid, number = cursor.split("-")
    return _Place(int(xid), int(number))


def _scope(
    run_id: str | None, tree: bool, workspace_id: str | None, types: Collection[str] | None
) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if run_id is not None:
        conditions.append(_of_family(run_id) if tree else event.c.run_id == run_id)
    if workspace_id is not None:
        # What belongs to no run concerns every workspace.
        conditions.append(sa.or_(event.c.workspace_id == workspace_id, event.c.workspace_id.is_(None)))
    if types is not None:
        conditions.append(event.c.type.in_(sorted(types)))
    return conditions


def _of_family(run_id: str) -> sa.ColumnElement[bool]:
    """Of a run that was deleted nothing but that event tells to whom it belonged."""
    root = sa.select(run.c.root_id).where(run.c.id == run_id).scalar_subquery()
    deleted = sa.and_(event.c.type == "run.deleted", event.c.root_id == root)
    return sa.or_(event.c.run_id.in_(_family(run_id)), deleted)


def _family(run_id: str) -> sa.Select[Any]:
    family = sa.select(sa.literal(run_id).label("id")).cte("family", recursive=True)
    family = family.union(sa.select(run.c.id).where(run.c.parent_id == family.c.id))
    return sa.select(family.c.id)


def _event_row(row: sa.Row[Any], cursor: str) -> EventRow:
    return EventRow(cursor, row.type, row.run_id, row.root_id, row.workspace_id, row.rev, row.data, row.at)
