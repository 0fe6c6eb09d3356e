"""What happens while nobody answers."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.document import DocumentStore
from loopstack_temporal.definition.documents import MessageDocument
from loopstack_temporal.definition.marks import Seconds
from loopstack_temporal.hitl.values import Patience


class Reminded(BaseModel):
    """State of a run that asks: the question itself stands in its arguments."""

    reminders: int = 0


def until_reminder(_state: object, ctx: RunContext[Any]) -> Seconds | None:
    """When to remind, for `after=`."""
    return _patience(ctx).remind_after


def until_expiry(_state: object, ctx: RunContext[Any]) -> Seconds | None:
    """When to give up, for `after=`."""
    return _patience(ctx).expires_after


async def save_reminder(documents: DocumentStore, state: Reminded) -> None:
    """Count one more reminder and show it; there is one document of all of them."""
    state.reminders += 1
    text = f"Still waiting for an answer (reminder {state.reminders})."
    await documents.save(MessageDocument(role="system", text=text), key="reminder")


def nobody_answered(args: Patience) -> str:
    """What is said of a question that expired."""
    return f"Nobody answered within {args.expires_after:g} s."


def _patience(ctx: RunContext[Any]) -> Patience:
    args: Patience = ctx.args
    return args
