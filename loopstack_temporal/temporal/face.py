"""What Temporal Web and the CLI show of a run: current details, search attributes, the query's answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from loopstack_temporal.machine.decisions import RETRY, Await, Decision, Finish, Fire, Parked, RunStatus
from loopstack_temporal.temporal import attributes
from loopstack_temporal.temporal.triggers import Triggers


class Face:
    """The outside of one run on Temporal. Details are free; search attributes cost an event and move only at rests."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.place = "start"

    def moving(self, fire: Fire, step: int) -> None:
        """A step begins."""
        self.place = fire.place
        workflow.set_current_details(f"Running **{fire.transition}** (step {step}) from `{fire.place}`.")

    def resting(self, stay: Await | Parked, step: int, *, index: bool) -> None:
        """The run stands still."""
        self.place = stay.place
        workflow.set_current_details("\n".join(_lines(stay, step)))
        if index:
            waits = [RETRY] if isinstance(stay, Parked) else [fire.transition for fire in stay.waits]
            status: RunStatus = "failed" if isinstance(stay, Parked) else "waiting"
            self._index(attributes.updates(status, stay.place, waits, workflow.now()))

    def paused(self, stay: Await | Parked | Fire, by: str | None, *, index: bool) -> None:
        """Somebody paused the run."""
        self.place = stay.place
        workflow.set_current_details(f"Paused by {by} at `{stay.place}`. Resume it with the signal `loopstack.resume`.")
        if index:
            self._index(attributes.updates("paused", stay.place, [], workflow.now()))

    def ended(self, finish: Finish, *, index: bool) -> None:
        """The run is over."""
        self.place = finish.place
        text = f"Ended: **{finish.status}** at `{finish.place}`."
        workflow.set_current_details(f"{text}\n\n{finish.message}" if finish.message else text)
        if index:
            self._index(attributes.updates(finish.status, finish.place, [], workflow.now()))

    def state(self, stay: Decision | None, triggers: Triggers, *, canceled: bool, paused: bool) -> dict[str, Any]:
        """Place, status, awaited transitions, timers: plain JSON for `temporal workflow query`."""
        resting = isinstance(stay, Await | Parked)
        return {
            "workflow": self.name,
            "status": "paused" if paused and not isinstance(stay, Finish) else _status(stay),
            "place": self.place,
            "step": triggers.step,
            "awaiting": triggers.awaited if resting else [],
            "timers": [
                {"transition": timer.fire.transition, "due": _iso(timer.due)}
                for timer in (stay.timers if isinstance(stay, Await) else ())
            ],
            "kept": len(triggers.kept),
            "cancel_requested": canceled,
            "error": stay.message if isinstance(stay, Parked) else None,
        }

    def _index(self, updates: Sequence[SearchAttributeUpdate[Any]]) -> None:
        info = workflow.info()
        if attributes.APP not in info.typed_search_attributes:  # Started by hand, not by the API.
            updates = [*attributes.belonging(info.task_queue, self.name), *updates]
        workflow.upsert_search_attributes(updates)  # pyright: ignore[reportUnknownMemberType]


def _status(stay: Decision | None) -> RunStatus:
    match stay:
        case None:
            return "pending"
        case Await():
            return "waiting"
        case Parked():
            return "failed"
        case Finish():
            return stay.status
        case _:
            return "running"


def _lines(stay: Await | Parked, step: int) -> list[str]:
    if isinstance(stay, Parked):
        return [
            f"**Failed** at `{stay.place}`: {stay.message}",
            "",
            "Nothing happens until somebody retries: signal or update `loopstack.retry`.",
        ]
    names = ", ".join(f"`{fire.transition}`" for fire in stay.waits)
    lines = [f"Waiting at `{stay.place}` for {names or 'nothing that can arrive'} (step {step})."]
    lines += [f"- `{timer.fire.transition}` fires at {_iso(timer.due)}" for timer in stay.timers]
    return lines


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
