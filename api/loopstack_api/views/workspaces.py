"""Workspaces as people see and change them."""

from __future__ import annotations

from loopstack_temporal.contracts.workspaces import EditWorkspace, NewWorkspace, Workspace, WorkspaceList
from loopstack_temporal.store.records import WorkspaceRow
from loopstack_temporal.store.store import Store

DEFAULT = "default"


class WorkspaceView:
    """Reads and writes workspaces. Unknown ids raise `NotFound` (`workspace_not_found`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> WorkspaceList:
        """All, favourites first."""
        rows = await self._store.do(self._store.workspaces.list)
        return WorkspaceList(items=tuple(_shown(row) for row in rows))

    async def get(self, workspace_id: str) -> Workspace:
        """One workspace."""
        return _shown(await self._store.do(self._store.workspaces.get, workspace_id))

    async def create(self, workspace_id: str, new: NewWorkspace) -> Workspace:
        """Make one; with an id that was made before, the same one."""
        return _shown(await self._store.do(self._store.workspaces.create, workspace_id, new.title))

    async def edit(self, workspace_id: str, edit: EditWorkspace) -> Workspace:
        """Change what is given."""
        if edit.title is not None:
            await self._store.do(self._store.workspaces.rename, workspace_id, edit.title)
        if edit.favourite is not None:
            await self._store.do(self._store.workspaces.favourite, workspace_id, edit.favourite)
        return await self.get(workspace_id)

    async def delete(self, workspace_id: str) -> None:
        """Delete an empty one. Raises `Conflict` (`workspace_default`, `workspace_not_empty`)."""
        await self._store.do(self._store.workspaces.delete, workspace_id)


def _shown(row: WorkspaceRow) -> Workspace:
    return Workspace(
        id=row.id,
        title=row.title,
        favourite=row.favourite,
        is_default=row.id == DEFAULT,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
