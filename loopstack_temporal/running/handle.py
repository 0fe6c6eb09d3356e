"""A run as the program that started it sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Generic, cast
from uuid import uuid4

from pydantic_core import to_jsonable_python
from typing_extensions import TypeVar

from loopstack_temporal.control import Control, seen
from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.machine.decisions import RunStatus
from loopstack_temporal.running.outcome import RunOutcome, outcome_of, result_of
from loopstack_temporal.runs import Applied, Recorded, Sender, Trigger
from loopstack_temporal.store.records import RunRow

R = TypeVar("R", default=Any)

_FIRST_LOOK, _LAST_LOOK = 0.02, 0.5
"""Seconds between two looks at the row: soon in the beginning, seldom in a long run."""

_OVER = frozenset({"completed", "failed", "canceled"})
_AT_REST = _OVER | {"waiting", "paused"}


class RunHandle(Generic[R]):
    """One run. Waiting looks at its row and wakes no worker; use `asyncio.timeout` to wait for a limited time."""

    def __init__(self, control: Control, definition: WorkflowDefinition, run_id: str, sender: Sender) -> None:
        self.run_id = run_id
        self._control = control
        self._definition = definition
        self._sender = sender

    def __repr__(self) -> str:
        return f"RunHandle({self._definition.name!r}, {self.run_id!r})"

    async def status(self) -> RunStatus:
        """The status people see now. Raises `NotFound` for a run that was deleted."""
        return (await self._control.row(self.run_id)).status

    async def outcome(self) -> RunOutcome[R]:
        """How the run stands now."""
        return outcome_of(self._definition, await self._control.row(self.run_id))

    async def wait(self) -> RunOutcome[R]:
        """How the run stands once it has ended, waits for somebody or failed."""
        return outcome_of(self._definition, await self._until(lambda row: row.status in _AT_REST))

    async def result(self) -> R:
        """The result, as soon as the run is completed.

        Raises `RunCanceled`, and `RunFailed` also for a run that is parked: nobody but a retry would move it.
        """
        row = await self._until(lambda row: row.status in _OVER)
        return cast("R", result_of(self._definition, row))

    async def trigger(self, name: str, payload: object = None, *, queue: bool = False) -> Applied | Recorded:
        """Answer a wait: `Applied` when its step committed, `Recorded` when that is not known yet.

        With `queue` an answer that is not awaited now is kept for its turn; those of early waits always are.

        Raises `Conflict` (`not_awaited`, `answered`, `run_ended`), `InvalidInput` (`invalid_payload`), `NotFound` and
        `TemporalUnreachable`; then nothing has changed.
        """
        row = await self._control.row(self.run_id)
        queue = queue or any(one.early and one.name == name for one in self._definition.transitions)
        await self._control.refuse_by_row(row, name, None, queue=queue)
        data, step = to_jsonable_python(payload, by_alias=True), seen(row, name)
        ahead = queue and step is None
        return await self._control.deliver(
            Trigger(self.run_id, name, data, uuid4().hex, step, self._sender, queue=ahead)
        )

    async def stop(self, reason: str | None = None) -> None:
        """End the step that runs, and not the run: it goes to `stopped_to` or the error place, or parks.

        Raises `Conflict` (`nothing_runs`, also when the step ended first, and `run_ended`) and `TemporalUnreachable`.
        """
        row = await self._control.row(self.run_id)
        await self._control.stop(row, reason, step=None, sender=self._sender, stop_id=uuid4().hex)

    async def cancel(self, reason: str | None = None) -> None:
        """Ask the run to stop; `result` and `wait` tell when it did. Nothing happens to one that was canceled.

        Raises `Conflict` (`run_ended`) and `TemporalUnreachable`.
        """
        row = await self._control.row(self.run_id)
        if row.status != "canceled":
            await self._control.cancel(row, self._sender, reason)

    async def _until(self, enough: Callable[[RunRow], bool]) -> RunRow:
        pause = _FIRST_LOOK
        while not enough(row := await self._control.row(self.run_id)):
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LAST_LOOK)
        return row
