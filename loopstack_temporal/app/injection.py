"""Dependency injection, the only file that knows dishka.

Providers live as long as the app; tools and child handles are made for one attempt. What is missing or circular was
found before (see `resolve`), so a failure in here is a failure of a provider's own code.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from dishka import AsyncContainer, Scope, make_async_container
from dishka import Provider as Registry

from loopstack_temporal.app.attempt import Owner, OwnersSession
from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.session import attach
from loopstack_temporal.errors import ProviderTimeout
from loopstack_temporal.tools.base import Tool, tool_of
from loopstack_temporal.tools.interceptors import stand_around, step_aside
from loopstack_temporal.tools.toolbox import Toolbox

READY_WITHIN = 30.0
"""Seconds in which everything an attempt needs has to be made: while a provider hangs, so do the runs that want it."""

_OWNER = "_loopstack_owner"


@dataclass(frozen=True, slots=True)
class Wish:
    """One injection, resolved to the class it is asked for under."""

    name: str
    key: type[Any]
    into_constructor: bool


@dataclass(frozen=True, slots=True)
class Provided:
    """One provider: what it gives, how it is made, and what it needs for that."""

    key: type[Any]
    source: object
    """A class, a factory or the ready object."""
    ready: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that can be injected into the classes of one app, or of one module of it."""

    providers: Sequence[Provided]
    tools: Sequence[type[Any]]
    children: Sequence[type[Any]]
    wishes: Mapping[type[Any], Sequence[Wish]]
    """Per workflow and tool class."""
    aliases: Mapping[type[Any], type[Any]]
    """Base class or interface → the provider that stands for it."""
    toolboxes: Mapping[type[Any], Sequence[Tool | type[Tool]]]
    """Per workflow class that uses a toolbox: what is in it."""
    interceptors: Sequence[type[Any]]
    """Providers that stand around tool calls, in the order in which they were listed."""
    shared: Collection[type[Any]] = ()
    """Providers whose object the app's own plan makes."""


@dataclass(frozen=True, slots=True)
class Plans:
    """The plan of an app, and of those of its modules that have settings of their own."""

    app: Plan
    scoped: Mapping[type[Any], Plan]
    """Per workflow class of such a module."""

    def of(self, cls: type[Any]) -> Plan:
        """By which plan a workflow is made."""
        return self.scoped.get(cls, self.app)


class Injector:
    """Makes workflow objects. Nothing is opened before the first one; `aclose` closes what was."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._containers: dict[int, AsyncContainer] = {}

    @asynccontextmanager
    async def workflow(self, definition: WorkflowDefinition) -> AsyncGenerator[Any]:
        """A new workflow object with new tools, for one attempt. Raises `ProviderTimeout`."""
        plan = self._plans.of(definition.cls)
        owner, toolbox = Owner(), Toolbox()
        async with self._container(plan)(context={Owner: owner, Toolbox: toolbox}) as scope:
            async with _in_time(definition):
                wishes = plan.wishes[definition.cls]
                found = {wish.name: await scope.get(wish.key) for wish in wishes}
                owner.workflow = _made(definition.cls, wishes, found)
                await _fill(toolbox, plan.toolboxes.get(definition.cls, ()), scope)
                interceptors = [await scope.get(key) for key in plan.interceptors]
            token = stand_around(interceptors, OwnersSession(owner))
            try:
                yield owner.workflow
            finally:
                step_aside(token)

    async def aclose(self) -> None:
        """Close every provider that was opened, last first."""
        containers, self._containers = self._containers, {}
        for container in reversed(containers.values()):
            await container.close()

    def _container(self, plan: Plan) -> AsyncContainer:
        """The objects that live as long as the app; the app's own first, since others may share them."""
        base = None if plan is self._plans.app else self._container(self._plans.app)
        if id(plan) not in self._containers:
            self._containers[id(plan)] = make_async_container(_registry(plan, base), lock_factory=asyncio.Lock)
        return self._containers[id(plan)]


@asynccontextmanager
async def _in_time(definition: WorkflowDefinition) -> AsyncGenerator[None]:
    limit = asyncio.timeout(READY_WITHIN)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if not limit.expired():  # A provider raised it by itself.
            raise
        text = f"what `{definition.name}` needs was not ready within {READY_WITHIN:g} s: one of its providers hangs"
        raise ProviderTimeout(text) from error


async def _fill(toolbox: Toolbox, tools: Sequence[Tool | type[Tool]], scope: AsyncContainer) -> None:
    """Make the tools that can be found by name. Only now: they may ask for the toolbox themselves."""
    for tool in tools:
        if isinstance(tool, Tool):
            toolbox.add(tool)
            continue
        try:
            toolbox.add(await scope.get(tool))
        except Exception as error:  # A service of a tool that nobody may want in this attempt.
            toolbox.add_broken(tool_of(tool).name, error)


def _registry(plan: Plan, base: AsyncContainer | None) -> Registry:
    registry = Registry()
    registry.from_context(provides=Toolbox, scope=Scope.REQUEST)
    registry.from_context(provides=Owner, scope=Scope.REQUEST)
    for provided in plan.providers:
        source: Any = _ready(provided.source) if provided.ready else provided.source
        if base is not None and provided.key in plan.shared:
            source = _taken_from(base, provided.key)
        registry.provide(source, provides=provided.key, scope=Scope.APP)
    for wanted, key in plan.aliases.items():
        registry.alias(source=key, provides=wanted)
    for cls in plan.tools:
        registry.provide(_tool(cls, plan.wishes[cls]), provides=cls, scope=Scope.REQUEST)
    for cls in plan.children:
        registry.provide(_handle(cls), provides=cls, scope=Scope.REQUEST)
    return registry


def _ready(value: object) -> Callable[[], object]:
    def give() -> object:
        return value

    return give


def _taken_from(base: AsyncContainer, key: type[Any]) -> Callable[[], Awaitable[object]]:
    async def give() -> object:
        return await base.get(key)

    return give


def _tool(cls: type[Tool], wishes: Sequence[Wish]) -> Callable[..., Tool]:
    def make(**found: Any) -> Tool:
        owner: Owner = found.pop(_OWNER)
        made: Tool = _made(cls, wishes, found)
        attach(made, OwnersSession(owner))
        return made

    keys = {wish.name: wish.key for wish in wishes}
    return _asking(make, {_OWNER: Owner, **keys}, cls)


def _handle(cls: type[Any]) -> Callable[..., Any]:
    def make(**found: Any) -> Any:
        # Only `run` of a child is ever used here; its own tools are injected where the child itself runs.
        handle = object.__new__(cls)
        attach(handle, OwnersSession(found[_OWNER]))
        return handle

    return _asking(make, {_OWNER: Owner}, cls)


def _asking(make: Callable[..., Any], keys: Mapping[str, type[Any]], gives: type[Any]) -> Callable[..., Any]:
    """Give a function the signature from which dishka reads what to hand it."""
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(name, kind, annotation=key) for name, key in keys.items()]
    setattr(make, "__signature__", inspect.Signature(parameters, return_annotation=gives))  # noqa: B010 - not declared
    make.__annotations__ = {**keys, "return": gives}
    return make


def _made(cls: type[Any], wishes: Sequence[Wish], found: Mapping[str, object]) -> Any:
    made = cls(**{wish.name: found[wish.name] for wish in wishes if wish.into_constructor})
    for wish in wishes:
        if not wish.into_constructor:
            setattr(made, wish.name, found[wish.name])
    return made
