"""What crosses the border between the twin's workflows and its activities."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class RunInput:
    """Arguments of a run."""

    run_id: str
    steps: int = 1
    documents: int = 0
    done: int = 0
    """Steps that an earlier history of the same run did."""


@dataclass
class StepInput:
    """One step."""

    run_id: str
    step: int
    place: str
    to: str
    documents: int = 0
    last: bool = False
    answer_id: str | None = None
    n: int | None = None


@dataclass
class StepDone:
    """The step committed; the run is at `place`."""

    step: int
    place: str


@dataclass
class Answer:
    """A person's answer. `id` is the same for every repetition of one click."""

    id: str
    n: int
