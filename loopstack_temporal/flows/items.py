"""What a fan-out or a sequence is asked to do."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.definition.session import Show
from loopstack_temporal.definition.workflow import BaseWorkflow

Mode = Literal["all", "allSettled"]
"""`all`: the first failure stops the rest; `allSettled`: every child runs to its end."""

_A = TypeVar("_A")


class ChildItem(BaseModel):
    """One child run: a workflow of the same app by its name, and its arguments."""

    model_config = ConfigDict(extra="forbid")

    workflow: str = Field(min_length=1)
    args: Any = None
    """A mapping, or an instance of the workflow's own type; `None`: no arguments."""
    label: str | None = None
    """Title of the run; in a list also the key of its outcome."""
    show: Show = "inline"
    """How the run appears in the feed of the fan-out or sequence."""
    config: Any = None
    """Of the workflow's `config_schema=`, as an instance or a mapping."""

    @classmethod
    def of(
        cls,
        workflow: type[BaseWorkflow[_A, Any, Any]],
        args: _A | None = None,
        *,
        label: str | None = None,
        show: Show = "inline",
        config: object = None,
    ) -> Self:
        """The same with the class instead of its name, so that type checkers see the arguments."""
        return cls(workflow=definition_of(workflow).name, args=args, label=label, show=show, config=config)


class FlowArgs(BaseModel):
    """What fan-out and sequence have in common."""

    model_config = ConfigDict(extra="forbid")

    items: list[ChildItem] | dict[str, ChildItem]
    """A list, whose outcomes come as a list, or a mapping, whose outcomes have the same keys."""
    mode: Mode = "all"

    @field_validator("items")
    @classmethod
    def _keys_differ(cls, items: list[ChildItem] | dict[str, ChildItem]) -> list[ChildItem] | dict[str, ChildItem]:
        twice = [key for key, count in Counter(key for key, _ in _keyed(items)).items() if count > 1]
        if twice:
            raise ValueError(f"two items have the key {twice[0]!r}; give each its own `label`")
        return items

    def entries(self) -> list[tuple[str, ChildItem]]:
        """The items in their order, each with its key: of the mapping, else its label, else its place as text."""
        return _keyed(self.items)


class FanOutArgs(FlowArgs):
    """Arguments of `FanOut`."""

    concurrency: int | None = Field(default=None, ge=1)
    """How many children run at the same time; `None`: all of them."""


class SequenceArgs(FlowArgs):
    """Arguments of `Sequence`."""


def _keyed(items: list[ChildItem] | dict[str, ChildItem]) -> list[tuple[str, ChildItem]]:
    if isinstance(items, dict):
        return list(items.items())
    return [(item.label or str(place), item) for place, item in enumerate(items)]
