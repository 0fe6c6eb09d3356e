"""What happened to a run beside its steps: answers that came early or were refused, and resets from outside."""

from typing import Literal

from loopstack_temporal.contracts.base import Answer, Time


class Mark(Answer):
    """One such moment, as far back as events are kept."""

    kind: Literal["kept", "rejected", "rewound"]
    rev: int
    """The run's gapless event number; orders marks and tells them apart."""
    at: Time
    transition: str | None
    """What was answered; null for a reset."""
    title: str | None
    by: str | None
    channel: str | None
    message: str | None
    """Why an answer was refused."""
    step: int | None
    """For a reset: the first step that it made void."""


class MarkList(Answer):
    """Marks in the order in which they happened."""

    items: tuple[Mark, ...]
