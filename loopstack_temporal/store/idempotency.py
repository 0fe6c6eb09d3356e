"""Requests that act once, however often they are sent."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from loopstack_temporal.store.columns import now
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.records import Fresh, IdempotencyKey, InProgress, Json, Repeated, Reused
from loopstack_temporal.store.tables import idempotency

KEPT_FOR = timedelta(hours=24)


def begin_key(
    database: Database, connection: sa.Connection, key: IdempotencyKey, body: Json
) -> Fresh | Repeated | InProgress | Reused:
    """Take a key within a transaction. `body` is what a repeated request may know before there is an answer."""
    where = sa.and_(idempotency.c.scope == key.scope, idempotency.c.key == key.key)
    connection.execute(sa.delete(idempotency).where(where, idempotency.c.created_at < now(-KEPT_FOR)))
    inserted = connection.execute(
        database.insert(idempotency)
        .values(scope=key.scope, key=key.key, body_hash=key.body_hash, owner=key.owner, body=body, created_at=now())
        .on_conflict_do_nothing()
        .returning(idempotency.c.key)
    ).one_or_none()
    if inserted is not None:
        return Fresh()
    row = connection.execute(sa.select(idempotency).where(where)).one()
    if row.body_hash != key.body_hash:
        return Reused(row.status, row.body)
    if row.status is not None:
        return Repeated(row.status, row.body)
    return Fresh() if key.owner and row.owner == key.owner else InProgress(row.created_at, row.body)


def drop_key(connection: sa.Connection, key: IdempotencyKey) -> None:
    """Give a key back within the transaction that takes back all that was done under it."""
    connection.execute(sa.delete(idempotency).where(idempotency.c.scope == key.scope, idempotency.c.key == key.key))


class Idempotency:
    """Each method is one transaction. Keys are forgotten after 24 hours."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, scope: str, key: str, body_hash: str, owner: str = "", body: Json = None
    ) -> Fresh | Repeated | InProgress | Reused:
        """Take a key, or learn what became of the request that took it.

        Give a random `owner`: then a transaction that is repeated because its answer was lost still says `Fresh`.
        """
        with self._database.write() as connection:
            return begin_key(self._database, connection, IdempotencyKey(scope, key, body_hash, owner), body)

    def end(self, scope: str, key: str, status: int, body: Json) -> None:
        """Remember the answer of the request that took the key."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(idempotency)
                .where(idempotency.c.scope == scope, idempotency.c.key == key)
                .values(status=status, body=body)
            )

    def prune(self) -> int:
        """Remove forgotten keys; returns how many."""
        with self._database.write() as connection:
            return connection.execute(sa.delete(idempotency).where(idempotency.c.created_at < now(-KEPT_FOR))).rowcount
