"""Workspaces."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from loopstack_api.deps import OnceDep, ServicesDep
from loopstack_temporal.contracts.base import AnyId
from loopstack_temporal.contracts.workspaces import EditWorkspace, NewWorkspace, Workspace, WorkspaceList

router = APIRouter(prefix="/workspaces", tags=["workspaces"])

WorkspaceId = Annotated[AnyId, Path()]


@router.get("", operation_id="listWorkspaces")
async def list_workspaces(services: ServicesDep) -> WorkspaceList:
    """All workspaces, favourites first."""
    return await services.workspaces.all()


@router.post("", operation_id="createWorkspace", status_code=201, response_model=Workspace)
async def create_workspace(services: ServicesDep, once: OnceDep, body: NewWorkspace) -> Response:
    """Make a workspace."""
    return await once.make(lambda workspace_id: services.workspaces.create(workspace_id, body))


@router.get("/{workspace_id}", operation_id="getWorkspace")
async def get_workspace(services: ServicesDep, workspace_id: WorkspaceId) -> Workspace:
    """One workspace."""
    return await services.workspaces.get(workspace_id)


@router.patch("/{workspace_id}", operation_id="editWorkspace")
async def edit_workspace(services: ServicesDep, workspace_id: WorkspaceId, body: EditWorkspace) -> Workspace:
    """Rename a workspace or mark it as a favourite."""
    return await services.workspaces.edit(workspace_id, body)


@router.delete("/{workspace_id}", operation_id="deleteWorkspace", status_code=204)
async def delete_workspace(services: ServicesDep, workspace_id: WorkspaceId) -> None:
    """Delete an empty workspace; the default one stays."""
    await services.workspaces.delete(workspace_id)
