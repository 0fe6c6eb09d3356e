"""Checks that everything that is asked for is provided, and in an order that can be made."""

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
from typing import Any, cast, get_args, get_origin

from loopstack_temporal.agents.values import AgentSettings
from loopstack_temporal.app.gathering import Gathered
from loopstack_temporal.app.injection import Plan, Provided, Wish
from loopstack_temporal.definition.hints import UnresolvedHint, annotations_of, resolve, type_name
from loopstack_temporal.definition.model import Injection, Source
from loopstack_temporal.definition.problems import Problems, hint_for
from loopstack_temporal.definition.registry import class_source
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.llm.port import LlmProvider
from loopstack_temporal.llm.registry import LlmProviderRegistry
from loopstack_temporal.modules import Provider
from loopstack_temporal.tools.base import Tool, line_of
from loopstack_temporal.tools.interceptors import priority_of
from loopstack_temporal.tools.toolbox import Toolbox

_YIELDING = (AsyncIterator, AsyncIterable, AsyncGenerator, Iterator, Iterable, Generator)


def plan(gathered: Gathered, problems: Problems) -> Plan:
    """What injection has to do. Missing, ambiguous and circular requests are problems."""
    provided = _read_providers(gathered.providers, problems)
    keys = _Keys([found.key for found in provided], problems)
    tools = {found.target: found for found in gathered.tools if isinstance(found.target, type)}
    asking = [(found.cls, found.injections) for found in gathered.workflows]
    asking += [(cls, found.injections) for cls, found in tools.items()]
    wishes: dict[type[Any], tuple[Wish, ...]] = {}
    for cls, injections in asking:
        wanted = ((injection, gathered.wanted.get(id(injection))) for injection in injections)
        wishes[cls] = tuple(wish for it, what in wanted if what is not None and (wish := keys.wish(cls, it, what)))
    needs = {found.key: keys.needs(found) for found in provided if not found.ready}
    needs |= {cls: [wish.key for wish in wishes[cls]] for cls in tools}
    _report_cycles(needs, problems)
    boxes = {
        found.cls: _toolbox(wishes[found.cls], gathered.offered)
        for found in gathered.workflows
        if _reaches(Toolbox, [wish.key for wish in wishes[found.cls]], needs)
    }
    around = tuple(found.key for found in provided if priority_of(found.key) is not None)
    return Plan(provided, tuple(tools), tuple(gathered.children), wishes, keys.aliases, boxes, around)


def _toolbox(wishes: Sequence[Wish], offered: Sequence[Tool | type[Tool]]) -> tuple[Tool | type[Tool], ...]:
    """What a workflow finds by name: the tools it asks for itself, then those that are listed."""
    own = [cast("type[Tool]", wish.key) for wish in wishes if _derives(wish.key, Tool)]
    return tuple(dict.fromkeys([*own, *offered]))


def _reaches(wanted: type[Any], keys: Sequence[type[Any]], needs: Mapping[type[Any], Sequence[type[Any]]]) -> bool:
    seen: set[type[Any]] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key is wanted:
            return True
        if key not in seen:
            seen.add(key)
            waiting += needs.get(key, ())
    return False


class _Keys:
    """Finds who provides what is asked for: that class itself, or the one provider that derives from it."""

    def __init__(self, provided: Sequence[type[Any]], problems: Problems) -> None:
        self.aliases: dict[type[Any], type[Any]] = {}
        self._provided = provided
        self._problems = problems

    def wish(self, cls: type[Any], injection: Injection, wanted: type[Any]) -> Wish | None:
        """One injection of a workflow or tool."""
        key = self._find(wanted, injection.source, f"`{cls.__name__}.{injection.name}`")
        return None if key is None else Wish(injection.name, key, injection.into == "constructor")

    def needs(self, provided: Provided) -> list[type[Any]]:
        """What a provider asks for in its constructor or parameters."""
        source = cast("Callable[..., Any]", provided.source)
        function: Any = source.__init__ if isinstance(source, type) else source
        if not inspect.isfunction(function):
            return []
        found: list[type[Any]] = []
        annotations = annotations_of(function)
        parameters = list(inspect.signature(function).parameters.values())
        for parameter in parameters[1:] if isinstance(source, type) else parameters:
            who = f"parameter `{parameter.name}` of the provider `{source.__name__}`"
            try:
                hint = resolve(annotations.get(parameter.name, Any), function.__globals__, {})
            except UnresolvedHint as error:
                self._problems.add(_line_of(source), "unresolved_hint", f"the type of {who} cannot be found: {error}")
                continue
            key = self._find(hint, _line_of(source), who)
            found += [key] if key is not None else []
        return found

    def _find(self, wanted: Any, source: Source, who: str) -> type[Any] | None:
        ours = wanted is Toolbox or _derives(wanted, Tool) or _derives(wanted, BaseWorkflow)
        if ours or wanted in self._provided:
            return wanted
        fitting = [key for key in self._provided if _derives(key, wanted)]
        if len(fitting) == 1:
            self.aliases[wanted] = fitting[0]
            return fitting[0]
        if fitting:
            names = ", ".join(f"`{key.__name__}`" for key in fitting)
            text = f"{who} asks for `{type_name(wanted)}`, but several providers fit: {names}; ask for one of them"
            self._problems.add(source, "ambiguous_injection", text)
        else:
            text = f"{who} asks for `{type_name(wanted)}`, which nothing provides; add it to the app's `providers`"
            text += self._near(type_name(wanted))
            self._problems.add(source, "missing_provider", text)
        return None

    def _near(self, name: str) -> str:
        twin = next((key for key in self._provided if key.__name__ == name), None)
        if twin is not None:
            return f"; the `{name}` that is provided is another class, from the module `{twin.__module__}`"
        return hint_for(name, [key.__name__ for key in self._provided])


def _read_providers(given: Sequence[tuple[Provider, Source]], problems: Problems) -> tuple[Provided, ...]:
    found: dict[type[Any], Provided] = {}
    models: dict[str, LlmProvider] = {}
    seen: set[int] = set()
    for provider, at in given:
        if id(provider) in seen:
            continue
        seen.add(id(provider))
        model = provider if isinstance(provider, LlmProvider) and not isinstance(provider, type) else None
        if model is not None:
            if model.provider_id in models:
                text = f"two model providers are named {model.provider_id!r}"
                problems.add(at, "provider_clash", text)
            models[model.provider_id] = model
        provided = _read_provider(provider, at, problems)
        if provided is not None and provided.key in found and model is not None:
            continue  # Models are told apart by their ids, and asked for through the registry.
        if provided is not None and provided.key in found:
            text = f"`{provided.key.__name__}` is provided twice; settings for one module only are not supported yet"
            problems.add(at, "provider_clash", text)
        elif provided is not None:
            found[provided.key] = provided
    registry = LlmProviderRegistry(tuple(models.values()))
    for ours in (registry, AgentSettings()):  # What an app gets that lists none of its own.
        found.setdefault(type(ours), Provided(type(ours), ours, ready=True))
    return tuple(found.values())


def _read_provider(provider: Provider, at: Source, problems: Problems) -> Provided | None:
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
            problems.add(_line_of(provider), "bad_provider", text)
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


def _derives(key: Any, wanted: Any) -> bool:
    try:
        return wanted is not object and issubclass(key, wanted)
    except TypeError:
        # Not a class, or a protocol that cannot be asked at run time.
        return False


def _report_cycles(needs: Mapping[type[Any], Sequence[type[Any]]], problems: Problems) -> None:
    done: set[type[Any]] = set()

    def visit(key: type[Any], path: tuple[type[Any], ...]) -> None:
        if key in path:
            circle = " → ".join(f"`{one.__name__}`" for one in (*path[path.index(key) :], key))
            text = f"the dependencies go in a circle: {circle}; let one of them be handed over at the call"
            problems.add(_line_of(key), "dependency_cycle", text)
        elif key not in done:
            for needed in needs.get(key, ()):
                visit(needed, (*path, key))
            done.add(key)

    for key in needs:
        visit(key, ())


def _line_of(thing: Any) -> Source:
    return class_source(thing) if isinstance(thing, type) else line_of(thing)
