"""Health, the parts around the runs, and who is asking."""

from fastapi import APIRouter

from loopstack_api.deps import PersonDep, ServicesDep
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


@router.get("/me", operation_id="getMe")
async def get_me(person: PersonDep) -> Me:
    """Who is asking."""
    return Me(id=person.id, name=person.id)
