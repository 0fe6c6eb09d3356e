"""The first look at everything: counts and what is new."""

from loopstack_temporal.contracts.base import Answer, RunStatus
from loopstack_temporal.contracts.runs import RunSummary


class RunCounts(Answer):
    """How many runs there are, children not counted as runs of their own."""

    total: int
    statuses: dict[RunStatus, int]
    """A number for every status."""


class Dashboard(Answer):
    """Runs by status, the newest runs and the newest failures, in one call."""

    overall: RunCounts
    workspace: RunCounts | None
    """The counts of the workspace that was asked for."""
    recent: tuple[RunSummary, ...]
    """The newest runs, of the workspace if one was asked for."""
    errors: tuple[RunSummary, ...]
    """The newest runs that stand with an error, likewise."""
