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
)
from dataclasses import dataclass, field
from typing import Any, cast, get_args, get_origin

from loopstack_temporal.app.injection import Provided
from loopstack_temporal.app.reach import Reach
from loopstack_temporal.definition.hints import UnresolvedHint, annotations_of, resolve
from loopstack_temporal.definition.model import Source
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.registry import class_source
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.llm.port import LlmProvider
from loopstack_temporal.llm.registry import LlmProviderRegistry
from loopstack_temporal.modules import Provider
from loopstack_temporal.tools.base import Tool, line_of

_YIELDING = (AsyncIterator, AsyncIterable, AsyncGenerator, Iterator, Iterable, Generator)


@dataclass(slots=True)
class Offers:
    """What can be asked for in one reach."""

    provided: dict[type[Any], Provided] = field(default_factory=dict[Any, Any])
    unclear: dict[type[Any], tuple[str, ...]] = field(default_factory=dict[Any, Any])
    """Classes that modules at the same distance provide differently, with the names of these modules."""
    own: list[type[Any]] = field(default_factory=list[type[Any]])
    """Those the group itself lists."""

    def same_as(self, other: Offers) -> bool:
        """Whether everything comes from the same providers."""
        mine = {key: provided.source for key, provided in self.provided.items() if key is not LlmProviderRegistry}
        theirs = {key: provided.source for key, provided in other.provided.items() if key is not LlmProviderRegistry}
        return mine.keys() == theirs.keys() and all(mine[key] is theirs[key] for key in mine)


def offers(reach: Reach, problems: Problems) -> Offers:
    """Read the providers of a reach, the nearest first. Mistakes in a provider and clashes in one list are problems."""
    found = Offers()
    for level in reach.levels:
        _take_level(level, found, reach, problems)
    registry = _registry(found, reach, problems)
    found.provided.setdefault(LlmProviderRegistry, Provided(LlmProviderRegistry, registry, ready=True))
    return found


def _take_level(level: tuple[Any, ...], found: Offers, reach: Reach, problems: Problems) -> None:
    here: dict[type[Any], list[tuple[Provided, Any]]] = {}
    for group in level:
        for key, provided in _read_group(group, problems).items():
            here.setdefault(key, []).append((provided, group))
            if group is reach.group:
                found.own.append(key)
    for key, given in here.items():
        if key in found.provided or key in found.unclear:
            continue
        if len({id(provided.source) for provided, _ in given}) == 1:
            found.provided[key] = given[0][0]
        else:
            found.unclear[key] = tuple(getattr(group, "name", None) or "the app" for _, group in given)


def _read_group(group: Any, problems: Problems) -> dict[type[Any], Provided]:
    found: dict[type[Any], Provided] = {}
    for provider in group.providers:
        provided = read_provider(provider, group.source, problems)
        if provided is None:
            continue
        other = found.setdefault(provided.key, provided)
        if other.source is not provided.source:
            text = f"`{provided.key.__name__}` is provided twice in one list; give one of them to a module of its own"
            problems.add(group.source, "provider_clash", text)
    return found


def _registry(found: Offers, reach: Reach, problems: Problems) -> LlmProviderRegistry:
    """The model providers of a reach; of two with one id the nearer one counts."""
    models: dict[str, LlmProvider] = {}
    for provided in found.provided.values():
        if not (provided.ready and isinstance(provided.source, LlmProvider)):
            continue
        first = models.setdefault(provided.source.provider_id, provided.source)
        if first is not provided.source and provided.key in found.own and type(first) in found.own:
            text = f"two model providers are named {provided.source.provider_id!r}"
            problems.add(reach.group.source, "provider_clash", text)
    return LlmProviderRegistry(tuple(models.values()))


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
