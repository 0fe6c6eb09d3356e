"""Starting, answering and canceling runs over the store and the port to Temporal: the one way for API and programs.

What the committed row can say is said by the row; what only the run's workflow knows is asked of it. Outcomes of the
port become exceptions here, so that whoever asks reads the same words.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NoReturn, cast

from loopstack_temporal.errors import (
    Conflict,
    FieldError,
    InvalidInput,
    NotFound,
    Refusal,
    TemporalRefused,
    TemporalUnreachable,
    TooLarge,
)
from loopstack_temporal.machine.decisions import STOP
from loopstack_temporal.runs import Applied, Recorded, Refused, Runs, Sender, Trigger
from loopstack_temporal.store.records import CatalogueEntry, Ending, IdempotencyKey, RunRow, StepRow
from loopstack_temporal.store.store import Store

log = logging.getLogger("loopstack.runs")

NOT_FOUND = frozenset({"not_found", "run_not_found", "unknown_run", "unknown_transition"})


class Control:
    """Moves runs. Raises refusals of `errors`, and `TemporalUnreachable` for what cannot be kept for later."""

    def __init__(self, store: Store, runs: Runs) -> None:
        self._store = store
        self._runs = runs

    async def row(self, run_id: str) -> RunRow:
        """The stored row. Raises `NotFound` (`run_not_found`)."""
        return await stored_run(self._store, run_id)

    # --- starting ----------------------------------------------------------------------------------------------------

    async def start(self, row: RunRow, key: IdempotencyKey | None = None) -> Literal["started", "unreachable"]:
        """Tell Temporal of a run whose row was just made; `unreachable`: a worker starts it as soon as it can.

        Takes the row back, and `key`, under which it was asked for, when Temporal never takes it: raises `Conflict`
        (`run_exists`), `InvalidInput` (`start_refused`) or `TemporalRefused`.
        """
        outcome = await self._runs.start(row.starting())
        if isinstance(outcome, Refused):
            await self._take_back(row, key, outcome)
            return "started"
        return outcome

    async def _take_back(self, row: RunRow, key: IdempotencyKey | None, refused: Refused) -> None:
        """Remove the row of a run that cannot start, unless it was started after all."""
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

    async def workspace(self, app: str, title: str, user_id: str, workspace_id: str | None) -> str:
        """Where a person's run belongs: as asked, else the first workspace they have in the app, made if need be.

        Raises `NotFound` (`workspace_not_found`) for one that is not there or is somebody else's.
        """
        workspaces = self._store.workspaces
        if workspace_id is None:
            return (await self._store.do(workspaces.first, app, user_id, title)).id
        row = await self._store.do(workspaces.get, workspace_id)
        if row.user_id not in (None, user_id) or row.app not in (None, app):
            raise NotFound(f"there is no workspace {workspace_id!r}", code="workspace_not_found")
        return row.id

    # --- answering ---------------------------------------------------------------------------------------------------

    async def refuse_by_row(self, run: RunRow, name: str, step: int | None, *, queue: bool = False) -> None:
        """Refuse what the committed row shows to be too late or too early; the row is never behind the workflow.

        With `queue` nothing is too early. Raises `Conflict` (`answered`, `run_ended`, `not_awaited`).
        """
        if run.ended_at is not None:
            await self._answered_last(run.id, step)
            raise Conflict(
                f"Run `{run.id}` has ended ({run.status}); nothing is awaited.", code="run_ended", facts={"awaited": ()}
            )
        if step is not None and step < _first_step(run, name):
            await self._over(run, step)
        resting = run.status == "waiting" or run.can_retry
        if resting and not queue and name not in awaited(run) and not _ahead(step, run):
            raise _not_awaited(name, awaited(run))

    async def deliver(self, trigger: Trigger) -> Applied | Recorded:
        """Hand a trigger to the run's workflow. Raises the workflow's refusal, if it has one."""
        outcome = await self._runs.trigger(trigger)
        if isinstance(outcome, Applied):
            return outcome
        # By an earlier try, or while nobody could tell us; a workflow that ended tells nobody any more.
        if (step := await self.applied(trigger.run_id, trigger.id)) is not None:
            return Applied(step, "")
        if isinstance(outcome, Refused):
            await self._refused(trigger, outcome)
        return outcome

    async def applied(self, run_id: str, trigger_id: str) -> int | None:
        """The step that applied a trigger, if one did."""
        return await self._store.do(self._store.inbox.applied_step, run_id, trigger_id)

    async def _over(self, run: RunRow, step: int) -> None:
        """Refuse an answer to a question that is over. While a reminder runs, only the workflow knows whether it is."""
        row = await self._answering(run.id, step)
        if not (run.status == row.status == "running" and row.trigger is None):
            raise _taken(row)

    async def _answering(self, run_id: str, step: int) -> StepRow:
        """The step that was faster. Raises `Conflict` while nobody can say whose it is: taken, but not committed."""
        try:
            return await self._after_reminders(run_id, step)
        except NotFound:
            raise Conflict("Somebody else is answering this step.", code="answered") from None

    async def _after_reminders(self, run_id: str, step: int) -> StepRow:
        """The step that answered or left the place at which somebody saw `step` to come."""
        while True:
            row = (await self._store.do(self._store.steps.get, run_id, step)).row
            if row.trigger is not None or row.to_place != row.from_place:
                return row
            step += 1

    async def _answered_last(self, run_id: str, step: int | None) -> None:
        """Say who was faster if the answer that came too late was to the question that ended the run."""
        if step is None:
            return
        with contextlib.suppress(NotFound):
            row = await self._after_reminders(run_id, step)
            if row.trigger is not None and row.status == "committed":
                raise _taken(row)

    async def _refused(self, trigger: Trigger, refused: Refused) -> NoReturn:
        if refused.code == TemporalUnreachable.code:
            raise TemporalUnreachable("Temporal cannot be reached, so the answer was not sent. Try again in a moment.")
        if refused.code == TemporalRefused.code:
            raise TemporalRefused(f"{refused.message} The answer was not sent.")
        if refused.code == "answered" and trigger.at_step is not None:
            raise _taken(await self._answering(trigger.run_id, trigger.at_step))
        if refused.code == "run_ended":
            await self._answered_last(trigger.run_id, trigger.at_step)
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
            facts["awaited"] = tuple(awaited(await self.row(trigger.run_id)))
        return Conflict(refused.message, code=refused.code, facts=facts)

    # --- stopping ----------------------------------------------------------------------------------------------------

    async def stop(self, run: RunRow, reason: str | None, *, step: int | None, sender: Sender, stop_id: str) -> None:
        """End the step that runs, and not the run; with `step` only that one. Its row tells what came of it.

        Raises `Conflict` (`nothing_runs`, `run_ended`) and `TemporalUnreachable`.
        """
        must_be_open(run)
        if run.status == "waiting" or run.can_retry:
            raise Conflict(f"Run `{run.id}` is {run.status}; no step runs that could be stopped.", code="nothing_runs")
        payload = {"reason": reason} if reason else None
        await self.deliver(Trigger(run.id, STOP, payload, stop_id, step, sender))

    # --- deleting ----------------------------------------------------------------------------------------------------

    async def delete(self, row: RunRow) -> None:
        """Delete an ended run with its descendants.

        Raises `Conflict` (`run_open`) while one of them is open, also if only Temporal has it open.
        """
        if row.ended_at is not None:
            for run_id, temporal_run_id in (await self._store.do(self._store.runs.family, row.id)).items():
                if temporal_run_id is not None:
                    await self._must_be_finished(run_id, temporal_run_id)
        await self._store.do(self._store.runs.delete, row.id)

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

    # --- canceling ---------------------------------------------------------------------------------------------------

    async def cancel(self, row: RunRow, sender: Sender, reason: str | None = None) -> None:
        """Ask a run to stop. Raises `Conflict` (`run_ended`) for one that ended.

        While Temporal is away it raises `TemporalUnreachable`; the row keeps the wish, and a worker repeats it.
        """
        await self._store.do(self._store.runs.request_cancel, row.id, sender.by, reason)
        outcome = await self._runs.cancel(row.id, reason=reason, sender=sender)
        if isinstance(outcome, Refused):
            await self._cancel_without_temporal(row, outcome)

    async def _cancel_without_temporal(self, row: RunRow, refused: Refused) -> None:
        """Temporal took no cancel request: end what it never had. What it had and lost is the reconciler's to end."""
        if refused.code == TemporalUnreachable.code:
            text = "Temporal cannot be reached, so the run was not stopped. A worker stops it when Temporal is back."
            raise TemporalUnreachable(text)
        if refused.code == TemporalRefused.code:
            raise TemporalRefused(f"{refused.message} The run was not stopped.")
        if row.epoch == 0:
            await self._store.do(self._store.runs.end, row.id, 0, Ending("canceled"))
        else:
            log.warning("run %s: Temporal did not take the cancel request: %s", row.id, refused.message)


async def stored_run(store: Store, run_id: str) -> RunRow:
    """The row of a run. Raises `NotFound` (`run_not_found`)."""
    row = await store.do(store.runs.get, run_id)
    if row is None:
        raise NotFound(f"There is no run `{run_id}`.", code="run_not_found")
    return row


def app_with(
    workflow: str, entries: Sequence[CatalogueEntry], app: str | None = None, *, listed_only: bool = False
) -> CatalogueEntry:
    """What new runs of a workflow are made by: `entries` are what workers published of their apps.

    With `listed_only` an app has only the workflows that it lists, and not those they lead to.

    Raises `NotFound` (`unknown_workflow`), and `Conflict` (`ambiguous_workflow`) when several apps with live workers
    (or, without any, several apps) have a workflow of this name and none is chosen.
    """
    names = {entry.app: _workflows(entry.content, listed_only=listed_only) for entry in entries}
    having = [one for one in entries if workflow in names[one.app] and app in (None, one.app)]
    found = [one for one in having if one.live] or having
    if not found:
        known = sorted({name for listed in names.values() for name in listed})
        listed = ", ".join(f"`{one}`" for one in known[:20]) or "none; is a worker running?"
        where = f"App `{app}` has no" if app else "There is no"
        raise NotFound(f"{where} workflow `{workflow}`. Known: {listed}.", code="unknown_workflow")
    if len(found) > 1:
        apps = tuple(sorted(one.app for one in found))
        raise Conflict(
            f"Several apps have a workflow `{workflow}`: name one of them as `app`.",
            code="ambiguous_workflow",
            facts={"apps": apps},
        )
    return found[0]


def _workflows(content: Mapping[str, Any], *, listed_only: bool) -> list[str]:
    known = [one["name"] for one in content["workflows"]]
    listed: Sequence[str] | None = content["app"].get("workflows")
    return known if listed is None or not listed_only else [name for name in known if name in listed]


def must_be_open(run: RunRow) -> None:
    """Raises `Conflict` (`run_ended`)."""
    if run.ended_at is not None:
        raise Conflict(f"Run `{run.id}` has ended ({run.status}).", code="run_ended")


def must_be_retryable(run: RunRow) -> None:
    """Raises `Conflict` (`not_retryable`) unless the run is parked."""
    if not run.can_retry:
        raise Conflict(
            f"Run `{run.id}` is {run.status}; only a failed run that is still open can be retried.",
            code="not_retryable",
        )


def _first_step(run: RunRow, name: str) -> int:
    """The first step number an answer to `name` may name."""
    return next((one.step for one in run.awaiting if one.transition == name and one.step is not None), run.next_step)


def awaited(run: RunRow) -> list[str]:
    """The transitions that somebody outside can set off now."""
    return [one.transition for one in run.awaiting if one.kind != "timer"]


def seen(run: RunRow, name: str) -> int | None:
    """The step that a sender who names none must mean.

    The row shows a wait a moment before the workflow knows of it. With its number the answer is held for that moment,
    without it the workflow would say that nothing is awaited.
    """
    return run.next_step if name in awaited(run) else None


def _taken(row: StepRow) -> Conflict:
    """What the sender of an answer is told whose step is done."""
    facts: dict[str, object] = {"transition": row.transition, "at": row.ended_at or row.started_at}
    if row.trigger is None:
        text = f"The run went on by itself with `{row.transition}`."
    else:
        facts["answered_by"] = row.trigger.by
        text = f"{row.trigger.by} answered `{row.transition}` already."
    return Conflict(text, code="answered", facts=facts)


def _ahead(step: int | None, run: RunRow) -> bool:
    return step is not None and step > run.next_step


def _not_awaited(name: str, names: list[str]) -> Conflict:
    now = ", ".join(f"`{one}`" for one in names) or "nothing from outside"
    return Conflict(
        f"`{name}` is not awaited now; awaited: {now}.", code="not_awaited", facts={"awaited": tuple(names)}
    )


def _fields(facts: Mapping[str, Any]) -> tuple[FieldError, ...]:
    found = cast("list[Mapping[str, Any] | FieldError]", facts.get("fields") or [])
    return tuple(
        one
        if isinstance(one, FieldError)
        else FieldError(tuple(one["path"]), one["message"], one.get("code", "invalid"))
        for one in found
    )
