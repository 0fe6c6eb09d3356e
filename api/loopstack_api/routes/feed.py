"""What a run did and shows: steps and documents; and what waits for people."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from loopstack_api.deps import ServicesDep
from loopstack_temporal.contracts.base import AnyId, Name
from loopstack_temporal.contracts.documents import DocumentHistory, DocumentPage, ModelQuestion
from loopstack_temporal.contracts.marks import MarkList
from loopstack_temporal.contracts.steps import Step, StepPage
from loopstack_temporal.contracts.tasks import TaskPage

router = APIRouter(tags=["feed"])

RunId = Annotated[AnyId, Path()]
Cursor = Annotated[str | None, Query(max_length=500, description="`cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Position = Annotated[int | None, Query(ge=-1, le=2**31 - 1)]


@router.get("/runs/{run_id}/steps", operation_id="listSteps")
async def list_steps(services: ServicesDep, run_id: RunId, cursor: Cursor = None, limit: Limit = 100) -> StepPage:
    """The steps of a run in order, without those that a reset made void."""
    return await services.feed.steps(run_id, cursor, limit)


@router.get("/runs/{run_id}/steps/{step}", operation_id="getStep")
async def get_step(services: ServicesDep, run_id: RunId, step: Annotated[int, Path(ge=-1, le=2**31 - 1)]) -> Step:
    """One step with its input and the state before and after it."""
    return await services.feed.step(run_id, step)


@router.get("/runs/{run_id}/documents", operation_id="listDocuments")
async def list_documents(  # noqa: PLR0917 - one parameter per query parameter, named by FastAPI
    services: ServicesDep,
    run_id: RunId,
    after: Position = None,
    before: Position = None,
    order: Literal["asc", "desc"] = "asc",
    hidden: bool = False,
    limit: Limit = 50,
) -> DocumentPage:
    """The feed: live visible documents by position. `hidden=true` adds those not meant to be shown."""
    return await services.feed.documents(run_id, after=after, before=before, order=order, hidden=hidden, limit=limit)


@router.get("/runs/{run_id}/marks", operation_id="listMarks")
async def list_marks(services: ServicesDep, run_id: RunId) -> MarkList:
    """What happened beside the steps: answers that came early or were refused, and resets from outside."""
    return await services.feed.marks(run_id)


@router.get("/documents/{document_id}", operation_id="getDocument")
async def get_document(services: ServicesDep, document_id: Annotated[AnyId, Path()]) -> DocumentHistory:
    """One document with all its versions."""
    return await services.feed.document(document_id)


@router.get("/documents/{document_id}/question", operation_id="getModelQuestion")
async def get_question(services: ServicesDep, document_id: Annotated[AnyId, Path()]) -> ModelQuestion:
    """What the model that wrote a message was asked: system prompt, tools, settings and messages."""
    return await services.feed.question(document_id)


@router.get("/tasks", operation_id="listTasks")
async def list_tasks(
    services: ServicesDep,
    workflow: Annotated[Name | None, Query()] = None,
    workspace_id: Annotated[Name | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> TaskPage:
    """Everything that waits for a person."""
    return await services.runs.tasks(workflow=workflow, workspace_id=workspace_id, cursor=cursor, limit=limit)
