"""Pause and resume: a person stops a run from starting further steps, and lets it go on."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import workflow

from loopstack_temporal.machine.decisions import PAUSE
from loopstack_temporal.temporal import messages as msg
from loopstack_temporal.temporal.commands import Commands
from loopstack_temporal.temporal.messages import Received, Rejection
from loopstack_temporal.temporal.triggers import ENDED, Triggers


class Pause:
    """Whether the run is paused, and by whom. It is written to the row at once, while a step may still run."""

    def __init__(self, commands: Commands, triggers: Triggers, by: str | None) -> None:
        self.by = by
        self.said = 0
        """How often this Temporal run said that it is paused or goes on."""
        self._commands = commands
        self._triggers = triggers
        self._writing = asyncio.Lock()

    @property
    def on(self) -> bool:
        """Whether the run is paused."""
        return self.by is not None

    def refusal(self, received: Received) -> Rejection | None:
        """Why a pause or resume makes no sense now."""
        if self._triggers.phase == "ended":
            return ENDED
        if (received.name == PAUSE) == self.on:
            state = "paused already" if self.on else "not paused"
            return Rejection(code="no_effect", message=f"The run is {state}.")
        return None

    async def ask(self, received: Received) -> dict[str, Any]:
        """Pause or resume, and write it down. Asking for what is so already changes nothing."""
        if self.refusal(received) is None:
            self.by = received.by if received.name == PAUSE else None
            self.said += 1
            # The row is written by `open` first; and of two who ask at once, the later one has the last word.
            await workflow.wait_condition(lambda: self._triggers.phase != "opening")
            async with self._writing:
                before = self._triggers.next_step
                written = msg.PauseInput(paused=self.on, by=received.by, number=self.said, step=before)
                self.heard(await self._commands.housekeeping(PAUSE, written, msg.NoteResult))
        return {"paused": self.on}

    def heard(self, told: msg.NoteResult) -> None:
        """A run whose row has ended does not stand still: its last local steps are told to it once more."""
        if told.ended:
            self.by = None
