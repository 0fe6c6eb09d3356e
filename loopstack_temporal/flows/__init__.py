"""Workflows that come with the framework: many child runs at once, or one after the other.

They are written with what every author has, and nothing below knows of them. Ask for one like for any child
workflow: `fan_out: FanOut`.
"""

from __future__ import annotations

from loopstack_temporal.flows.fan_out import FanOut
from loopstack_temporal.flows.items import ChildItem, FanOutArgs, Mode, SequenceArgs
from loopstack_temporal.flows.outcomes import FanOutResult, Outcome, SequenceResult
from loopstack_temporal.flows.sequence import Sequence

__all__ = [
    "ChildItem",
    "FanOut",
    "FanOutArgs",
    "FanOutResult",
    "Mode",
    "Outcome",
    "Sequence",
    "SequenceArgs",
    "SequenceResult",
]
