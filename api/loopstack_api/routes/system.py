"""Health, the parts around the runs, and who is asking."""

from typing import Annotated

from fastapi import APIRouter, Query

from loopstack_api.deps import PersonDep, ServicesDep
from loopstack_temporal.contracts.base import Name
from loopstack_temporal.contracts.dashboard import Dashboard
from loopstack_temporal.contracts.system import Health, Me, System

router = APIRouter(tags=["system"])


@router.get("/health", operation_id="getHealth")
async def get_health(services: ServicesDep) -> Health:
    """Whether runs can be looked at (store) and moved (Temporal, workers)."""
    return await services.system.health()


@router.get("/system", operation_id="getSystem")
async def get_system(services: ServicesDep) -> System:
    """Versions, connections, workers and the counts of Home's sentence."""
    return await services.system.system()


@router.get("/dashboard", operation_id="getDashboard")
async def get_dashboard(
    services: ServicesDep,
    workspace_id: Annotated[Name | None, Query(description="Count and list this workspace too.")] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="Runs in each list.")] = 10,
) -> Dashboard:
    """Runs by status, overall and of a workspace, with the newest runs and the newest failures. Without child runs."""
    return await services.dashboard.dashboard(workspace_id, limit)


@router.get("/me", operation_id="getMe")
async def get_me(person: PersonDep) -> Me:
    """Who is asking."""
    return Me(id=person.id, name=person.id)
