"""What people can do to runs besides answering: start, cancel, rename, delete."""

from __future__ import annotations

import logging
from dataclasses import replace
from uuid import uuid4

from starlette.responses import Response

from loopstack_api.answering import Answering
from loopstack_api.errors import TemporalRefused, TemporalUnreachable
from loopstack_api.idempotency import Once, Outcome
from loopstack_api.run_ids import new_run_id
from loopstack_api.schema_check import check
from loopstack_api.views.catalogue import Catalogue
from loopstack_api.views.runs import RunView
from loopstack_temporal.contracts.base import Json
from loopstack_temporal.contracts.runs import CancelRun, EditRun, RetryRun, Run, StartRun, TriggerRun
from loopstack_temporal.errors import Conflict, InvalidInput
from loopstack_temporal.runs import Refused, Runs, Sender
from loopstack_temporal.store.records import Ending, IdempotencyKey, InProgress, NewRun, Repeated, RunRow
from loopstack_temporal.store.store import Store

log = logging.getLogger("loopstack.api")

DEFAULT_WORKSPACE = "default"
LATER = "Recorded; Temporal cannot be reached now, so the run starts as soon as it is back."


class Commands:
    """Everything that changes runs. Answers are remembered under the request's `Idempotency-Key`."""

    def __init__(self, store: Store, runs: Runs, catalogue: Catalogue, view: RunView) -> None:
        self._store = store
        self._runs = runs
        self._catalogue = catalogue
        self._view = view
        self._answering = Answering(store, runs, catalogue, view)

    async def start(self, ask: StartRun, sender: Sender, once: Once) -> Response:
        """Make the run's row, then tell Temporal.

        Raises `NotFound` (`unknown_workflow`, `workspace_not_found`), `Conflict` (`ambiguous_workflow`, `run_exists`)
        and `InvalidInput` for arguments that do not fit.
        """
        definition = await self._catalogue.current(ask.workflow, ask.app)
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
        outcome = await self._runs.start(row.starting())
        if isinstance(outcome, Refused):
            await self._take_back(row, key, outcome)
        run = await self._view.get(row.id)
        late = outcome == "unreachable"
        return Outcome(201, run.model_copy(update={"sentence": LATER}) if late else run)

    async def _take_back(self, row: RunRow, key: IdempotencyKey | None, refused: Refused) -> None:
        """Remove the row of a run that cannot start.

        Raises `Conflict` (`run_exists`), `InvalidInput` (`start_refused`) or `TemporalRefused`, unless the run was
        started after all.
        """
        token = row.start_token or ""
        # What the operator repairs, the same request may try again; the other refusals are its answer for ever.
        repairable = refused.code == TemporalRefused.code
        left = await self._store.do(self._store.runs.discard, row.id, token, key if repairable else None)
        if left is not None and left.start_token == token:
            return
        if repairable:
            raise TemporalRefused(f"{refused.message} The run was not recorded.")
        if refused.code == "run_exists":
            raise Conflict(refused.message, code=refused.code)
        raise InvalidInput(refused.message, code=refused.code)

    async def trigger(self, run_id: str, name: str, ask: TriggerRun, sender: Sender, once: Once) -> Response:
        """Answer a wait; see `Answering.trigger`."""
        return await once.settle(
            lambda first: self._answering.trigger(run_id, name, ask, sender, once.trigger_id, first)
        )

    async def retry(self, run_id: str, ask: RetryRun, sender: Sender, once: Once) -> Response:
        """Retry a parked run; see `Answering.retry`."""
        return await once.settle(lambda first: self._answering.retry(run_id, ask, sender, once.trigger_id, first))

    async def cancel(self, run_id: str, ask: CancelRun, sender: Sender, once: Once) -> Response:
        """Ask a run to stop. Raises `Conflict` (`run_ended`) for one that ended in another way."""
        return await once.settle(lambda _first: self._cancel(run_id, ask, sender))

    async def _cancel(self, run_id: str, ask: CancelRun, sender: Sender) -> Outcome:
        row = await self._view.row(run_id)
        if row.status == "canceled":
            return Outcome(200, await self._view.get(run_id))
        await self._store.do(self._store.runs.request_cancel, run_id, sender.by, ask.reason)
        outcome = await self._runs.cancel(run_id, reason=ask.reason, sender=sender)
        if isinstance(outcome, Refused):
            await self._cancel_without_temporal(row, outcome)
        return Outcome(202, await self._view.get(run_id))

    async def _cancel_without_temporal(self, row: RunRow, refused: Refused) -> None:
        """Temporal took no cancel request: end what it never had. What it had and lost is the reconciler's to end."""
        if refused.code == TemporalUnreachable.code:
            raise TemporalUnreachable("Temporal cannot be reached, so the run was not stopped. Try again in a moment.")
        if refused.code == TemporalRefused.code:
            raise TemporalRefused(f"{refused.message} The run was not stopped.")
        if row.epoch == 0:
            await self._store.do(self._store.runs.end, row.id, 0, Ending("canceled"))
        else:
            log.warning("run %s: Temporal did not take the cancel request: %s", row.id, refused.message)

    async def rename(self, run_id: str, ask: EditRun) -> Run:
        """Give a run another title."""
        await self._store.do(self._store.runs.rename, run_id, ask.title)
        return await self._view.get(run_id)

    async def delete(self, run_id: str) -> None:
        """Delete an ended run. Raises `Conflict` (`run_open`) for an open one, also if only Temporal has it open."""
        row = await self._view.row(run_id)
        if row.ended_at is not None and row.temporal_run_id is not None:
            await self._must_be_finished(row.id, row.temporal_run_id)
        await self._store.do(self._store.runs.delete, run_id)

    async def _must_be_finished(self, run_id: str, temporal_run_id: str) -> None:
        """Whatever a workflow without a row does next would fail, and nobody would see why."""
        finished = await self._runs.finished(run_id, temporal_run_id)
        if isinstance(finished, Refused):
            say = TemporalRefused if finished.code == TemporalRefused.code else TemporalUnreachable
            raise say(f"{finished.message} The run was not deleted.")
        if not finished:
            raise Conflict(
                f"Run `{run_id}` has ended, but its workflow in Temporal is still open. Try again when it has "
                f"finished, or end it: `temporal workflow terminate --workflow-id {run_id}`.",
                code="run_open",
            )
