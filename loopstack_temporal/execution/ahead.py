"""What the next steps of runs begin with, remembered from the commits before them.

Mostly a step comes to the worker that did the step before it, milliseconds later, and would read what was written a
moment ago. So the first attempt of a step that nobody answered may begin without a read. Nothing is taken on trust by
that: whatever happened to the run in between, the claim and the commit look at its row under the lock, as they must
for an attempt that read and was then overtaken.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pydantic_core import PydanticSerializationError, to_json

from loopstack_temporal.execution.values import StepCall
from loopstack_temporal.machine.decisions import Fire
from loopstack_temporal.store.records import Entered

MOST = 100
"""Runs remembered."""

MOST_BYTES = 32 * 1024 * 1024
"""Of their states and results as JSON; a state may have eight mebibytes."""

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
        self._bytes = 0

    def keep(self, coming: Coming, fire: Fire, entered: Entered) -> None:
        """Remember what a step begins with that the run decided on."""
        now, size = _now(), _size(entered)
        self._drop(coming)
        if size > MOST_BYTES:
            return
        self._kept[coming] = _Kept(fire, entered, now, size)
        self._bytes += size
        while self._is_full() or next(iter(self._kept.values())).since < now - LONGEST:
            self._drop(next(iter(self._kept)))

    def take(self, call: StepCall) -> Entered | None:
        """What a step begins with, once, if that is known without a read."""
        kept = self._drop(Coming(call.run_id, call.temporal_run_id, call.step))
        if kept is None or (kept.fire.transition, kept.fire.place) != (call.transition, call.place):
            return None
        first = call.attempt == 1 and call.try_no == 1 and call.trigger is None and call.repeats is None
        return kept.entered if first and kept.since >= _now() - LONGEST else None

    def _is_full(self) -> bool:
        return len(self._kept) > MOST or self._bytes > MOST_BYTES

    def _drop(self, coming: Coming) -> _Kept | None:
        kept = self._kept.pop(coming, None)
        if kept is not None:
            self._bytes -= kept.size
        return kept


@dataclass(frozen=True, slots=True)
class _Kept:
    fire: Fire
    entered: Entered
    since: float
    size: int


def _now() -> float:
    return asyncio.get_running_loop().time()


def _size(entered: Entered) -> int:
    """The length of its state and result as JSON; one that cannot be measured is not worth remembering."""
    if entered.checkpoint is None:
        return 0
    try:
        return len(to_json([entered.checkpoint.state, entered.checkpoint.result]))
    except PydanticSerializationError:  # Half a character, say, which JSON can hold in another way.
        return MOST_BYTES + 1
