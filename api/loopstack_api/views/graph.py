"""A definition as places and edges, with or without the way a run took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from loopstack_temporal.contracts.catalogue import Transition, Workflow
from loopstack_temporal.contracts.graph import EdgeKind, Graph, GraphEdge, GraphPlace, PlaceKind
from loopstack_temporal.store.records import RunRow, StepRow

START, END = "start", "end"
AFTERWARDS = ("error", "retry", "stop")
"""Edges that a run goes when a step did not commit."""

Way = tuple[str, str, str]
"""Transition, place it left, place it led to."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Where a run went."""

    run: RunRow
    steps: Sequence[StepRow]


def draw(workflow: Workflow, journey: Journey | None = None) -> Graph:
    """The picture. Places keep their order of declaration."""
    taken: Counter[Way] = Counter()
    last: dict[Way, int] = {}
    visits: Counter[str] = Counter()
    running: tuple[str, str] | None = None
    if journey is not None:
        visits[START] += 1
        for step in journey.steps:
            if step.status == "running":
                running = (step.transition, step.from_place)
            if step.to_place is None or step.transition.startswith("loopstack."):
                continue
            way = (step.transition, step.from_place, step.to_place)
            taken[way] += 1
            last[way] = step.step
            if step.status == "committed" or step.to_place != step.from_place:
                visits[step.to_place] += 1
    here = journey.run.place if journey else None
    edges = [edge for one in workflow.transitions for edge in _edges(one)]
    return Graph(
        workflow=workflow.name,
        hash=workflow.hash,
        places=tuple(
            GraphPlace(name=name, kind=_kind(name, workflow), visits=visits[name], live=name == here)
            for name in workflow.places
        ),
        edges=tuple(_edge(one, kind, to, taken, last, running) for one, kind, to in edges),
        place=here,
    )


def _kind(place: str, workflow: Workflow) -> PlaceKind:
    if place in (START, END):
        return "start" if place == START else "end"
    waits = any(one.kind == "wait" and one.from_ == place for one in workflow.transitions)
    return "wait" if waits else "normal"


def _edges(one: Transition) -> list[tuple[Transition, EdgeKind, str]]:
    edges: list[tuple[Transition, EdgeKind, str]] = [(one, one.kind, one.to)]
    if one.error_place:
        edges.append((one, "error", one.error_place))
    if one.retry_target:
        edges.append((one, "retry", one.retry_target))
    if one.stopped_to:
        edges.append((one, "stop", one.stopped_to))
    return edges


def _edge(
    one: Transition,
    kind: EdgeKind,
    to: str,
    taken: Counter[Way],
    last: dict[Way, int],
    running: tuple[str, str] | None,
) -> GraphEdge:
    way = (one.name, one.from_, to)
    return GraphEdge.model_validate(
        {
            "id": f"{one.name}:{one.from_}:{kind}",
            "transition": one.name,
            "title": one.title,
            "from": one.from_,
            "to": to,
            "kind": kind,
            "guard": one.guard if kind not in AFTERWARDS else None,
            "priority": one.priority,
            "after": one.after,
            "attempts": one.retry.attempts + 1,
            "taken": taken[way],
            "last_step": last.get(way),
            "live": running == (one.name, one.from_) and kind not in AFTERWARDS,
        }
    )
