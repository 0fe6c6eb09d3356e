"""What can be started."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from loopstack_api.deps import ServicesDep
from loopstack_temporal.contracts.base import Name
from loopstack_temporal.contracts.catalogue import AppList, Workflow
from loopstack_temporal.contracts.graph import Graph

router = APIRouter(tags=["catalogue"])

WorkflowName = Annotated[Name, Path(description="Name of the workflow.")]
AppName = Annotated[Name | None, Query(description="Needed only when several apps have a workflow of this name.")]


@router.get("/apps", operation_id="listApps")
async def list_apps(services: ServicesDep) -> AppList:
    """All applications that ever published a catalogue, each as its newest live worker describes it."""
    return await services.catalogue.apps()


@router.get("/workflows/{name}", operation_id="getWorkflow")
async def get_workflow(services: ServicesDep, name: WorkflowName, app: AppName = None) -> Workflow:
    """One workflow, as new runs are started with it."""
    return (await services.catalogue.current(name, app)).workflow


@router.get("/workflows/{name}/graph", operation_id="getWorkflowGraph")
async def get_workflow_graph(services: ServicesDep, name: WorkflowName, app: AppName = None) -> Graph:
    """Places and transitions of one workflow, without a run."""
    return await services.catalogue.graph(name, app)
