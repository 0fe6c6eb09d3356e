"""Catalogue entries as the workers published them, looked up by hash and kept, because a hash never changes meaning."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from loopstack_api.views import graph
from loopstack_temporal.contracts.base import Json
from loopstack_temporal.contracts.catalogue import (
    App,
    AppList,
    DocumentType,
    ToolLook,
    Transition,
    Widget,
    Workflow,
    WorkflowSummary,
)
from loopstack_temporal.contracts.graph import Graph
from loopstack_temporal.control import app_with
from loopstack_temporal.definition.model import DEFAULT_POOL
from loopstack_temporal.definition.names import default_title
from loopstack_temporal.store.records import CatalogueEntry, RunRow
from loopstack_temporal.store.store import Store

KEPT = 64
"""Entries in memory; old runs are looked at rarely and one after the other."""


@dataclass(frozen=True)
class Definition:
    """One workflow of one catalogue entry."""

    workflow: Workflow
    documents: Mapping[str, DocumentType]
    tools: Mapping[str, ToolLook]
    """Those with widgets of their own."""

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Titles of transitions by name."""
        return {one.name: one.title for one in self.workflow.transitions}

    @cached_property
    def pools(self) -> Mapping[str, str]:
        """Transitions that are routed to a pool, with that pool."""
        routed = {one.name: one.pool for one in self.workflow.transitions if one.pool}
        return {name: pool for name, pool in routed.items() if pool != DEFAULT_POOL}

    @cached_property
    def waits(self) -> Mapping[str, tuple[Transition, ...]]:
        """Wait transitions by name; one name may leave several places."""
        found: dict[str, tuple[Transition, ...]] = {}
        for one in self.workflow.transitions:
            if one.kind == "wait":
                found[one.name] = (*found.get(one.name, ()), one)
        return found

    @cached_property
    def early(self) -> tuple[str, ...]:
        """Waits whose answers may come while the run is busy."""
        return tuple(name for name, ways in self.waits.items() if any(one.early for one in ways))

    def payload_schema(self, name: str, place: str) -> Json:
        """JSON Schema of a wait's payload; of the one that leaves `place`, if there are several. None: any value."""
        candidates = self.waits.get(name, ())
        at_place = [one for one in candidates if one.from_ == place]
        return next((one.schema_ for one in (*at_place, *candidates)), None)

    def widgets_for(self, name: str) -> tuple[Widget, ...]:
        """Widgets of the workflow that answer a transition."""
        return tuple(widget for widget in self.workflow.widgets if answers(widget, name))

    def documents_for(self, name: str) -> tuple[str, ...]:
        """Names of document classes with a widget that answers a transition."""
        return tuple(
            document.name for document in self.documents.values() if any(answers(one, name) for one in document.widgets)
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One catalogue entry, read."""

    name: str
    hash: str
    title: str
    description: str
    ui: tuple[Widget, ...]
    features: tuple[str, ...]
    listed: tuple[str, ...]
    """Names of the workflows a person can start, in the author's order."""
    workflows: Mapping[str, Definition]
    documents: Mapping[str, DocumentType]


class Catalogue:
    """What can be started, and what running runs were defined as."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, str], Entry] = OrderedDict()

    async def apps(self) -> AppList:
        """All apps by title, each as its current entry says."""
        entries = await self._store.do(self._store.catalogue.apps)
        workers = await self._store.do(self._store.catalogue.workers)
        items: list[App] = []
        for entry in entries:
            seen = max((one.seen_at for one in workers if one.app == entry.app), default=None)
            read = self._read(entry)
            items.append(
                App(
                    name=read.name,
                    title=read.title,
                    description=read.description,
                    hash=read.hash,
                    live=any(one.live for one in workers if one.app == entry.app),
                    last_seen=seen,
                    ui=read.ui,
                    features=read.features,
                    workflows=tuple(_summary(read.workflows[name].workflow) for name in read.listed),
                    documents=tuple(read.documents.values()),
                )
            )
        return AppList(items=tuple(sorted(items, key=lambda app: (app.title.lower(), app.name))))

    async def current(self, name: str, app: str | None, *, listed_only: bool = False) -> Definition:
        """The definition new runs get; with `listed_only` only of a workflow that an app lists, and people may start.

        Raises `NotFound` (`unknown_workflow`) and `Conflict` (`ambiguous_workflow`) when several apps with live workers
        (or, without any, several apps) have a workflow of this name and none is chosen.
        """
        entries = await self._store.do(self._store.catalogue.apps)
        return self._read(app_with(name, entries, app, listed_only=listed_only)).workflows[name]

    async def graph(self, name: str, app: str | None) -> Graph:
        """The current definition as a picture, without a run."""
        return graph.draw((await self.current(name, app)).workflow)

    async def newest(self, app: str, workflow: str) -> Definition | None:
        """The current definition of one app's workflow."""
        entry = await self._store.do(self._store.catalogue.current, app)
        return self._read(entry).workflows.get(workflow) if entry else None

    async def of_run(self, run: RunRow) -> Definition | None:
        """A run's own definition; before a worker opened it, the one it was or would be started with."""
        if run.catalogue_hash is None:
            return await self.newest(run.app, run.workflow)
        entry = self._kept.get((run.app, run.catalogue_hash))
        if entry is None:
            stored = await self._store.do(self._store.catalogue.by_hash, run.app, run.catalogue_hash)
            if stored is None:
                return await self.newest(run.app, run.workflow)
            entry = self._read(stored)
        return entry.workflows.get(run.workflow)

    def _read(self, stored: CatalogueEntry) -> Entry:
        key = (stored.app, stored.hash)
        entry = self._kept.get(key)
        if entry is None:
            entry = self._kept[key] = read_entry(stored)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return entry


def read_entry(stored: CatalogueEntry) -> Entry:
    """A stored entry as contracts."""
    content: Mapping[str, Any] = stored.content
    app: Mapping[str, Any] = content.get("app") or {}
    documents = {one["name"]: DocumentType.model_validate(one) for one in content.get("documents") or ()}
    tools = {
        one["name"]: ToolLook.model_validate({"schema": one.get("args_schema"), "widgets": one["widgets"]})
        for one in content.get("tools") or ()
        if one.get("widgets")
    }
    workflows = {
        one["name"]: Definition(
            Workflow.model_validate({**_titled(one), "app": stored.app, "hash": stored.hash}),
            documents,
            tools,
        )
        for one in content.get("workflows") or ()
    }
    return Entry(
        name=stored.app,
        hash=stored.hash,
        title=app.get("title") or stored.app,
        description=app.get("description") or "",
        ui=tuple(Widget.model_validate(one) for one in app.get("ui") or ()),
        features=tuple(app.get("features") or ()),
        listed=tuple(name for name in app.get("workflows") or workflows if name in workflows),
        workflows=workflows,
        documents=documents,
    )


def _titled(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry of earlier code may have transitions without titles; runs of that code are looked at for years."""
    transitions = [{**one, "title": one.get("title") or default_title(one["name"])} for one in workflow["transitions"]]
    return {**workflow, "transitions": transitions}


def answers(widget: Widget, transition: str) -> bool:
    """Whether a widget sends to a transition: by its own option or by one of its actions."""
    if widget.options.get("transition") == transition:
        return True
    actions = widget.options.get("actions")
    if not isinstance(actions, list):
        return False
    return any(
        isinstance(one, Mapping) and cast("Mapping[str, Any]", one).get("transition") == transition
        for one in cast("list[object]", actions)
    )


def _summary(workflow: Workflow) -> WorkflowSummary:
    return WorkflowSummary(
        name=workflow.name,
        app=workflow.app,
        title=workflow.title,
        description=workflow.description,
        args_schema=workflow.args_schema,
    )
