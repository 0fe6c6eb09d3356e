"""Workspaces: named sets of runs. One, `default`, is there from the beginning."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from loopstack_temporal.errors import Conflict, NotFound
from loopstack_temporal.store.columns import now
from loopstack_temporal.store.creating import DEFAULT_WORKSPACE
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.records import WorkspaceRow
from loopstack_temporal.store.tables import run, workspace

_FIRST = UUID("5f0c0a53-8d0e-5b0e-9d64-2c1b6f6f7d11")
"""Name space of the ids of first workspaces."""


class Workspaces:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> tuple[WorkspaceRow, ...]:
        """All workspaces, favourites first, then by title."""
        query = sa.select(workspace).order_by(workspace.c.favourite.desc(), workspace.c.title, workspace.c.id)
        with self._database.read() as connection:
            return tuple(_row(row) for row in connection.execute(query).all())

    def get(self, workspace_id: str) -> WorkspaceRow:
        """One workspace. Raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(workspace).where(workspace.c.id == workspace_id)).one_or_none()
        if row is None:
            raise _unknown(workspace_id)
        return _row(row)

    def create(self, workspace_id: str, title: str) -> WorkspaceRow:
        """Add a workspace. Raises `Conflict` (`workspace_exists`) for an id that has another title."""
        with self._database.write() as connection:
            connection.execute(
                self._database.insert(workspace)
                .values(id=workspace_id, title=title, created_at=now(), updated_at=now())
                .on_conflict_do_nothing()
            )
            row = connection.execute(sa.select(workspace).where(workspace.c.id == workspace_id)).one()
        if row.title != title:
            raise Conflict(f"there is a workspace {workspace_id!r} already", code="workspace_exists")
        return _row(row)

    def first(self, app: str, user_id: str, title: str) -> WorkspaceRow:
        """The oldest workspace that a person has in an app; one called `title` is made when there is none."""
        # The same id whoever is faster, so that two first runs at once make one workspace.
        made = str(uuid5(_FIRST, json.dumps([app, user_id])))
        mine = (
            sa.select(workspace)
            .where(workspace.c.app == app, workspace.c.user_id == user_id)
            .order_by(workspace.c.created_at, workspace.c.id)
            .limit(1)
        )
        with self._database.write() as connection:
            row = connection.execute(mine).one_or_none()
            if row is None:
                connection.execute(
                    self._database.insert(workspace)
                    .values(id=made, title=title, app=app, user_id=user_id, created_at=now(), updated_at=now())
                    .on_conflict_do_nothing()
                )
                row = connection.execute(mine).one()
        return _row(row)

    def rename(self, workspace_id: str, title: str) -> WorkspaceRow:
        """Give a workspace another title. Raises `NotFound`."""
        return self._change(workspace_id, title=title)

    def favourite(self, workspace_id: str, favourite: bool) -> WorkspaceRow:
        """Mark a workspace as a favourite, or no longer. Raises `NotFound`."""
        return self._change(workspace_id, favourite=favourite)

    def delete(self, workspace_id: str) -> None:
        """Remove an empty workspace. Raises `NotFound`, and `Conflict` (`workspace_default`, `workspace_not_empty`)."""
        if workspace_id == DEFAULT_WORKSPACE:
            raise Conflict("the default workspace stays", code="workspace_default")
        with self._database.write() as connection:
            # The lock keeps runs from being created in it between the look and the deletion.
            found = connection.execute(
                sa.select(workspace.c.id).where(workspace.c.id == workspace_id).with_for_update()
            ).one_or_none()
            if found is None:
                raise _unknown(workspace_id)
            runs = connection.execute(
                sa.select(sa.func.count()).select_from(run).where(run.c.workspace_id == workspace_id)
            ).scalar_one()
            if runs:
                raise Conflict(
                    f"workspace {workspace_id!r} has {runs} runs; delete or keep them",
                    code="workspace_not_empty",
                    facts={"runs": runs},
                )
            connection.execute(sa.delete(workspace).where(workspace.c.id == workspace_id))

    def _change(self, workspace_id: str, **values: Any) -> WorkspaceRow:
        with self._database.write() as connection:
            row = connection.execute(
                sa.update(workspace)
                .where(workspace.c.id == workspace_id)
                .values(updated_at=now(), **values)
                .returning(workspace)
            ).one_or_none()
        if row is None:
            raise _unknown(workspace_id)
        return _row(row)


def _unknown(workspace_id: str) -> NotFound:
    return NotFound(f"there is no workspace {workspace_id!r}", code="workspace_not_found")


def _row(row: sa.Row[Any]) -> WorkspaceRow:
    return WorkspaceRow(
        row.id, row.title, bool(row.favourite), row.run_count, row.created_at, row.updated_at, row.app, row.user_id
    )
