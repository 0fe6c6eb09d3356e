"""Where signals and updates of one run arrive. Handlers raise nothing but typed refusals: no sender can break a run."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from temporalio import workflow

from loopstack_temporal.machine.decisions import report_of
from loopstack_temporal.temporal import failures
from loopstack_temporal.temporal.commands import Commands
from loopstack_temporal.temporal.messages import NOTE, Ended, NoteInput, NoteResult, Received, Rejection
from loopstack_temporal.temporal.triggers import Triggers

LAST_NOTES = "loopstack.last-notes"
"""Marks histories in which nothing that came too late for its run is left without a note."""


class Mailbox:
    """Hands messages to the trigger rules, and tells the senders of updates what became of them."""

    def __init__(self, triggers: Triggers, commands: Commands) -> None:
        self._triggers = triggers
        self._commands = commands
        self.ended: set[str] = set()
        """Child runs that reported their end to this Temporal run."""

    def signal(self, received: Received) -> None:
        """A signal arrived. Never raises, never waits."""
        self._triggers.offer_signal(received)

    def report(self, payload: Any) -> None:
        """A child run says that it has ended; what is no such report is ignored."""
        try:
            told = Ended.model_validate(payload)
        except ValidationError:
            return
        self.ended.add(told.child_id)
        if told.callback:
            name, child = told.callback, told.child_id
            self._triggers.offer_signal(
                Received(
                    id=report_of(child, name),
                    name=name,
                    payload={"child_id": child},
                    by=child,
                    channel="child",
                    reports=child,
                )
            )

    def validate(self, received: Received) -> None:
        """Refuse an update that cannot be accepted now. A refused update leaves nothing in history."""
        failures.refuse(self._triggers.refusal(received))

    async def update(self, received: Received) -> dict[str, Any]:
        """An accepted update: returns once its step committed, raises the typed refusal otherwise."""
        triggers, name = self._triggers, received.id
        triggers.offer_update(received)
        await workflow.wait_condition(lambda: not triggers.will_settle(name))
        settled = triggers.outcome(name)
        if settled is None:
            return {"repeated": True}
        failures.refuse(settled.refused)
        if settled.queued:
            if received.queue:  # People see it at once, and not only when the step in flight has ended.
                await self.write_notes()
            return {"queued": True}
        return {"step": settled.step, "place": settled.place}

    async def write_notes(self) -> None:
        """Write kept and refused triggers to SQL, so that people see them and the carry stays small."""
        triggers = self._triggers
        while notes := triggers.take_notes():
            asked = NoteInput(notes=notes, step=None if triggers.phase == "ended" else triggers.step)
            result = await self._commands.housekeeping(NOTE, asked, NoteResult)
            triggers.stored([note.received.id for note in notes], result.unknown)

    async def write_last_notes(self, rejection: Rejection) -> None:
        """Write down what was in hand when the run ended, and what came after that: it is refused."""
        while self._triggers.has_late and workflow.patched(LAST_NOTES):
            self._triggers.drop_late(rejection)
            await self.write_notes()
