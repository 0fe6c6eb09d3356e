"""The event stream."""

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from loopstack_api.deps import ServicesDep
from loopstack_api.errors import field_problem
from loopstack_api.frames import Scope
from loopstack_temporal.contracts.base import AnyId, Name
from loopstack_temporal.contracts.events import StudioEvent

router = APIRouter(tags=["events"])

SCOPES = {"runs", "tasks"}


async def scope(
    services: ServicesDep,
    run_id: Annotated[AnyId | None, Query(description="All events of this run.")] = None,
    tree: Annotated[bool, Query(description="With `run_id`: of its whole family too.")] = False,
    live: Annotated[bool, Query(description="With `run_id`: text as it is written too.")] = False,
    scope: Annotated[str | None, Query(max_length=50, description="`runs`, `tasks` or `runs,tasks`.")] = None,
    workspace_id: Annotated[Name | None, Query(description="Only runs of this workspace.")] = None,
) -> Scope:
    """What a stream is about. Raises `InvalidInput` for a scope that does not exist."""
    wanted = frozenset(part.strip() for part in scope.split(",")) if scope else frozenset[str]()
    if wanted - SCOPES:
        raise field_problem("scope", "must be `runs`, `tasks` or `runs,tasks`", place="query")
    root_id = await services.runs.root_of(run_id) if tree and run_id is not None else None
    return Scope(run_id=run_id, root_id=root_id, live=live, lists=wanted, workspace_id=workspace_id)


@router.get("/events", operation_id="streamEvents", response_class=EventSourceResponse)
async def stream_events(
    services: ServicesDep,
    scope: Annotated[Scope, Depends(scope)],
    last_event_id: Annotated[str | None, Header(max_length=500)] = None,
) -> AsyncIterable[ServerSentEvent | StudioEvent]:
    """Server-sent events. `Last-Event-ID` resumes after that event; a cursor that cannot be served: `stream.reset`."""
    async for frame in services.hub.follow(scope, last_event_id):
        yield ServerSentEvent(raw_data=frame.data, event=frame.type, id=frame.cursor)
