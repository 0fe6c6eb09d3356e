"""What an author writes down about an application: plain values that register nothing and open nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loopstack_temporal.definition.document import Document
from loopstack_temporal.definition.model import Source
from loopstack_temporal.definition.problems import calling_source
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.tools.base import Tool

Workflows = Sequence[type[BaseWorkflow[Any, Any, Any]]]
Tools = Sequence[type[Tool] | Tool]
Provider = type[Any] | Callable[..., Any] | object
"""A class, a typed factory (`def`, `async def` or a generator that cleans up after its `yield`), or a ready object."""


def _calling_line() -> Source:
    """Where the value is being written: above this function and the generated constructor."""
    return calling_source(2)


@dataclass(frozen=True, kw_only=True)
class Module:
    """Workflows, tools and providers that belong together, for use in several apps.

    A module is not shown in the studio by itself, and its workflows can be injected as children but not be started
    from outside; list a workflow in the app for that. A module that is imported twice counts once.
    """

    name: str
    workflows: Workflows = ()
    tools: Tools = ()
    documents: Sequence[type[Document]] = ()
    modules: Sequence[Module] = ()
    providers: Sequence[Provider] = ()
    features: Sequence[str] = ()
    """What the studio can offer where the module is imported, by name, such as `git`; without it there is no panel."""
    source: Source = field(default_factory=_calling_line, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class StudioApp:
    """One application: what the studio lists, and what its workflows may ask for.

    `name` is also the Temporal task queue; without it, it is `title` in snake_case. Mistakes are reported together when
    the app is resolved, not while it is written down.
    """

    title: str
    name: str | None = None
    description: str = ""
    workflows: Workflows = ()
    """The workflows a person can start. Children injected into them need not be listed."""
    tools: Tools = ()
    """Tools to list in the catalogue; a tool that some class asks for need not be listed."""
    documents: Sequence[type[Document]] = ()
    """Document classes that are not visible in the module of any workflow or tool."""
    modules: Sequence[Module] = ()
    providers: Sequence[Provider] = ()
    ui: Mapping[str, Any] | None = None
    """The app's own page in the studio: `{"widgets": [...]}`."""
    max_steps_without_wait: int = 10_000
    """Automatic steps a run may take without reaching a wait before it is stopped as a runaway loop."""
    source: Source = field(default_factory=_calling_line, repr=False, compare=False)
