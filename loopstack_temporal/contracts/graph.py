"""The state machine as a picture."""

from typing import Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from loopstack_temporal.contracts.base import Answer

PlaceKind = TypeAliasType("PlaceKind", Literal["start", "normal", "wait", "end"])
EdgeKind = TypeAliasType("EdgeKind", Literal["automatic", "wait", "timer", "error", "retry", "stop"])


class GraphPlace(Answer):
    """One place. `wait`: at least one wait transition leaves it."""

    name: str
    kind: PlaceKind
    visits: int
    """How often the run stood here; 0 without a run."""
    live: bool
    """The run stands here now."""


class GraphEdge(Answer):
    """One edge. A transition with an error place, a retry target or a `stopped_to` has an edge of its own for each."""

    id: str
    """Unique within the graph."""
    transition: str
    title: str
    from_: str = Field(validation_alias="from", serialization_alias="from")
    to: str
    kind: EdgeKind
    guard: str | None
    priority: int | None
    after: float | None
    """Seconds, for a timer."""
    attempts: int
    """Tries allowed in all."""
    taken: int
    """How often the run went this way."""
    last_step: int | None
    live: bool
    """The run is on this edge now."""


class Graph(Answer):
    """Places in order of declaration, `start` first; the run's own definition, however old it is."""

    workflow: str
    hash: str
    places: tuple[GraphPlace, ...]
    edges: tuple[GraphEdge, ...]
    place: str | None
    """Where the run stands; null without a run."""
