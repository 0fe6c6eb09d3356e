"""Where signals and updates of one run arrive. Handlers raise nothing but typed refusals: no sender can break a run."""

from __future__ import annotations

from typing import Any

from temporalio import workflow

from loopstack_temporal.temporal import failures
from loopstack_temporal.temporal.messages import Received, Rejection
from loopstack_temporal.temporal.triggers import Triggers


class Mailbox:
    """Hands messages to the trigger rules, and tells the senders of updates what became of them."""

    def __init__(self, triggers: Triggers) -> None:
        self._triggers = triggers

    def signal(self, received: Received) -> None:
        """A signal arrived. Never raises, never waits."""
        self._triggers.offer_signal(received)

    def refuse_signal(self, received: Received, rejection: Rejection) -> None:
        """A signal that goes no further: it is written down with the reason."""
        self._triggers.refuse_signal(received, rejection)

    def validate(self, received: Received) -> None:
        """Refuse an update that cannot be accepted now. A refused update leaves nothing in history."""
        failures.refuse(self._triggers.refusal(received))

    async def update(self, received: Received) -> dict[str, Any]:
        """An accepted update: returns once its step committed, raises the typed refusal otherwise."""
        triggers, name = self._triggers, received.id
        triggers.offer_update(received)
        # A signal with this id may be kept for weeks; an update open so long would forbid to continue as new.
        await workflow.wait_condition(
            lambda: triggers.outcome(name) is not None or triggers.is_kept(name) or not triggers.is_open(name)
        )
        settled = triggers.outcome(name)
        if settled is None:
            return {"repeated": True}
        failures.refuse(settled.refused)
        return {"step": settled.step, "place": settled.place}
