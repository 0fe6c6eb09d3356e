"""What the providers of one reach give: for each class one provider, the nearest."""

from __future__ import annotations

import inspect
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from typing import Any, cast, get_args, get_origin

from loopstack_temporal.agents.values import AgentSettings
from loopstack_temporal.app.injection import Provided
from loopstack_temporal.app.reach import Group, Reach
from loopstack_temporal.definition.hints import UnresolvedHint, annotations_of, resolve
from loopstack_temporal.definition.model import Source
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.registry import class_source
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.llm.port import LlmProvider
from loopstack_temporal.llm.registry import LlmProviderRegistry
from loopstack_temporal.modules import Provider, StudioApp
from loopstack_temporal.tools.base import Tool, line_of

_AGENTS = AgentSettings()
_YIELDING = (AsyncIterator, AsyncIterable, AsyncGenerator, Iterator, Iterable, Generator)


@dataclass(slots=True)
class Offers:
    """What can be asked for in one reach."""

    provided: dict[type[Any], Provided] = field(default_factory=dict[Any, Any])
    unclear: dict[type[Any], tuple[str, ...]] = field(default_factory=dict[Any, Any])
    """Classes that modules at the same distance provide differently, with the names of these modules."""
    own: list[type[Any]] = field(default_factory=list[type[Any]])
    """Those the group itself lists."""
    models: dict[str, LlmProvider] = field(default_factory=dict[str, LlmProvider])
    """Model providers by their ids, the nearest first."""

    def same_as(self, other: Offers) -> bool:
        """Whether everything comes from the same providers."""
        mine, theirs = self._sources(), other._sources()
        return mine.keys() == theirs.keys() and all(mine[key] is theirs[key] for key in mine)

    def _sources(self) -> dict[object, object]:
        found: dict[object, object] = {key: provided.source for key, provided in self.provided.items()}
        found.pop(LlmProviderRegistry, None)
        return found | dict(self.models)


def offers(reach: Reach, read: Mapping[int, Sequence[Provided]]) -> Offers:
    """What a reach offers, the nearest first. `read`: what `read_group` gave, by the identity of the group."""
    found = Offers()
    for level in reach.levels:
        _take_level(level, found, reach, read)
    registry = LlmProviderRegistry(tuple(found.models.values()))
    for ours in (registry, _AGENTS):  # What an app has that lists none of its own.
        found.provided.setdefault(type(ours), Provided(type(ours), ours, ready=True))
    return found


def _take_level(level: Sequence[Group], found: Offers, reach: Reach, read: Mapping[int, Sequence[Provided]]) -> None:
    here: dict[type[Any], dict[int, tuple[Provided, Group]]] = {}
    models: dict[str, LlmProvider] = {}
    for group in level:
        for provided in read[id(group)]:
            here.setdefault(provided.key, {}).setdefault(id(provided.source), (provided, group))
            if group is reach.group:
                found.own.append(provided.key)
            if isinstance(provided.source, LlmProvider) and provided.ready:
                models.setdefault(provided.source.provider_id, provided.source)
    found.models = found.models | {name: model for name, model in models.items() if name not in found.models}
    for key, given in here.items():
        if key in found.provided or key in found.unclear:
            continue
        if len(given) == 1:
            found.provided[key] = next(iter(given.values()))[0]
        else:
            found.unclear[key] = tuple(_name(group) for _, group in given.values())


def read_group(group: Group, problems: Problems) -> list[Provided]:
    """The providers that a group lists. Mistakes in one and clashes among them are problems."""
    found: dict[object, Provided] = {}
    for provider in group.providers:
        provided = read_provider(provider, group.source, problems)
        if provided is None:
            continue
        # Several model providers may be of one class: these are told apart by their ids.
        model = provided.source if provided.ready and isinstance(provided.source, LlmProvider) else None
        other = found.setdefault(model.provider_id if model else provided.key, provided)
        if other.source is not provided.source:
            what = f"A model provider named {model.provider_id!r}" if model else f"`{provided.key.__name__}`"
            text = f"{what} is provided twice in one list; give one of them to a module of its own"
            problems.add(group.source, "provider_clash", text)
    return list(found.values())


def _name(group: Group) -> str:
    return group.name or group.title if isinstance(group, StudioApp) else group.name


def read_provider(provider: Provider, at: Source, problems: Problems) -> Provided | None:
    """What one entry of `providers` gives; `None` with a problem if it is none."""
    if isinstance(provider, type):
        cls = cast("type[Any]", provider)
        if issubclass(cls, Tool | BaseWorkflow):
            problems.add(at, "bad_provider", f"`{cls.__name__}` needs no provider: ask for it and it is there")
            return None
        if all(callable(getattr(cls, name, None)) for name in ("generate_text", "generate_object")) and hasattr(
            cls, "provider_id"
        ):
            text = f"list the model provider as an object, `{cls.__name__}(...)`, not as a class"
            problems.add(at, "bad_provider", text)
            return None
        return Provided(cls, cls, ready=False)
    if inspect.isfunction(provider):
        key = _given_by(provider)
        if key is None:
            text = f"the provider `{provider.__name__}` needs the class it gives as return annotation"
            problems.add(line_of_source(provider), "bad_provider", text)
            return None
        return Provided(key, provider, ready=False)
    return Provided(cast("type[Any]", type(provider)), provider, ready=True)


def _given_by(factory: Callable[..., Any]) -> type[Any] | None:
    """The class a factory returns, or yields before it cleans up."""
    try:
        hint: Any = resolve(annotations_of(factory).get("return", Any), getattr(factory, "__globals__", {}), {})
    except UnresolvedHint:
        return None
    if get_origin(hint) in _YIELDING:
        hint = get_args(hint)[0]
    hint = get_origin(hint) or hint
    return cast("type[Any]", hint) if isinstance(hint, type) and hint is not type(None) else None


def line_of_source(thing: Any) -> Source:
    """Where a provider, a tool or a workflow stands."""
    return class_source(thing) if isinstance(thing, type) else line_of(thing)
