"""New run rows, whoever asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from loopstack_temporal.errors import Conflict, NotFound
from loopstack_temporal.store.columns import now
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.rows import Row
from loopstack_temporal.store.tables import event, run, workspace

DEFAULT_WORKSPACE = "default"
DEFAULT_USER = "local"
FIRST_PLACE = "start"

_SHOWN = ("workflow", "app", "title", "number", "parent_id", "status")
_TOLD = (*_SHOWN, "id", "root_id", "workspace_id", "created_at")


def insert_run(database: Database, connection: sa.Connection, columns: Mapping[str, Any]) -> Row:
    """Insert a pending run with the next number of its workspace and announce it.

    Raises `NotFound` for an unknown workspace and `Conflict` if the id exists.
    """
    workspace_id: str = columns["workspace_id"]
    counted = connection.execute(
        sa.update(workspace)
        .where(workspace.c.id == workspace_id)
        .values(run_count=workspace.c.run_count + 1)
        .returning(workspace.c.run_count, now())
    ).one_or_none()
    if counted is None:
        raise NotFound(f"there is no workspace {workspace_id!r}", code="workspace_not_found")
    number, at = counted
    given = {name: value for name, value in columns.items() if value is not None}
    row = connection.execute(
        database.insert(run)
        .values(
            {
                "status": "pending",
                "place": FIRST_PLACE,
                "number": number,
                "event_seq": 1,
                "created_at": at,
                "updated_at": at,
                "root_id": columns["id"],
                **given,
            }
        )
        .on_conflict_do_nothing(index_elements=[run.c.id])
        .returning(run)
    ).one_or_none()
    if row is None:
        raise run_exists(columns["id"])
    connection.execute(event.insert(), [created_event({name: getattr(row, name) for name in _TOLD})])
    return row


def run_exists(run_id: str) -> Conflict:
    """The refusal for an id that is taken."""
    return Conflict(
        f"there is a run {run_id!r} already; choose another id or leave it out",
        code="run_exists",
        facts={"run_id": run_id},
    )


def created_event(row: Mapping[str, Any]) -> dict[str, Any]:
    """The event that announces a new run row."""
    return {
        "type": "run.created",
        "run_id": row["id"],
        "root_id": row["root_id"],
        "workspace_id": row["workspace_id"],
        "rev": 1,
        "data": {name: row[name] for name in _SHOWN},
        "at": row["created_at"],
    }
