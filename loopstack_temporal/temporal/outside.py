"""What became of a run's workflow in Temporal, seen from outside: it goes on, or why it never will."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    GetWorkflowExecutionHistoryReverseRequest,
    ListWorkflowExecutionsRequest,
    SignalWorkflowExecutionRequest,
)
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.machine.decisions import report_of
from loopstack_temporal.store.records import Ending, TemporalHome, Untold, Watched
from loopstack_temporal.temporal.client import namespace_is_missing, start_token_of
from loopstack_temporal.temporal.home import home_of
from loopstack_temporal.temporal.messages import CHILD, Ended

LIMIT = timedelta(seconds=5)
PAGE = 500
LONGEST_REASON = 500

_ALIVE = frozenset({None, WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW})
_CODES: Mapping[WorkflowExecutionStatus, tuple[str, str]] = {
    WorkflowExecutionStatus.TERMINATED: ("terminated_outside", "The workflow was terminated in Temporal"),
    WorkflowExecutionStatus.TIMED_OUT: ("timed_out_outside", "The workflow exceeded its time limit in Temporal"),
    WorkflowExecutionStatus.FAILED: ("failed_outside", "The workflow failed in Temporal"),
    WorkflowExecutionStatus.CANCELED: ("canceled_outside", "The workflow was canceled in Temporal"),
    WorkflowExecutionStatus.COMPLETED: (
        "completed_outside",
        "The workflow completed in Temporal, but the database never heard of it, as after restoring a backup",
    ),
}


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a run can never move again. Equal ones tell the same fate of the same execution."""

    code: str
    text: str
    temporal_run_id: str | None = None
    """The closed execution; `None`: there is none of this run."""

    @property
    def ending(self) -> Ending:
        """How the row ends."""
        if self.code == "canceled_outside":
            return Ending("canceled")
        return Ending("failed", error=ErrorInfo(self.code, "LostOutside", self.text))


class Outside:
    """Asks Temporal about runs. Raises `RPCError` and `RuntimeError` while Temporal is away."""

    def __init__(self, client: Client, app: str) -> None:
        self._client = client
        self._app = app

    async def here(self) -> TemporalHome:
        """Which namespace is asked, at this moment: a server can be replaced under a living worker."""
        return await home_of(self._client)

    async def loss(self, seen: Watched) -> Loss | None:
        """Why an open run can never move again; `None`: it can, or is about to be started.

        Only the current execution counts: a run that was reset or continued has others that are closed.
        """
        try:
            described = await self._client.get_workflow_handle(seen.id).describe(rpc_timeout=LIMIT)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND or namespace_is_missing(error):
                raise
            return None if seen.epoch == 0 else Loss("deleted_outside", "The workflow was deleted in Temporal.")
        if not await _is_ours(described, seen):
            # A row nobody opened waits for its start, which finds out that the id is taken.
            text = "The workflow was deleted in Temporal, and another one uses its id."
            return None if seen.epoch == 0 else Loss("deleted_outside", text)
        if described.status is None or described.status in _ALIVE:
            return None
        code, text = _CODES[described.status]
        why = _reason(await self._last_event(seen.id, described.run_id))
        return Loss(code, f"{text}{why}.", described.run_id)

    async def closed_since(self, moment: datetime) -> list[str]:
        """Workflow ids of executions of this app that were ended by force since `moment`.

        From Temporal's index, which is a little late and may be switched off: a hint that saves waiting, not more.
        """
        query = (
            f"TaskQueue = '{self._app}' AND ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed') "
            f"AND CloseTime >= '{moment.isoformat()}'"
        )
        request = ListWorkflowExecutionsRequest(namespace=self._client.namespace, page_size=PAGE, query=query)
        answer = await self._client.workflow_service.list_workflow_executions(request, timeout=LIMIT)
        return list(dict.fromkeys(found.execution.workflow_id for found in answer.executions))

    async def tell(self, child: Untold) -> None:
        """Tell a parent that its child has ended. Telling it again is no second event of its history."""
        ended = Ended(child_id=child.id, status=child.status, callback=child.callback)
        request = SignalWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=child.parent_id),
            signal_name=CHILD,
            identity=self._client.identity,
            request_id=report_of(child.id, child.callback),
        )
        request.input.payloads.extend(await self._client.data_converter.encode([ended]))
        try:
            await self._client.workflow_service.signal_workflow_execution(request, timeout=LIMIT)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise

    async def _last_event(self, run_id: str, temporal_run_id: str) -> HistoryEvent | None:
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=run_id, run_id=temporal_run_id),
            maximum_page_size=1,
        )
        answer = await self._client.workflow_service.get_workflow_execution_history_reverse(request, timeout=LIMIT)
        return next(iter(answer.history.events), None)


async def _is_ours(described: WorkflowExecutionDescription, seen: Watched) -> bool:
    if seen.first_execution_run_id is not None:
        return described.raw_info.first_run_id in ("", seen.first_execution_run_id)
    token = await start_token_of(described)
    return token is not None and token == seen.start_token


def _reason(event: HistoryEvent | None) -> str:
    """Who ended an execution and why, as far as its last event says."""
    if event is None:
        return ""
    if event.HasField("workflow_execution_failed_event_attributes"):
        said = event.workflow_execution_failed_event_attributes.failure.message
        return f": {said[:LONGEST_REASON].rstrip('.')}" if said else ""
    if not event.HasField("workflow_execution_terminated_event_attributes"):
        return ""
    facts = event.workflow_execution_terminated_event_attributes
    by = f" by {facts.identity[:100]}" if facts.identity else ""
    return f"{by}: {facts.reason[:LONGEST_REASON].rstrip('.')}" if facts.reason else by
