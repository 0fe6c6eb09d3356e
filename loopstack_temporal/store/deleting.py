"""Runs go with all they had: their steps, documents, events, and the runs they started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from loopstack_temporal.errors import Conflict
from loopstack_temporal.store.tables import event, run

_COLUMNS = tuple(run.c[name] for name in ("id", "root_id", "workspace_id", "ended_at", "temporal_run_id"))
_AT_A_TIME = 500
"""Ids in one statement; databases bound the number of parameters."""


@dataclass(frozen=True, slots=True)
class Member:
    """A run of a family."""

    id: str
    root_id: str
    workspace_id: str
    ended_at: datetime | None
    temporal_run_id: str | None


def family(connection: sa.Connection, run_id: str) -> list[Member]:
    """A run and all its descendants, parents first; also children of steps that were undone."""
    query = sa.select(*_COLUMNS).order_by(run.c.number)
    found: list[Member] = []
    generation = [Member(*row) for row in connection.execute(query.where(run.c.id == run_id)).all()]
    while generation:
        found += generation
        generation = [
            Member(*row)
            for ids in _parts([one.id for one in generation])
            for row in connection.execute(query.where(run.c.parent_id.in_(ids))).all()
        ]
    return found


def remove_family(connection: sa.Connection, run_id: str, at: datetime) -> None:
    """Remove a run, which is locked, with its descendants. Raises `Conflict` (`run_open`) while one of them is open."""
    members = family(connection, run_id)
    still = [one.id for one in members if one.ended_at is None]
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


def remove(connection: sa.Connection, members: Sequence[Member], at: datetime) -> None:
    """Remove runs with all they have; only their events do not go by themselves. Those that say so stay."""
    for ids in _parts([one.id for one in members]):
        connection.execute(sa.delete(event).where(event.c.run_id.in_(ids)))
        connection.execute(sa.delete(run).where(run.c.id.in_(ids)))
    # Without numbers: those of later runs with the same ids begin anew.
    said = [
        {
            "type": "run.deleted",
            "run_id": one.id,
            "root_id": one.root_id,
            "workspace_id": one.workspace_id,
            "rev": None,
            "data": dict[str, object](),
            "at": at,
        }
        for one in members
    ]
    connection.execute(event.insert().inline(), said)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_A_TIME] for start in range(0, len(ids), _AT_A_TIME))
