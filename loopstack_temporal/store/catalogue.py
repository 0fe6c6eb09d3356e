"""What workers publish about applications, and which workers live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from loopstack_temporal.store.columns import now
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.records import CatalogueEntry, Json, WorkerRow
from loopstack_temporal.store.tables import catalogue, event, worker

ALIVE_FOR = timedelta(seconds=60)
"""How long a worker counts as living after it was last seen."""

_ALIVE = sa.and_(worker.c.gone_at.is_(None), worker.c.seen_at > now(-ALIVE_FOR))


class Catalogue:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(self, app: str, content_hash: str, content: Json) -> bool:
        """Store what an application consists of. Returns whether it was new; publishing again does nothing."""
        with self._database.write() as connection:
            inserted = connection.execute(
                self._database.insert(catalogue)
                .values(app=app, hash=content_hash, content=content, published_at=now())
                .on_conflict_do_nothing()
                .returning(catalogue.c.hash)
            ).one_or_none()
        return inserted is not None

    def worker_seen(self, worker_id: str, app: str, content_hash: str, pools: Sequence[str]) -> None:
        """Note that a worker lives; call it at least every 20 seconds. Its first call may make its content current.

        When it started is the time of that first call by the database clock, which is the same for all workers.
        """
        values = {"app": app, "hash": content_hash, "pools": list(pools), "seen_at": now(), "gone_at": None}
        with self._database.write() as connection:
            before = _current_hash(connection, app)
            connection.execute(
                self._database.insert(worker)
                .values(id=worker_id, started_at=now(), **values)
                .on_conflict_do_update(index_elements=[worker.c.id], set_=values)
            )
            _announce(connection, app, before)

    def worker_gone(self, worker_id: str) -> None:
        """Note that a worker stopped in good order."""
        with self._database.write() as connection:
            app = connection.execute(sa.select(worker.c.app).where(worker.c.id == worker_id)).scalar_one_or_none()
            if app is None:
                return
            before = _current_hash(connection, app)
            connection.execute(sa.update(worker).where(worker.c.id == worker_id).values(gone_at=now()))
            _announce(connection, app, before)

    def current(self, app: str) -> CatalogueEntry | None:
        """What new runs are checked against: the living worker that started last, else the one seen last."""
        with self._database.read() as connection:
            content_hash = _current_hash(connection, app)
            return None if content_hash is None else _entry(connection, app, content_hash)

    def by_hash(self, app: str, content_hash: str) -> CatalogueEntry | None:
        """The content under a hash, however old: what a run in flight was started with."""
        with self._database.read() as connection:
            return _entry(connection, app, content_hash)

    def apps(self) -> tuple[CatalogueEntry, ...]:
        """The current content of every application, by name."""
        with self._database.read() as connection:
            names = connection.execute(sa.select(worker.c.app).distinct().order_by(worker.c.app)).scalars().all()
            found = [(name, _current_hash(connection, name)) for name in names]
            entries = [_entry(connection, name, content_hash) for name, content_hash in found if content_hash]
        return tuple(entry for entry in entries if entry is not None)

    def workers(self, seen_within: timedelta = timedelta(hours=1)) -> tuple[WorkerRow, ...]:
        """Workers seen lately, the last started first."""
        query = (
            sa.select(worker, _ALIVE.label("alive"))
            .where(worker.c.seen_at > now(-seen_within))
            .order_by(worker.c.started_at.desc(), worker.c.id)
        )
        with self._database.read() as connection:
            found = connection.execute(query).all()
        return tuple(
            WorkerRow(row.id, row.app, row.hash, tuple(row.pools), row.started_at, row.seen_at, bool(row.alive))
            for row in found
        )


def _current_hash(connection: sa.Connection, app: str) -> str | None:
    alive = sa.case((_ALIVE, 1), else_=0)
    # Among the living the last one started; without any, the one that was seen last.
    moment = sa.case((_ALIVE, worker.c.started_at), else_=worker.c.seen_at)
    return connection.execute(
        sa.select(worker.c.hash).where(worker.c.app == app).order_by(alive.desc(), moment.desc(), worker.c.id).limit(1)
    ).scalar_one_or_none()


def _entry(connection: sa.Connection, app: str, content_hash: str) -> CatalogueEntry | None:
    living = sa.exists().where(worker.c.app == app, worker.c.hash == content_hash, _ALIVE)
    row: sa.Row[Any] | None = connection.execute(
        sa.select(catalogue, living.label("alive")).where(catalogue.c.app == app, catalogue.c.hash == content_hash)
    ).one_or_none()
    return None if row is None else CatalogueEntry(app, content_hash, row.content, row.published_at, bool(row.alive))


def _announce(connection: sa.Connection, app: str, before: str | None) -> None:
    after = _current_hash(connection, app)
    if after is not None and after != before:
        data = {"app": app, "hash": after}
        connection.execute(event.insert().values(type="catalog.changed", data=data, at=now()).inline())
