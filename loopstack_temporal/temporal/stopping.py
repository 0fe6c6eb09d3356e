"""Stop: a person ends the step in flight, and the run goes on from where its author or a retry takes it."""

from __future__ import annotations

from typing import Any

from temporalio import workflow

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.temporal import messages as msg
from loopstack_temporal.temporal.commands import Commands
from loopstack_temporal.temporal.messages import Received, Rejection
from loopstack_temporal.temporal.triggers import ENDED, Triggers

_NOTHING = Rejection(
    code="nothing_runs",
    message="No step runs that could be stopped. Short local steps (`execution='local'`) end by themselves.",
)
_LATE = Rejection(code="nothing_runs", message="The step had ended by itself before it could be stopped.")


class Stop:
    """Who wants the step in flight to end.

    A local step cannot be stopped: it is part of the workflow task that would have to hear of the stop, and ends within
    seconds. Once it runs as a regular activity it can.
    """

    def __init__(self, commands: Commands, triggers: Triggers) -> None:
        self._commands = commands
        self._triggers = triggers
        self._asked: list[Received] = []

    @property
    def wanted(self) -> msg.Stop | None:
        """Who was the first to stop the step in flight; `None`: nobody."""
        return _told(self._asked[0]) if self._asked else None

    def refusal(self, received: Received) -> Rejection | None:
        """Why there is nothing to stop now."""
        if self._triggers.outcome(received.id):
            return None  # The same click again: it is told what became of the first.
        if self._triggers.phase == "ended":
            return ENDED
        if self._commands.in_flight is None:
            return _NOTHING
        step = received.at_step if received.at_step is not None else mapping_of(received.payload).get("at_step")
        return _LATE if isinstance(step, int) and step != self._triggers.step else None

    async def ask(self, received: Received) -> dict[str, Any] | Rejection:
        """Stop the step in flight; answers when it is over: where the run stands, or why nothing was stopped."""
        triggers = self._triggers
        if triggers.is_new(received):
            if refused := self.refusal(received):
                triggers.refuse(received, refused)
            else:
                self._asked.append(received)
                self._commands.interrupt()
        await workflow.wait_condition(lambda: received.id not in {one.id for one in self._asked})
        settled = triggers.outcome(received.id)
        if settled is None:
            return {"repeated": True}
        return settled.refused or {"step": settled.step, "place": settled.place}

    def over(self, place: str, *, closed: bool) -> None:
        """The step in flight has ended: `closed` by the stop, or by itself, and then the stop came too late."""
        asked, self._asked = self._asked, []
        for received in asked:
            if closed:
                self._triggers.done(received, place)
            else:
                self._triggers.refuse(received, _LATE)


def _told(received: Received) -> msg.Stop:
    facts = mapping_of(received.payload)
    by, reason = facts.get("by"), facts.get("reason")
    named = isinstance(by, str) and by and received.by == "local"
    return msg.Stop(by=str(by)[:200] if named else received.by, reason=str(reason)[:2_000] if reason else None)
