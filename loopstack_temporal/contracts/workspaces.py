"""Workspaces: runs that belong together."""

from loopstack_temporal.contracts.base import Answer, Ask, Time, Title


class Workspace(Answer):
    """One workspace."""

    id: str
    title: str
    favourite: bool
    is_default: bool
    created_at: Time
    updated_at: Time


class WorkspaceList(Answer):
    """All workspaces, favourites first."""

    items: tuple[Workspace, ...]


class NewWorkspace(Ask):
    """Make a workspace."""

    title: Title


class EditWorkspace(Ask):
    """Rename a workspace or mark it as a favourite; what is left out stays."""

    title: Title | None = None
    favourite: bool | None = None
