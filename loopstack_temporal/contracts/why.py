"""The one true sentence about a run, in parts that a reader can make tick and click."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from loopstack_temporal.contracts.base import Answer, Time


class TextPart(Answer):
    """Plain words."""

    kind: Literal["text"] = "text"
    text: str


class TimePart(Answer):
    """A moment, to be shown in the reader's zone. `relative`: as the time left or gone by."""

    kind: Literal["time"] = "time"
    text: str
    at: Time
    relative: bool = False


class DurationPart(Answer):
    """A length of time in seconds. With `since` it still grows."""

    kind: Literal["duration"] = "duration"
    text: str
    seconds: float
    since: Time | None = None


class PersonPart(Answer):
    """A person."""

    kind: Literal["person"] = "person"
    text: str
    id: str


class RunPart(Answer):
    """Another run."""

    kind: Literal["run"] = "run"
    text: str
    run_id: str


class TransitionPart(Answer):
    """A transition of this run."""

    kind: Literal["transition"] = "transition"
    text: str
    name: str


class PlacePart(Answer):
    """A place of this run."""

    kind: Literal["place"] = "place"
    text: str
    name: str


class ErrorPart(Answer):
    """An error message."""

    kind: Literal["error"] = "error"
    text: str
    code: str


Part = TypeAliasType(
    "Part",
    Annotated[
        TextPart | TimePart | DurationPart | PersonPart | RunPart | TransitionPart | PlacePart | ErrorPart,
        Field(discriminator="kind"),
    ],
)

WhyCode = TypeAliasType(
    "WhyCode",
    Literal[
        "not_started",
        "running",
        "no_worker",
        "retry",
        "person",
        "person_overdue",
        "timer",
        "signal",
        "child",
        "paused",
        "canceling",
        "failed",
        "ended_failed",
        "completed",
        "canceled",
    ],
)
ActionCode = TypeAliasType("ActionCode", Literal["answer", "retry", "cancel", "resume", "rerun"])


class WhyAction(Answer):
    """Something a person can do about it."""

    code: ActionCode
    transition: str | None = None


class Why(Answer):
    """What a run is waiting for or doing, since when, and what happens next."""

    code: WhyCode
    text: str
    """All parts as one text; moments in UTC."""
    parts: tuple[Part, ...]
    since: Time | None
    until: Time | None
    actions: tuple[WhyAction, ...]
