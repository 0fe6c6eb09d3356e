"""What the next steps of runs begin with, remembered from the commits before them.

Mostly a step comes to the worker that did the step before it, milliseconds later, and would read what was written a
moment ago. So the first attempt of a step that nobody answered may begin without a read. Nothing is taken on trust by
that: whatever happened to the run in between, the claim and the commit look at its row under the lock, as they must
for an attempt that read and was then overtaken.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from loopstack_temporal.execution.values import StepCall
from loopstack_temporal.machine.decisions import Fire
from loopstack_temporal.store.records import Entered

MOST = 100
"""Runs remembered."""

LONGEST = 5.0
"""Seconds after which a run is forgotten: its next step went to another worker."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A step that a run decided on."""

    run_id: str
    temporal_run_id: str
    step: int


class Ahead:
    """Remembers per run. For one event loop."""

    def __init__(self) -> None:
        self._kept: dict[Coming, tuple[Fire, Entered]] = {}
        self._sweeps = False

    def keep(self, coming: Coming, fire: Fire, entered: Entered) -> None:
        """Remember what a step begins with that the run decided on."""
        self._kept[coming] = fire, entered
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]
        if not self._sweeps:
            self._sweeps = True
            asyncio.get_running_loop().call_later(LONGEST, self._sweep, frozenset(self._kept))

    def take(self, call: StepCall) -> Entered | None:
        """What a step begins with, once, if that is known without a read."""
        fire, entered = self._kept.pop(Coming(call.run_id, call.temporal_run_id, call.step), (None, None))
        if fire is None or (fire.transition, fire.place) != (call.transition, call.place):
            return None
        plain = call.attempt == 1 and call.try_no == 1 and call.trigger is None and call.repeats is None
        return entered if plain else None

    def _sweep(self, old: frozenset[Coming]) -> None:
        for coming in old:
            self._kept.pop(coming, None)
        self._sweeps = bool(self._kept)
        if self._kept:
            asyncio.get_running_loop().call_later(LONGEST, self._sweep, frozenset(self._kept))
