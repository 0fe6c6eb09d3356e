"""What crosses the border between the twin's workflows and its activities."""

from pydantic import BaseModel


class RunInput(BaseModel):
    """Arguments of a run."""

    run_id: str
    steps: int = 1
    documents: int = 0
    done: int = 0
    """Steps that an earlier history of the same run did."""


class StepInput(BaseModel):
    """One step."""

    run_id: str
    step: int
    place: str
    to: str
    documents: int = 0
    last: bool = False
    children: tuple[str, ...] = ()
    """Runs that the step creates."""
    answer_id: str | None = None
    n: int | None = None


class StepDone(BaseModel):
    """The step committed; the run is at `place`."""

    step: int
    place: str


class Answer(BaseModel):
    """A person's answer. `id` is the same for every repetition of one click."""

    id: str
    n: int
