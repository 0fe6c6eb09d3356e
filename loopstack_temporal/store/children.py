"""Child runs: rows written with the step that decided on them, and what their parent asks about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from loopstack_temporal.store.creating import FIRST_PLACE, created_event, run_exists
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.locked import LockedRun
from loopstack_temporal.store.prepared import Statement
from loopstack_temporal.store.records import Awaiting, ChildWrite, RunRow
from loopstack_temporal.store.rows import run_row
from loopstack_temporal.store.tables import event, run, workspace

_INSERT_RUN = run.insert().inline()
_INSERT_EVENT = event.insert().inline()
_THIS_RUN = sa.bindparam("this_run", type_=sa.Text())
_THIS_WORKSPACE = sa.bindparam("this_workspace", type_=sa.Text())
_TAKEN = sa.select(run.c.id).where(run.c.id == _THIS_RUN)
_CALLBACKS = (
    sa.select(run.c.callback)
    .where(run.c.parent_id == _THIS_RUN, ~run.c.superseded, run.c.callback.is_not(None))
    .distinct()
)
_COUNTER = sa.select(workspace.c.run_count).where(workspace.c.id == _THIS_WORKSPACE).with_for_update()
_COUNT = sa.update(workspace).where(workspace.c.id == _THIS_WORKSPACE)


class Children:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, run_id: str) -> tuple[str, ...]:
        """Ids of the child runs that have not ended and whose step was not undone."""
        query = sa.select(run.c.id).where(run.c.parent_id == run_id, run.c.ended_at.is_(None), ~run.c.superseded)
        with self._database.read() as connection:
            return tuple(connection.execute(query.order_by(run.c.number)).scalars())

    def waited_for(self, run_id: str, callbacks: Sequence[str], limit: int) -> tuple[int, tuple[RunRow, ...]]:
        """How many open children report to one of these transitions, and the first `limit` of them."""
        mine = sa.and_(
            run.c.parent_id == run_id, run.c.ended_at.is_(None), ~run.c.superseded, run.c.callback.in_(callbacks)
        )
        with self._database.read() as connection:
            count = connection.execute(sa.select(sa.func.count()).select_from(run).where(mine)).scalar_one()
            found = connection.execute(sa.select(run).where(mine).order_by(run.c.number).limit(limit)).all()
        return count, tuple(run_row(row) for row in found)

    def among(self, ids: Sequence[str]) -> dict[str, RunRow]:
        """The runs of a page of links by id; those that are gone are missing."""
        if not ids:
            return {}
        with self._database.read() as connection:
            found = connection.execute(sa.select(run).where(run.c.id.in_(ids))).all()
        return {row.id: run_row(row) for row in found}


def insert_children(
    database: Database, connection: sa.Connection, locked: LockedRun, step: int, children: Sequence[ChildWrite]
) -> list[Statement]:
    """The writes that create `children` of a locked run. Raises `Conflict` if somebody uses one of the ids."""
    if not children:
        return []
    this_workspace = {"this_workspace": locked.row.workspace_id}
    counter, *taken = database.prepared.firsts(
        connection, (_COUNTER, this_workspace), *((_TAKEN, {"this_run": child.id}) for child in children)
    )
    for row in taken:
        if row is not None:
            raise run_exists(row.id)
    assert counter is not None, "a run's workspace exists"
    last: int = counter.run_count + len(children)
    rows = [_row(locked, step, child, number) for number, child in enumerate(children, start=last - len(children) + 1)]
    locked.set_quietly(children=locked.row.children + len(children))
    return [
        (_COUNT, [this_workspace | {"run_count": last}]),
        (_INSERT_RUN, rows),
        (_INSERT_EVENT, [created_event(row) for row in rows]),
    ]


def told_apart(
    database: Database,
    connection: sa.Connection,
    locked: LockedRun,
    awaiting: tuple[Awaiting, ...],
    children: Iterable[ChildWrite],
) -> tuple[Awaiting, ...]:
    """What is awaited, with the transitions marked that children trigger and nobody else."""
    if all(one.kind == "timer" for one in awaiting):
        return awaiting  # Most steps of a run with children await nothing, and need not ask for them.
    callbacks = {child.callback for child in children}
    if locked.row.children:
        callbacks |= {row.callback for row in database.prepared.all(connection, _CALLBACKS, {"this_run": locked.id})}
    return tuple(
        replace(one, kind="child") if one.kind != "timer" and one.transition in callbacks else one for one in awaiting
    )


def _row(locked: LockedRun, step: int, child: ChildWrite, number: int) -> dict[str, Any]:
    return {
        "id": child.id,
        "app": locked.row.app,
        "workflow": child.workflow,
        "title": child.title,
        "number": number,
        "workspace_id": locked.row.workspace_id,
        "user_id": locked.row.user_id,
        "status": "pending",
        "place": FIRST_PLACE,
        "event_seq": 1,
        "args": child.args,
        "config": child.config,
        "start_token": child.start_token,
        "catalogue_hash": locked.row.catalogue_hash,
        "parent_id": locked.id,
        "parent_step": step,
        "callback": child.callback,
        "callback_meta": dict(child.callback_meta) or None,
        "root_id": locked.row.root_id,
        "created_at": locked.at,
        "updated_at": locked.at,
    }
