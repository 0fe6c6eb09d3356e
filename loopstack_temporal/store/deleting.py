"""Runs go with all they had: their steps, documents, events, and the runs they started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from loopstack_temporal.errors import Conflict
from loopstack_temporal.store.rows import Row
from loopstack_temporal.store.tables import event, run

_MEMBER: tuple[sa.Column[Any], ...] = (
    run.c.id,
    run.c.root_id,
    run.c.workspace_id,
    run.c.status,
    run.c.ended_at,
    run.c.temporal_run_id,
)
_AT_A_TIME = 500
"""Ids in one statement; databases bound the number of parameters."""


def family(connection: sa.Connection, run_id: str) -> list[Row]:
    """A run and all its descendants, parents first; also children of steps that were undone."""
    query = sa.select(*_MEMBER).order_by(run.c.number)
    found = list(connection.execute(query.where(run.c.id == run_id)))
    generation = found
    while generation:
        parents = [row.id for row in generation]
        generation = [
            row for ids in _parts(parents) for row in connection.execute(query.where(run.c.parent_id.in_(ids)))
        ]
        found = found + generation
    return found


def remove_family(connection: sa.Connection, run_id: str, at: datetime) -> None:
    """Remove a run, which is locked, with its descendants. Raises `Conflict` (`run_open`) while one of them is open."""
    members = family(connection, run_id)
    still = [row.id for row in members if row.ended_at is None]
    if run_id in still:
        raise Conflict(f"run {run_id!r} is still open; cancel it first", code="run_open")
    if still:
        listed = ", ".join(still[:5]) + (", …" if len(still) > 5 else "")
        raise Conflict(
            f"run {run_id!r} has child runs that are still open: {listed}; cancel them first",
            code="run_open",
            facts={"open": tuple(still)},
        )
    remove(connection, members, at)


def remove(connection: sa.Connection, rows: Sequence[Row], at: datetime) -> None:
    """Remove runs with all they have; only their events do not go by themselves. Those that say so stay."""
    for ids in _parts([row.id for row in rows]):
        connection.execute(sa.delete(event).where(event.c.run_id.in_(ids)))
        connection.execute(sa.delete(run).where(run.c.id.in_(ids)))
    # Without numbers: those of later runs with the same ids begin anew.
    said = [
        {
            "type": "run.deleted",
            "run_id": row.id,
            "root_id": row.root_id,
            "workspace_id": row.workspace_id,
            "rev": None,
            "data": dict[str, object](),
            "at": at,
        }
        for row in rows
    ]
    connection.execute(event.insert().inline(), said)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_A_TIME] for start in range(0, len(ids), _AT_A_TIME))
