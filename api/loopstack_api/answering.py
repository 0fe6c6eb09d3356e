"""Answers and retries: what can be said from SQL at once, what only the run's workflow knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, cast

from loopstack_api.errors import TemporalRefused, TemporalUnreachable
from loopstack_api.idempotency import Outcome
from loopstack_api.schema_check import check
from loopstack_api.views.catalogue import Catalogue, Definition
from loopstack_api.views.runs import RunView
from loopstack_temporal.contracts.runs import RetryRun, TriggerReceipt, TriggerRun
from loopstack_temporal.errors import Conflict, FieldError, InvalidInput, NotFound, Refusal, TooLarge
from loopstack_temporal.runs import Applied, Recorded, Refused, Runs, Sender, Trigger
from loopstack_temporal.store.records import RunRow
from loopstack_temporal.store.store import Store

RETRY = "loopstack.retry"
UNKNOWN = "unknown_transition"

NOT_FOUND = frozenset({"not_found", "run_not_found", "unknown_run", "unknown_transition"})


class Answering:
    """Delivers triggers through the port and turns their outcomes into answers."""

    def __init__(self, store: Store, runs: Runs, catalogue: Catalogue, view: RunView) -> None:
        self._store = store
        self._runs = runs
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
        if first:
            # A repeated request may be in the workflow's hands already, which alone knows: it is asked in any case.
            await self._refuse_by_row(run, name, ask.step)
        if definition is not None:
            check(definition.payload_schema(name, run.place), ask.payload, "payload")
        step = _seen(run, name) if ask.step is None else ask.step
        return await self._deliver(Trigger(run_id, name, ask.payload, trigger_id, step, sender))

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

    async def _refuse_by_row(self, run: RunRow, name: str, step: int | None) -> None:
        """Refuse what the committed row shows to be too late or too early; the row is never behind the workflow."""
        if run.ended_at is not None:
            raise Conflict(
                f"Run `{run.id}` has ended ({run.status}); nothing is awaited.", code="run_ended", facts={"awaited": ()}
            )
        if step is not None and step < run.next_step:
            await self._answered(run.id, step)
        resting = run.status == "waiting" or run.can_retry
        awaited = _awaited(run)
        if resting and name not in awaited and not _ahead(step, run):
            raise _not_awaited(name, awaited)

    async def _answered(self, run_id: str, step: int, message: str | None = None) -> NoReturn:
        """Say who was faster. Raises `Conflict`."""
        try:
            row = (await self._store.do(self._store.steps.get, run_id, step)).row
        except NotFound:
            # Taken, but not committed yet: nobody can say by whom.
            raise Conflict(message or "Somebody else is answering this step.", code="answered") from None
        facts: dict[str, object] = {"transition": row.transition, "at": row.ended_at or row.started_at}
        if row.trigger is None:
            text = f"The run went on by itself with `{row.transition}`."
        else:
            facts["answered_by"] = row.trigger.by
            text = f"{row.trigger.by} answered `{row.transition}` already."
        raise Conflict(message or text, code="answered", facts=facts)

    async def _deliver(self, trigger: Trigger) -> Outcome:
        outcome = await self._runs.trigger(trigger)
        match outcome:
            case Applied():
                return await self._after(trigger.run_id)
            case _ if await self._applied(trigger.run_id, trigger.id):
                # By an earlier try, or while nobody could tell us; a workflow that ended tells nobody any more.
                return await self._after(trigger.run_id)
            case Recorded(durable=durable):
                return Outcome(202, _receipt(trigger, durable))
            case Refused():
                await self._refused(trigger, outcome)

    async def _applied(self, run_id: str, trigger_id: str) -> bool:
        return await self._store.do(self._store.inbox.applied_step, run_id, trigger_id) is not None

    async def _after(self, run_id: str) -> Outcome:
        return Outcome(200, await self._view.get(run_id))

    async def _refused(self, trigger: Trigger, refused: Refused) -> NoReturn:
        if refused.code == TemporalUnreachable.code:
            raise TemporalUnreachable("Temporal cannot be reached, so the answer was not sent. Try again in a moment.")
        if refused.code == TemporalRefused.code:
            raise TemporalRefused(f"{refused.message} The answer was not sent.")
        if refused.code == "answered" and trigger.at_step is not None:
            await self._answered(trigger.run_id, trigger.at_step)
        raise await self._refusal(trigger, refused)

    async def _refusal(self, trigger: Trigger, refused: Refused) -> Refusal:
        """The port's refusal as an exception of ours."""
        if refused.code in NOT_FOUND:
            return NotFound(refused.message, code=refused.code)
        if "fields" in refused.facts or refused.code in ("invalid_payload", "invalid_input"):
            return InvalidInput(refused.message, _fields(refused.facts), code=refused.code)
        if refused.code == "too_large":
            return TooLarge(refused.message)
        facts: dict[str, object] = dict(refused.facts)
        if refused.code == "not_awaited" and "awaited" not in facts:
            row = await self._view.row(trigger.run_id)
            facts["awaited"] = tuple(_awaited(row))
        return Conflict(refused.message, code=refused.code, facts=facts)


def _awaited(run: RunRow) -> list[str]:
    """The transitions that somebody outside can set off now."""
    return [one.transition for one in run.awaiting if one.kind != "timer"]


def _seen(run: RunRow, name: str) -> int | None:
    """The step that a sender who names none must mean.

    The row shows a wait a moment before the workflow knows of it. With its number the answer is held for that moment,
    without it the workflow would say that nothing is awaited.
    """
    return run.next_step if name in _awaited(run) else None


def _ahead(step: int | None, run: RunRow) -> bool:
    return step is not None and step > run.next_step


def _not_awaited(name: str, awaited: list[str]) -> Conflict:
    now = ", ".join(f"`{one}`" for one in awaited) or "nothing from outside"
    return Conflict(
        f"`{name}` is not awaited now; awaited: {now}.", code="not_awaited", facts={"awaited": tuple(awaited)}
    )


def _receipt(trigger: Trigger, durable: bool) -> TriggerReceipt:
    sentence = "Recorded. No worker has taken it yet." if durable else "A worker has it and is still at it."
    return TriggerReceipt(
        status="recorded" if durable else "accepted",
        run_id=trigger.run_id,
        transition=trigger.name,
        trigger_id=trigger.id,
        sentence=sentence,
    )


def _fields(facts: Mapping[str, Any]) -> tuple[FieldError, ...]:
    found = cast("list[Mapping[str, Any] | FieldError]", facts.get("fields") or [])
    return tuple(
        one
        if isinstance(one, FieldError)
        else FieldError(tuple(one["path"]), one["message"], one.get("code", "invalid"))
        for one in found
    )
