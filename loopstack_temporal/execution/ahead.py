"""What the next steps of runs begin with, remembered from the commits before them.

Mostly a step comes to the worker that did the step before it, milliseconds later, and would read what was written a
moment ago. So the first attempt of a step that nobody answered may begin without a read. Nothing is taken on trust by
that: whatever happened to the run in between, the claim and the commit look at its row under the lock, as they must
for an attempt that read and was then overtaken.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from loopstack_temporal.execution.values import StepCall
from loopstack_temporal.machine.decisions import Fire
from loopstack_temporal.store.records import Entered

MOST = 100
"""Runs remembered."""

LONGEST = 5.0
"""Seconds after which that is worth nothing: by then somebody else may have done the step."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A step that a run decided on."""

    run_id: str
    temporal_run_id: str
    step: int


class Ahead:
    """Remembers per run. For one event loop."""

    def __init__(self) -> None:
        self._kept: dict[Coming, _Kept] = {}

    def keep(self, coming: Coming, fire: Fire, entered: Entered) -> None:
        """Remember what a step begins with that the run decided on."""
        now = time.monotonic()
        self._kept[coming] = _Kept(fire, entered, now)
        while len(self._kept) > MOST or next(iter(self._kept.values())).since < now - LONGEST:
            del self._kept[next(iter(self._kept))]

    def take(self, call: StepCall) -> Entered | None:
        """What a step begins with, once, if that is known without a read."""
        kept = self._kept.pop(Coming(call.run_id, call.temporal_run_id, call.step), None)
        if kept is None or (kept.fire.transition, kept.fire.place) != (call.transition, call.place):
            return None
        first = call.attempt == 1 and call.try_no == 1 and call.trigger is None and call.repeats is None
        return kept.entered if first and kept.since >= time.monotonic() - LONGEST else None


@dataclass(frozen=True, slots=True)
class _Kept:
    fire: Fire
    entered: Entered
    since: float
