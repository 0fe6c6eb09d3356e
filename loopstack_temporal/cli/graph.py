"""`loopstack graph WORKFLOW`: the state machine as text, as a diagram's source, or as the API gives it."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from loopstack_temporal.app.loading import load_app
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.cli.files import choose_app
from loopstack_temporal.cli.worker import APP_VARIABLE
from loopstack_temporal.contracts.graph import Graph, GraphEdge
from loopstack_temporal.errors import NotFound
from loopstack_temporal.store.records import CatalogueEntry


def run(arguments: argparse.Namespace) -> int:
    """Print the graph of a workflow of the app's code; neither Temporal nor a database is asked.

    Raises `NotFound` (`unknown_workflow`), and what loading an app raises.
    """
    reference = choose_app(arguments.app or os.environ.get(APP_VARIABLE), Path.cwd())
    graph = graph_of(reference, arguments.workflow)
    sys.stdout.write("\n".join(_FORMATS[arguments.format](graph)) + "\n")
    return 0


def graph_of(reference: str, workflow: str) -> Graph:
    """The graph that the API would give, made by the API's own code from what a worker would publish."""
    app = resolve(load_app(reference))
    content_hash, content = app.catalogue()
    published = CatalogueEntry(app.name, content_hash, content, datetime.now(UTC), live=True)
    catalogue, drawing = (importlib.import_module(f"loopstack_api.views.{name}") for name in ("catalogue", "graph"))
    known: Mapping[str, Any] = catalogue.read_entry(published).workflows
    if workflow not in known:
        names = ", ".join(f"`{name}`" for name in known)
        raise NotFound(f"`{app.name}` has no workflow `{workflow}`. It has: {names}.", code="unknown_workflow")
    return cast(Callable[[object], Graph], drawing.draw)(known[workflow].workflow)


def text(graph: Graph) -> Iterator[str]:
    """One block for each place: its name, and what leads away from it."""
    yield graph.workflow
    for place in graph.places:
        waits = " (waits)" if place.kind == "wait" else ""
        yield f"  {place.name}{waits}"
        for edge in graph.edges:
            if edge.from_ == place.name:
                yield f"    {edge.transition} → {edge.to}{_remarks(edge)}"


def mermaid(graph: Graph) -> Iterator[str]:
    """A Mermaid state diagram."""
    ids = {place.name: f"p{number}" for number, place in enumerate(graph.places)}
    yield "stateDiagram-v2"
    for place in graph.places:
        yield f'    state "{_escaped(place.name)}" as {ids[place.name]}'
    for place in graph.places:
        if place.kind == "start":
            yield f"    [*] --> {ids[place.name]}"
    for edge in graph.edges:
        yield f"    {ids[edge.from_]} --> {ids[edge.to]}: {_escaped(edge.transition + _remarks(edge))}"
    for place in graph.places:
        if place.kind == "end":
            yield f"    {ids[place.name]} --> [*]"


def _json(graph: Graph) -> Iterator[str]:
    yield graph.model_dump_json(by_alias=True, indent=2)


def _remarks(edge: GraphEdge) -> str:
    """When an edge is taken: its kind, guard and priority."""
    said = [_kind(edge)] if edge.kind != "automatic" else []
    if edge.guard:
        said.append(f"if {edge.guard}")
    if edge.priority is not None:
        said.append(f"priority {edge.priority}")
    return f" ({', '.join(said)})" if said else ""


def _kind(edge: GraphEdge) -> str:
    match edge.kind:
        case "automatic" | "wait":
            return edge.kind
        case "timer":
            return "after a time the code says" if edge.after is None else f"after {edge.after:g} s"
        case "error":
            return "on error"
        case "retry":
            return "before a retry"
        case "stop":
            return "when stopped"


def _escaped(label: str) -> str:
    return "".join(f"#{ord(one)};" if one in '"#;:<>' else one for one in label)


_FORMATS: Mapping[str, Callable[[Graph], Iterator[str]]] = {"text": text, "mermaid": mermaid, "json": _json}
