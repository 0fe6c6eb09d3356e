"""Answers and retries: what can be said from SQL at once, what only the run's workflow knows."""

from __future__ import annotations

from loopstack_api.idempotency import Outcome
from loopstack_api.schema_check import check
from loopstack_api.views.catalogue import Catalogue, Definition
from loopstack_api.views.runs import RunView
from loopstack_temporal.contracts.runs import MoveRun, RetryRun, StopRun, TriggerReceipt, TriggerRun
from loopstack_temporal.control import Control, awaited, seen
from loopstack_temporal.definition.model import END
from loopstack_temporal.errors import Conflict, FieldError, InvalidInput, NotFound
from loopstack_temporal.machine.decisions import MOVE, PAUSE, RESUME, RETRY
from loopstack_temporal.runs import Applied, Recorded, Sender, Trigger
from loopstack_temporal.store.records import RunRow

UNKNOWN = "unknown_transition"


class Answering:
    """Delivers triggers through the port and turns their outcomes into answers."""

    def __init__(self, control: Control, catalogue: Catalogue, view: RunView) -> None:
        self._control = control
        self._catalogue = catalogue
        self._view = view

    async def trigger(
        self, run_id: str, name: str, ask: TriggerRun, sender: Sender, trigger_id: str, first: bool
    ) -> Outcome:
        """Answer a wait. Raises `NotFound`, `Conflict` (`answered`, `not_awaited`, `run_ended`) and `InvalidInput`."""
        run = await self._view.row(run_id)
        if not first and await self._applied(run_id, trigger_id):
            return await self._after(run_id)
        definition = await self._catalogue.of_run(run)
        await self._known_wait(definition, run, name)
        early = definition is not None and name in definition.early
        queue = (ask.queue or early) and ask.step is None and name not in awaited(run)
        if first:
            # A repeated request may be in the workflow's hands already, which alone knows: it is asked in any case.
            await self._control.refuse_by_row(run, name, ask.step, queue=queue)
        if definition is not None:
            check(definition.payload_schema(name, run.place), ask.payload, "payload")
        step = seen(run, name) if ask.step is None else ask.step
        return await self._deliver(Trigger(run_id, name, ask.payload, trigger_id, step, sender, queue=queue))

    async def stop(self, run_id: str, ask: StopRun, sender: Sender, trigger_id: str, first: bool) -> Outcome:
        """End the step that runs. Raises `Conflict` (`nothing_runs`, `run_ended`)."""
        run = await self._view.row(run_id)
        if not first and run.status != "running":
            return await self._after(run_id)
        await self._control.stop(run, ask.reason, step=ask.step, sender=sender, stop_id=trigger_id)
        after = await self._view.row(run_id)
        return Outcome(200 if after.next_step > run.next_step else 202, await self._view.get(run_id))

    async def retry(self, run_id: str, ask: RetryRun, sender: Sender, trigger_id: str, first: bool) -> Outcome:
        """Run a failed transition again. Raises `Conflict` (`not_retryable`) if the run is not parked."""
        run = await self._view.row(run_id)
        if not first and await self._applied(run_id, trigger_id):
            return await self._after(run_id)
        if first and not run.can_retry:
            raise Conflict(
                f"Run `{run_id}` is {run.status}; only a failed run that is still open can be retried.",
                code="not_retryable",
            )
        given = "payload" in ask.model_fields_set
        if given:
            definition = await self._catalogue.of_run(run)
            if definition is not None and run.error_transition is not None:
                check(definition.payload_schema(run.error_transition, run.place), ask.payload, "payload")
        payload = {"payload": ask.payload} if given else None
        step = run.next_step if ask.step is None and run.can_retry else ask.step
        return await self._deliver(Trigger(run_id, RETRY, payload, trigger_id, step, sender))

    async def pause(self, run_id: str, on: bool, sender: Sender, trigger_id: str, first: bool) -> Outcome:
        """Pause a run or let it go on. Raises `Conflict` (`run_ended`, `no_effect`)."""
        run = await self._view.row(run_id)
        if first or (run.paused_at is not None) != on:
            if run.ended_at is not None:
                raise Conflict(f"Run `{run_id}` has ended ({run.status}).", code="run_ended")
            await self._control.deliver(Trigger(run_id, PAUSE if on else RESUME, None, trigger_id, None, sender))
        after = await self._view.get(run_id)
        return Outcome(200 if (after.paused_at is not None) == on else 202, after)

    async def move(self, run_id: str, ask: MoveRun, sender: Sender, trigger_id: str, first: bool) -> Outcome:
        """Put a run that stands still at another place.

        Raises `InvalidInput` for a place its workflow does not have, `Conflict` (`run_ended`, `not_movable`) otherwise.
        """
        run = await self._view.row(run_id)
        if not first and await self._applied(run_id, trigger_id):
            return await self._after(run_id)
        definition = await self._catalogue.of_run(run)
        places = [place for place in definition.workflow.places if place != END] if definition else [ask.place]
        if ask.place not in places:
            text = f"`{run.workflow}` has no such place to move to. There are: {', '.join(places)}."
            raise InvalidInput(text, (FieldError(("place",), text, "unknown_place"),))
        standing = run.can_retry or run.status in ("waiting", "paused")
        if first and not standing:
            code = "run_ended" if run.ended_at is not None else "not_movable"
            raise Conflict(f"Run `{run_id}` is {run.status}; only a run that stands still can be moved.", code=code)
        if ask.dry_run:
            return await self._after(run_id)
        payload = {"place": ask.place, "reason": ask.reason} if ask.reason else {"place": ask.place}
        return await self._deliver(Trigger(run_id, MOVE, payload, trigger_id, run.next_step, sender))

    async def _known_wait(self, definition: Definition | None, run: RunRow, name: str) -> None:
        """Raises `NotFound` for a name that neither the run's definition nor the newest one has."""
        if name.startswith("loopstack."):
            raise NotFound(f"`{name}` is reserved; use the run's own routes (`retry`, `cancel`, …).", code=UNKNOWN)
        if definition is None or name in definition.waits:
            return
        newest = await self._catalogue.newest(run.app, run.workflow)
        if newest is not None and name in newest.waits:
            return
        known = ", ".join(f"`{wait}`" for wait in definition.waits) or "none"
        raise NotFound(f"`{run.workflow}` has no wait transition `{name}`. Known: {known}.", code=UNKNOWN)

    async def _deliver(self, trigger: Trigger) -> Outcome:
        outcome = await self._control.deliver(trigger)
        if isinstance(outcome, Applied):
            return await self._after(trigger.run_id)
        return Outcome(202, _receipt(trigger, outcome))

    async def _applied(self, run_id: str, trigger_id: str) -> bool:
        return await self._control.applied(run_id, trigger_id) is not None

    async def _after(self, run_id: str) -> Outcome:
        return Outcome(200, await self._view.get(run_id))


def _receipt(trigger: Trigger, outcome: Recorded) -> TriggerReceipt:
    if outcome.queued:
        status, sentence = "queued", "Queued. The run takes it in its turn."
    elif outcome.durable:
        status, sentence = "recorded", "Recorded. No worker has taken it yet."
    else:
        status, sentence = "accepted", "A worker has it and is still at it."
    return TriggerReceipt(
        status=status,
        run_id=trigger.run_id,
        transition=trigger.name,
        trigger_id=trigger.id,
        sentence=sentence,
    )
