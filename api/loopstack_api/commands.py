"""What people can do to runs besides answering: start, cancel, rename, delete."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from starlette.responses import Response

from loopstack_api.answering import Answering
from loopstack_api.idempotency import Once, Outcome
from loopstack_api.run_ids import new_run_id
from loopstack_api.schema_check import check
from loopstack_api.views.catalogue import Catalogue
from loopstack_api.views.runs import RunView
from loopstack_temporal.contracts.base import Json
from loopstack_temporal.contracts.runs import (
    CancelRun,
    EditRun,
    MoveRun,
    RetryRun,
    Run,
    StartRun,
    StopRun,
    TriggerRun,
)
from loopstack_temporal.control import Control
from loopstack_temporal.runs import Sender
from loopstack_temporal.store.records import IdempotencyKey, InProgress, NewRun, Repeated, RunRow
from loopstack_temporal.store.store import Store

DEFAULT_WORKSPACE = "default"
LATER = "Recorded; Temporal cannot be reached now, so the run starts as soon as it is back."


class Commands:
    """Everything that changes runs. Answers are remembered under the request's `Idempotency-Key`."""

    def __init__(self, store: Store, control: Control, catalogue: Catalogue, view: RunView) -> None:
        self._store = store
        self._control = control
        self._catalogue = catalogue
        self._view = view
        self._answering = Answering(control, catalogue, view)

    async def start(self, ask: StartRun, sender: Sender, once: Once) -> Response:
        """Make the run's row, then tell Temporal.

        Raises `NotFound` (`unknown_workflow`, `workspace_not_found`), `Conflict` (`ambiguous_workflow`, `run_exists`)
        and `InvalidInput` for arguments that do not fit.
        """
        definition = await self._catalogue.current(ask.workflow, ask.app, listed_only=True)
        args: Json = {} if ask.args is None else ask.args
        check(definition.workflow.args_schema or {"type": "object"}, args, "args")
        new = NewRun(
            id=ask.run_id or new_run_id(),
            app=definition.workflow.app,
            workflow=ask.workflow,
            workspace_id=ask.workspace_id or DEFAULT_WORKSPACE,
            user_id=sender.by,
            args=args,
            start_token=uuid4().hex,
            title=ask.title,
            catalogue_hash=definition.workflow.hash,
        )
        if once.key is None:
            row = await self._store.do(self._store.runs.create, new)
            return await once.finish(lambda: self._started(row, once.key))
        created = await self._store.do(self._store.runs.create, new, replace(once.key, owner=new.start_token))
        if isinstance(created, RunRow):
            return await once.finish(lambda: self._started(created, once.key))
        if isinstance(created, Repeated):
            return once.replay(created)
        once.known(created)
        assert isinstance(created, InProgress)
        # The row was made, but whoever made it did not live to say so, or is just about to: finish its work.
        row = await self._view.row(created.body["run_id"])
        return await once.finish(lambda: self._started(row, once.key))

    async def _started(self, row: RunRow, key: IdempotencyKey | None) -> Outcome:
        outcome = await self._control.start(row, key)
        run = await self._view.get(row.id)
        late = outcome == "unreachable"
        return Outcome(201, run.model_copy(update={"sentence": LATER}) if late else run)

    async def trigger(self, run_id: str, name: str, ask: TriggerRun, sender: Sender, once: Once) -> Response:
        """Answer a wait; see `Answering.trigger`."""
        return await once.settle(
            lambda first: self._answering.trigger(run_id, name, ask, sender, once.trigger_id, first)
        )

    async def retry(self, run_id: str, ask: RetryRun, sender: Sender, once: Once) -> Response:
        """Retry a parked run; see `Answering.retry`."""
        return await once.settle(lambda first: self._answering.retry(run_id, ask, sender, once.trigger_id, first))

    async def pause(self, run_id: str, on: bool, sender: Sender, once: Once) -> Response:
        """Pause a run or let it go on; see `Answering.pause`."""
        return await once.settle(lambda first: self._answering.pause(run_id, on, sender, once.trigger_id, first))

    async def move(self, run_id: str, ask: MoveRun, sender: Sender, once: Once) -> Response:
        """Put a run at another place; see `Answering.move`."""
        return await once.settle(lambda first: self._answering.move(run_id, ask, sender, once.trigger_id, first))

    async def stop(self, run_id: str, ask: StopRun, sender: Sender, once: Once) -> Response:
        """End the step that runs; see `Answering.stop`."""
        return await once.settle(lambda first: self._answering.stop(run_id, ask, sender, once.trigger_id, first))

    async def cancel(self, run_id: str, ask: CancelRun, sender: Sender, once: Once) -> Response:
        """Ask a run to stop. Raises `Conflict` (`run_ended`) for one that ended in another way."""
        return await once.settle(lambda _first: self._cancel(run_id, ask, sender))

    async def _cancel(self, run_id: str, ask: CancelRun, sender: Sender) -> Outcome:
        row = await self._view.row(run_id)
        if row.status == "canceled":
            return Outcome(200, await self._view.get(run_id))
        await self._control.cancel(row, sender, ask.reason)
        return Outcome(202, await self._view.get(run_id))

    async def rename(self, run_id: str, ask: EditRun) -> Run:
        """Give a run another title."""
        await self._store.do(self._store.runs.rename, run_id, ask.title)
        return await self._view.get(run_id)

    async def delete(self, run_id: str) -> None:
        """Delete an ended run and its descendants; see `Control.delete`."""
        await self._control.delete(await self._view.row(run_id))
