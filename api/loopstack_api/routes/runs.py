"""Runs: start, list, look at, move."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from loopstack_api.deps import OnceDep, PersonDep, ServicesDep
from loopstack_api.run_query import RunListing, RunQuery
from loopstack_temporal.contracts.base import AnyId, Name
from loopstack_temporal.contracts.graph import Graph
from loopstack_temporal.contracts.runs import (
    CancelRun,
    EditRun,
    MoveRun,
    RetryRun,
    Run,
    RunFacets,
    RunPage,
    StartRun,
    StopRun,
    TriggerReceipt,
    TriggerRun,
)
from loopstack_temporal.contracts.why import Why

router = APIRouter(prefix="/runs", tags=["runs"])

RunId = Annotated[AnyId, Path()]
RECEIPT = {202: {"model": TriggerReceipt, "description": "Safe, but the outcome is not known yet."}}


@router.post("", operation_id="startRun", status_code=201, response_model=Run)
async def start_run(services: ServicesDep, person: PersonDep, once: OnceDep, body: StartRun) -> Response:
    """Start a run. It exists from then on, even while Temporal is away: then it starts as soon as Temporal is back."""
    return await services.commands.start(body, person.sender, once)


@router.get("", operation_id="listRuns")
async def list_runs(services: ServicesDep, listing: Annotated[RunListing, Query()]) -> RunPage:
    """Runs, newest first unless asked otherwise."""
    return await services.runs.page(listing)


@router.get("/facets", operation_id="getRunFacets")
async def get_run_facets(services: ServicesDep, chosen: Annotated[RunQuery, Query()]) -> RunFacets:
    """How many runs the filters leave, by status and by workflow."""
    return await services.runs.facets(chosen)


@router.get("/{run_id}", operation_id="getRun")
async def get_run(services: ServicesDep, run_id: RunId) -> Run:
    """One run, whole."""
    return await services.runs.get(run_id)


@router.patch("/{run_id}", operation_id="editRun")
async def edit_run(services: ServicesDep, run_id: RunId, body: EditRun) -> Run:
    """Rename a run."""
    return await services.commands.rename(run_id, body)


@router.delete("/{run_id}", operation_id="deleteRun", status_code=204)
async def delete_run(services: ServicesDep, run_id: RunId) -> None:
    """Delete a run that has ended, with its documents, steps and child runs, which must have ended too."""
    await services.commands.delete(run_id)


@router.post("/{run_id}/transitions/{name}", operation_id="triggerRun", response_model=Run, responses={**RECEIPT})
async def trigger_run(
    services: ServicesDep,
    person: PersonDep,
    once: OnceDep,
    run_id: RunId,
    name: Annotated[Name, Path(description="Name of an awaited transition.")],
    body: TriggerRun,
) -> Response:
    """Answer a wait. 200: the run after the step. 202: safe, the outcome follows as events."""
    return await services.commands.trigger(run_id, name, body, person.sender, once)


@router.post("/{run_id}/retry", operation_id="retryRun", response_model=Run, responses={**RECEIPT})
async def retry_run(
    services: ServicesDep, person: PersonDep, once: OnceDep, run_id: RunId, body: RetryRun | None = None
) -> Response:
    """Run the failed transition of a parked run again."""
    return await services.commands.retry(run_id, body or RetryRun(), person.sender, once)


@router.post("/{run_id}/stop", operation_id="stopRun", response_model=Run, responses={202: {"model": Run}})
async def stop_run(
    services: ServicesDep, person: PersonDep, once: OnceDep, run_id: RunId, body: StopRun | None = None
) -> Response:
    """End the step that runs, and not the run. 202: it ends as soon as a worker hears of it."""
    return await services.commands.stop(run_id, body or StopRun(), person.sender, once)


@router.post("/{run_id}/cancel", operation_id="cancelRun", response_model=Run, responses={202: {"model": Run}})
async def cancel_run(
    services: ServicesDep, person: PersonDep, once: OnceDep, run_id: RunId, body: CancelRun | None = None
) -> Response:
    """Stop a run. 202: it stops as soon as what is running lets go; 200: it was canceled before."""
    return await services.commands.cancel(run_id, body or CancelRun(), person.sender, once)


@router.post("/{run_id}/pause", operation_id="pauseRun", response_model=Run, responses={202: {"model": Run}})
async def pause_run(services: ServicesDep, person: PersonDep, once: OnceDep, run_id: RunId) -> Response:
    """Let the running step end and start no other. Answers are kept meanwhile; deadlines go on."""
    return await services.commands.pause(run_id, True, person.sender, once)


@router.post("/{run_id}/resume", operation_id="resumeRun", response_model=Run, responses={202: {"model": Run}})
async def resume_run(services: ServicesDep, person: PersonDep, once: OnceDep, run_id: RunId) -> Response:
    """Go on after a pause."""
    return await services.commands.pause(run_id, False, person.sender, once)


@router.post("/{run_id}/move", operation_id="moveRun", response_model=Run, responses={**RECEIPT})
async def move_run(services: ServicesDep, person: PersonDep, once: OnceDep, run_id: RunId, body: MoveRun) -> Response:
    """Put a run that stands still at another place. `dry_run` only checks."""
    return await services.commands.move(run_id, body, person.sender, once)


@router.get("/{run_id}/graph", operation_id="getRunGraph")
async def get_run_graph(services: ServicesDep, run_id: RunId) -> Graph:
    """The run's own definition with the way it took."""
    return await services.feed.graph(run_id)


@router.get("/{run_id}/why", operation_id="getRunWhy")
async def get_run_why(services: ServicesDep, run_id: RunId) -> Why:
    """What the run waits for or does, since when, and what happens next."""
    return await services.runs.why(run_id)
