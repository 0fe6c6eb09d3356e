"""How far a fan-out or a sequence has come. Plain values; both workflows keep one as their state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from loopstack_temporal.definition.context import TransitionInput
from loopstack_temporal.flows.items import ChildItem, FlowArgs
from loopstack_temporal.flows.outcomes import FlowResult, Outcome, OutcomeStatus

KEY = "key"
"""Where a child's metadata says which item it is."""

_R = TypeVar("_R", bound=FlowResult)


class Progress(BaseModel):
    """The state of the run."""

    pending: dict[str, str] = {}
    """Key → run of each child that was started and has not reported."""
    outcomes: dict[str, Outcome] = {}
    stopped: bool = False
    """A failure was enough: nothing is started any more."""

    def unstarted(self, args: FlowArgs) -> list[tuple[str, ChildItem]]:
        """The items whose turn is still to come; none once it was stopped."""
        if self.stopped:
            return []
        return [(key, item) for key, item in args.entries() if key not in self.pending and key not in self.outcomes]

    def took(self, report: TransitionInput[Any]) -> OutcomeStatus | None:
        """Note how a child ended and give its status; `None` for a child nobody waits for, which changes nothing."""
        key = str(report.meta.get(KEY))
        if self.pending.get(key) != report.run_id:
            return None
        del self.pending[key]
        outcome = Outcome(key=key, status=report.status, data=report.data_or_none, run_id=report.run_id)
        if report.status == "canceled" and self.stopped:
            outcome.error = "A sibling's failure canceled this child."
        elif report.has_error:
            outcome.error = report.error_message or f"The child run is {report.status}."
        self.outcomes[key] = outcome
        return outcome.status

    def result(self, args: FlowArgs, kind: Callable[..., _R]) -> _R:
        """Every item's outcome, in the form in which the items were given."""
        found = [
            self.outcomes.get(key)
            or Outcome(key=key, status="skipped", error="An earlier item failed, so this one was not started.")
            for key, _ in args.entries()
        ]
        errors = sum(one.status != "completed" for one in found)
        results = {one.key: one for one in found} if isinstance(args.items, dict) else found
        return kind(results=results, has_errors=errors > 0, error_count=errors)
