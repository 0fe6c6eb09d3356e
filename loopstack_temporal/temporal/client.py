"""Starting and moving runs on Temporal: the implementation of the port `runs.Runs`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.common import TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.failpoints import hit
from loopstack_temporal.runs import (
    Applied,
    Recorded,
    Refused,
    Sender,
    StartOutcome,
    StartRun,
    Trigger,
    TriggerOutcome,
)
from loopstack_temporal.temporal import attributes, failures
from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from loopstack_temporal.temporal.messages import Parent

ACCEPT_WITHIN = timedelta(seconds=3)
"""A live worker accepts an update long before this; afterwards the answer travels as a durable signal."""

RESULT_WITHIN = timedelta(seconds=10)
SIGNAL_WITHIN = timedelta(seconds=5)
FINISHED_WITHIN = 2.0
"""Seconds: the row ends with the last step, the workflow a moment later."""

_REQUEST = frozenset({RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.OUT_OF_RANGE})
_PERMISSION = frozenset({RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.UNIMPLEMENTED})
_NAMESPACE_NOT_FOUND = "NamespaceNotFoundFailure"


class TemporalRuns:
    """Implements `Runs` with one Temporal client."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._indexed = False

    async def start(self, request: StartRun) -> StartOutcome:
        """See `Runs.start`. Starting the same request again is harmless: the start token tells that it is ours."""
        hit("api.start.before_temporal")
        try:
            try:
                await self._start(request, await self._attributes(request))
            except RPCError as error:
                if error.status not in _REQUEST or not self._indexed:
                    raise
                # Perhaps not the request: a namespace that was made anew has lost our search attributes.
                self._indexed = False
                await self._start(request, None)
        except WorkflowAlreadyStartedError:
            return await self._owner(request)
        except RPCError as error:
            return _start_refused(error) or "unreachable"
        except RuntimeError:  # The first connection of a lazy client failed.
            return "unreachable"
        hit("api.start.after_temporal")
        return "started"

    async def trigger(self, trigger: Trigger) -> TriggerOutcome:
        """See `Runs.trigger`: an update first, because it answers; a signal with the same id if nobody accepts it."""
        handle = self._client.get_workflow_handle(trigger.run_id)
        meta = {
            "id": trigger.id,
            "at_step": trigger.at_step,
            "by": trigger.sender.by,
            "channel": trigger.sender.channel,
        } | ({"queue": True} if trigger.queue else {})
        try:
            update = await asyncio.wait_for(
                handle.start_update(  # pyright: ignore[reportUnknownMemberType]
                    trigger.name,
                    args=[trigger.payload, meta],
                    id=trigger.id,
                    wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                    rpc_timeout=ACCEPT_WITHIN,
                ),
                ACCEPT_WITHIN.total_seconds() + 1,
            )
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError):
            return await self._signal(handle, trigger, meta)
        except WorkflowUpdateFailedError as error:
            return _refused(error)
        except RPCError as error:
            return await self._after_rpc_error(error, handle, trigger, meta)
        except RuntimeError as error:
            return _unreachable(error)
        return await self._outcome(update)

    async def cancel(self, run_id: str, *, reason: str | None, sender: Sender) -> TriggerOutcome:
        """See `Runs.cancel`."""
        try:
            await self._client.get_workflow_handle(run_id).cancel(rpc_timeout=SIGNAL_WITHIN)
        except (RPCError, RuntimeError) as error:
            return _unreachable(error)
        return Recorded(durable=True)

    async def finished(self, run_id: str, temporal_run_id: str) -> bool | Refused:
        """See `Runs.finished`."""
        handle = self._client.get_workflow_handle(run_id, run_id=temporal_run_id)
        deadline = asyncio.get_running_loop().time() + FINISHED_WITHIN
        try:
            while (await handle.describe(rpc_timeout=SIGNAL_WITHIN)).status == WorkflowExecutionStatus.RUNNING:
                if asyncio.get_running_loop().time() >= deadline:
                    return False
                await asyncio.sleep(0.1)
        except RPCError as error:
            refused = _unreachable(error)
            return True if refused.code == "run_ended" else refused
        except RuntimeError as error:
            return _unreachable(error)
        return True

    async def reachable(self) -> bool:
        """See `Runs.reachable`."""
        try:
            return await self._client.service_client.check_health(timeout=timedelta(seconds=2))
        except (RPCError, RuntimeError):
            return False

    async def current_run(self, run_id: str) -> str | None:
        """The Temporal run id that is current for a workflow id; implements execution's `CurrentRun`."""
        try:
            described = await self._client.get_workflow_handle(run_id).describe(rpc_timeout=SIGNAL_WITHIN)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return None
            raise
        return described.run_id

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _start(self, request: StartRun, search_attributes: TypedSearchAttributes | None) -> None:
        args, memo = _beginning(request)
        await self._client.start_workflow(
            request.workflow,
            args=args,
            id=request.run_id,
            task_queue=request.app,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            memo={"loopstack": memo},
            static_summary=request.title or None,
            search_attributes=search_attributes,
            rpc_timeout=SIGNAL_WITHIN,
        )

    async def _outcome(self, update: WorkflowUpdateHandle[Any]) -> TriggerOutcome:
        try:
            result: Any = await asyncio.wait_for(
                update.result(rpc_timeout=RESULT_WITHIN), RESULT_WITHIN.total_seconds() + 1
            )
        except WorkflowUpdateFailedError as error:
            return _refused(error)
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError, RPCError):
            return Recorded(durable=False)  # Accepted and in history: it will be applied or refused, only later.
        if isinstance(result, dict) and "step" in result:
            facts = cast("dict[str, Any]", result)
            return Applied(int(facts["step"]), str(facts.get("place", "")))
        return Recorded(durable=True, queued=isinstance(result, dict) and "queued" in result)

    async def _signal(self, handle: WorkflowHandle[Any, Any], trigger: Trigger, meta: dict[str, Any]) -> TriggerOutcome:
        """No worker took the update, so it lives only in the server's memory; a signal is in history at once."""
        hit("signal.before_send")
        try:
            await handle.signal(trigger.name, args=[trigger.payload, meta], rpc_timeout=SIGNAL_WITHIN)
        except RPCError as error:
            return _unreachable(error)
        hit("signal.after_send")
        return Recorded(durable=True)

    async def _after_rpc_error(
        self, error: RPCError, handle: WorkflowHandle[Any, Any], trigger: Trigger, meta: dict[str, Any]
    ) -> TriggerOutcome:
        if error.status in (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.RESOURCE_EXHAUSTED):
            return await self._signal(handle, trigger, meta)
        return _unreachable(error)

    async def _owner(self, request: StartRun) -> StartOutcome:
        """Whose run has this id already: ours by its start token, or somebody else's."""
        try:
            described = await self._client.get_workflow_handle(request.run_id).describe(rpc_timeout=SIGNAL_WITHIN)
            token = await start_token_of(described)
        except (RPCError, RuntimeError):
            return "unreachable"  # Nobody knows; a worker asks again later.
        if token == request.start_token:
            return "started"
        return Refused(
            "run_exists",
            f"Temporal has a workflow `{request.run_id}` already, started by somebody else. Choose another id.",
        )

    async def _attributes(self, request: StartRun) -> TypedSearchAttributes | None:
        """Search attributes for the start, if the namespace has them; an unknown one would refuse the start."""
        if not self._indexed:
            self._indexed = await attributes.known(self._client)
        if not self._indexed:
            return None
        return attributes.at_start(request.app, request.workflow, request.workspace_id, request.user_id)


async def start_token_of(described: WorkflowExecutionDescription) -> str | None:
    """Whose start a workflow is; `None`: somebody's who knows no tokens, such as the Temporal CLI."""
    memo: object = await described.memo_value("loopstack", default=None)
    return mapping_of(memo).get("start_token")


def namespace_is_missing(error: RPCError) -> bool:
    """Whether the namespace is missing, and not a workflow: that says nothing about any run."""
    return any(detail.type_url.endswith(_NAMESPACE_NOT_FOUND) for detail in error.grpc_status.details)


def _beginning(request: StartRun) -> tuple[list[Any], dict[str, Any]]:
    """Arguments and memo of a start; a child begins as its parent's workflow would have begun it."""
    if request.parent_id is not None:
        parent = Parent(run_id=request.parent_id, callback=request.callback)
        return [], parent.memo(request.start_token)
    return [request.args], {
        "start_token": request.start_token,
        "workspace_id": request.workspace_id,
        "user_id": request.user_id,
        "title": request.title,
    }


def _refused(error: WorkflowUpdateFailedError) -> Refused:
    found = failures.rejection_of(error.cause)
    if found is None:
        return Refused("refused", str(error.cause or error))
    return Refused(*found)


def _unreachable(error: RPCError | RuntimeError) -> Refused:
    if isinstance(error, RPCError):
        if denied := _denied(error):
            return denied
        if error.status == RPCStatusCode.NOT_FOUND:
            return Refused("run_ended", "The run has ended, or Temporal does not know it yet.")
    reason = error.message if isinstance(error, RPCError) else str(error)
    return Refused("temporal_unreachable", f"Temporal cannot be reached: {reason}. Try again.")


def _start_refused(error: RPCError) -> Refused | None:
    """Why this start will never be; `None`: it may be later."""
    if error.status in _REQUEST:
        return Refused("start_refused", f"Temporal refuses to start the run: {error.message}.")
    return _denied(error)


def _denied(error: RPCError) -> Refused | None:
    """Why Temporal refuses everything of ours; `None`: it does not."""
    if error.status not in _PERMISSION and not namespace_is_missing(error):
        return None
    return Refused(
        "temporal_refused",
        f"Temporal refuses requests of this server: {error.message}. Check the namespace and the credentials in "
        "`temporal.toml` or `TEMPORAL_*`.",
    )


@asynccontextmanager
async def connect_runs(settings: ConnectionSettings | None = None) -> AsyncGenerator[TemporalRuns]:
    """`Runs` over a connection made on first use, so that an API can start before Temporal."""
    yield TemporalRuns(await connect(settings, lazy=True))
