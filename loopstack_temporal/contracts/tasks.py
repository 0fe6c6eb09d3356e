"""Tasks: everything that waits for a person, over all runs."""

from loopstack_temporal.contracts.base import Answer
from loopstack_temporal.contracts.runs import Awaiting, RunSummary


class Origin(Answer):
    """The run that people know: the first ancestor of the one that asks."""

    id: str
    workflow: str
    workflow_title: str
    title: str | None
    number: int


class Task(Answer):
    """One open question."""

    id: str
    run: RunSummary
    origin: Origin | None
    """Null: `run` has no parent."""
    awaiting: Awaiting


class TaskPage(Answer):
    """A page of tasks, the longest waiting first."""

    items: tuple[Task, ...]
    cursor: str | None
    count: int
    """How many runs wait for a person in all."""
