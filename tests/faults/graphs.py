"""Random small workflows as plain values, and the model that says which walks through them are legal."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

END = "end"


@dataclass(frozen=True, slots=True)
class Edge:
    """One transition. Its body saves documents, asks for children, fails so often, and notes itself in the state."""

    name: str
    from_: str
    to: str
    wait: bool = False
    heard: bool = False
    """A wait that children answer."""
    guard: tuple[int, int] | None = None
    """Divisor and remainder of the length of the trail; a divisor of 0: the trail is at least that long."""
    after: float | None = None
    priority: int | None = None
    failures: int = 0
    attempts: int = 0
    delay: float = 0.0
    error_place: str | None = None
    target: str | None = None
    documents: tuple[str | None, ...] = ()
    calls: tuple[bool, ...] = ()
    """Calls to the outside world, and whether each may be repeated."""
    together: bool = False
    """Whether they are made side by side."""
    local: bool = False
    """Runs within the workflow task, if it makes no calls."""
    children: int = 0
    asks: str = ""
    """The workflow of the children."""
    seconds: float = 0.0

    def open(self, trail: Sequence[str]) -> bool:
        """What its guard says."""
        if self.guard is None:
            return True
        divisor, number = self.guard
        return len(trail) % divisor == number if divisor else len(trail) >= number


@dataclass(frozen=True, slots=True)
class Graph:
    """One workflow."""

    name: str
    edges: tuple[Edge, ...]
    farewell: bool = False

    def leaving(self, place: str) -> list[Edge]:
        """The edges that leave a place."""
        return [edge for edge in self.edges if edge.from_ == place]

    def automatic(self, place: str, trail: Sequence[str]) -> Edge | None:
        """The edge that fires by itself: the highest priority whose guard is true."""
        ready = [e for e in self.leaving(place) if not e.wait and e.after is None and e.open(trail)]
        return max(ready, key=lambda edge: -1 if edge.priority is None else edge.priority, default=None)

    def hurried(self, longest: float) -> Graph:
        """The same with timers of at most so many seconds."""
        edges = [edge if edge.after is None else replace(edge, after=min(edge.after, longest)) for edge in self.edges]
        return replace(self, edges=tuple(edges))

    def find(self, name: str, place: str) -> Edge | None:
        """An edge by its name."""
        return next((edge for edge in self.edges if edge.name == name and edge.from_ == place), None)


def random_graph(rng: Random, name: str, *, child: bool = False, asks: str = "", often: float = 0.4) -> Graph:
    """Two to four places, each of which moves on by itself or waits, and an exit from everywhere for a long trail.

    With probability `often` it starts children of the workflow `asks`.
    """
    places = [f"p{number}" for number in range(1, rng.randint(2, 3 if child else 5))]
    limit = rng.randint(1, 3) if child else rng.randint(3, 9)
    parent = rng.random() < often if asks else False
    edges = [_edge(rng, "begin", "start", "p1", places, children=0)]
    for place in places:
        edges.append(Edge(f"leave_{place}", place, END, guard=(0, limit), priority=9, documents=(None,)))
        edges += (
            _waiting(rng, place, places) if rng.random() < (0.3 if child else 0.65) else _moving(rng, place, places)
        )
    if parent:
        edges += _asking(rng, places, asks)
    # So that every place can be reached, whatever was drawn above.
    edges += [Edge(f"on_{to}", from_, to, guard=(0, 99), priority=1) for from_, to in itertools.pairwise(places)]
    return Graph(name, tuple(edges), farewell=rng.random() < 0.4)


def _edge(rng: Random, name: str, from_: str, to: str, places: list[str], **more: Any) -> Edge:
    failures = rng.choice((0, 0, 0, 1, 2))
    recovery = rng.random()
    made = Edge(
        name,
        from_,
        to,
        failures=failures,
        attempts=rng.choice((0, 1, 2)) if failures else 0,
        delay=rng.choice((0.0, 0.2, 3.0)),
        error_place=rng.choice(places) if failures and recovery < 0.3 else None,
        documents=tuple(rng.choice((None, "a", "b")) for _ in range(rng.randint(0, 3))),
        calls=tuple(rng.random() < 0.5 for _ in range(rng.choice((0, 0, 0, 1, 2)))),
        together=rng.random() < 0.5,
        local=rng.random() < 0.25,
        seconds=rng.choice((0.0, 0.0, 0.01, 0.2, 0.6)),
    )
    if failures and made.attempts and recovery > 0.7 and from_ != "start":
        made = replace(made, target=from_)
    return replace(made, **more)


def _moving(rng: Random, place: str, places: list[str]) -> list[Edge]:
    divisor = rng.randint(2, 3)
    first = _edge(rng, f"jump_{place}", place, rng.choice(places), places, priority=2)
    return [
        replace(first, guard=(divisor, rng.randrange(divisor))),
        _edge(rng, f"step_{place}", place, rng.choice([*places, END]), places),
    ]


def _waiting(rng: Random, place: str, places: list[str]) -> list[Edge]:
    edges = [_edge(rng, f"answer_{place}", place, rng.choice(places), places, wait=True)]
    if rng.random() < 0.5:
        other = _edge(rng, f"other_{place}", place, rng.choice([*places, END]), places, wait=True)
        edges.append(replace(other, guard=(2, rng.randrange(2))) if rng.random() < 0.5 else other)
    if rng.random() < 0.4:
        timer = _edge(rng, f"late_{place}", place, rng.choice([*places, END]), places)
        edges.append(replace(timer, after=rng.choice((0.5, 5.0, 40.0)), guard=(2, 0) if rng.random() < 0.3 else None))
    return edges


def _asking(rng: Random, places: list[str], asks: str) -> list[Edge]:
    """A place that starts children and one where their ends are heard."""
    home = rng.choice(places)
    return [
        _edge(rng, "ask", home, "hearing", places, children=rng.randint(1, 3), asks=asks, priority=4, guard=(0, 0)),
        Edge("heard", "hearing", "hearing", wait=True, heard=True, documents=("a",)),
        Edge("enough", "hearing", rng.choice(places), wait=True),
        Edge("leave_hearing", "hearing", END, guard=(0, rng.randint(4, 10)), priority=9),
        Edge("tired", "hearing", END, after=200.0),
    ]
