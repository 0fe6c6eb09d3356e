"""What a fan-out or a sequence tells its parent: models that fit a callback's `payload`."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, TypeAdapter

from loopstack_temporal.errors import ChildFailed

OutcomeStatus = Literal["completed", "failed", "canceled", "skipped"]

_T = TypeVar("_T")


class Outcome(BaseModel):
    """How one child ended."""

    key: str
    status: OutcomeStatus
    """`skipped`: it was never started, because another one failed before."""
    data: Any = None
    """The child's result, when it completed."""
    error: str | None = None
    """Why there is no result."""
    run_id: str | None = None
    """The child run, if there was one."""

    def data_as(self, type_: type[_T]) -> _T:
        """The result as a type.

        Raises `ChildFailed` when the child did not complete, and pydantic's `ValidationError` for another type.
        """
        if self.status != "completed":
            raise ChildFailed(f"`{self.key}` is {self.status}: {self.error}; look at `status` before `data_as`")
        return TypeAdapter(type_).validate_python(self.data)


class FlowResult(BaseModel):
    """The outcomes of all items."""

    results: list[Outcome] | dict[str, Outcome]
    """In the form in which the items were given, in their order."""
    has_errors: bool = False
    error_count: int = 0
    """How many items did not complete."""

    def outcomes(self) -> list[Outcome]:
        """The outcomes in the order of the items, whichever form they have."""
        return list(self.results.values()) if isinstance(self.results, dict) else self.results

    def __getitem__(self, key: str) -> Outcome:
        """The outcome of one item, by its key. Raises `KeyError`."""
        found = next((one for one in self.outcomes() if one.key == key), None)
        if found is None:
            raise KeyError(key)
        return found


class FanOutResult(FlowResult):
    """Result of `FanOut`."""


class SequenceResult(FlowResult):
    """Result of `Sequence`."""
