"""The routes of `/api/v1`, one module per thing. A route takes contracts in and gives contracts back."""

from fastapi import APIRouter, Depends

from loopstack_api.query import known_parameters_only
from loopstack_api.routes import catalogue, events, feed, runs, system, workspaces
from loopstack_temporal.contracts.problems import Problem


def api_router(prefix: str) -> APIRouter:
    """All routes, each with the problem as its default answer."""
    router = APIRouter(
        prefix=prefix,
        responses={"default": {"model": Problem, "description": "Refused or failed."}},
        dependencies=[Depends(known_parameters_only)],
    )
    for module in (system, catalogue, workspaces, runs, feed, events):
        router.include_router(module.router)
    return router
