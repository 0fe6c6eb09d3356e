"""Checks that everything that is asked for is provided, and in an order that can be made, for each reach of an app."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

from loopstack_temporal.app.gathering import Gathered
from loopstack_temporal.app.injection import Plan, Plans, Provided, Wish
from loopstack_temporal.app.providing import Offers, line_of_source, offers, read_group
from loopstack_temporal.app.reach import Reach
from loopstack_temporal.definition.hints import UnresolvedHint, annotations_of, resolve, type_name
from loopstack_temporal.definition.model import Injection, Source
from loopstack_temporal.definition.problems import Problems, hint_for
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.tools.base import Tool
from loopstack_temporal.tools.interceptors import priority_of
from loopstack_temporal.tools.toolbox import Toolbox

Tools = Sequence[Tool | type[Tool]]


def plan(gathered: Gathered, problems: Problems) -> Plans:
    """What injection has to do. Missing, ambiguous and circular requests are problems."""
    # Every group is the one of some reach, and is read once however many others reach it.
    read = {id(reach.group): read_group(reach.group, problems) for reach in gathered.reaches}
    app, *modules = ((reach, offers(reach, read)) for reach in gathered.reaches)
    # Most modules see what the app sees: only those with settings of their own need a plan of their own.
    alike = [reach for reach, found in modules if found.same_as(app[1])]
    base = _Planning(gathered, [app[0], *alike], app[1], problems).plan()
    scoped: dict[type[Any], Plan] = {}
    for reach, found in modules:
        if reach not in alike:
            planning = _Planning(gathered, [reach], found, problems)
            scoped |= dict.fromkeys(planning.workflows, planning.plan(base))
    return Plans(base, scoped)


class _Planning:
    """The requests of some groups: of their workflows and tools, of whatever these lead to, and of their providers."""

    def __init__(self, gathered: Gathered, reaches: Sequence[Reach], offered: Offers, problems: Problems) -> None:
        groups = [reach.group for reach in reaches]
        self.workflows = [cls for cls in gathered.workflow_classes if gathered.homes.of(cls) in groups]
        self._gathered = gathered
        self._injections = gathered.injections
        self._offers = offered
        self._problems = problems
        self._listed: Tools = [tool for group in groups for tool in group.tools]
        self._tools: Tools = reaches[0].tools
        self._keys = _Keys(offered)
        self._wishes: dict[type[Any], tuple[Wish, ...]] = {}
        self._needs: dict[type[Any], list[type[Any]]] = {}

    def plan(self, base: Plan | None = None) -> Plan:
        """All that injection needs for these groups. What is made the same way as in `base` is taken from there."""
        own = [tool for tool in self._listed if isinstance(tool, type)]
        around = [key for key in self._offers.provided if priority_of(key) is not None]
        for cls in (*self.workflows, *own, *self._offers.own, *around):
            self._follow(cls, self._problems)
        _report_cycles(self._needs, self._problems)
        boxes = {cls: self._toolbox(cls) for cls in self.workflows if self._reaches(cls, Toolbox)}
        provided = [self._offers.provided[key] for key in self._needs if key in self._offers.provided]
        return Plan(
            providers=provided,
            tools=[cls for cls in self._wishes if issubclass(cls, Tool)],
            children=self._gathered.children,
            wishes=self._wishes,
            aliases=self._keys.aliases,
            toolboxes=boxes,
            interceptors=around,
            shared=_shared(provided, self._needs, base),
        )

    def _follow(self, key: type[Any], problems: Problems) -> None:
        """Note what a class needs, and what that needs."""
        if key in self._needs:
            return
        self._needs[key] = []
        provided = self._offers.provided.get(key)
        injections = self._injections.get(key)
        if injections is not None:
            self._wishes[key] = wishes = tuple(self._wishes_of(key, injections, problems))
            self._needs[key] = [wish.key for wish in wishes if not _derives(wish.key, BaseWorkflow)]
        elif provided is not None and not provided.ready:
            self._needs[key] = self._keys.needs(provided, problems)
        for needed in self._needs[key]:
            self._follow(needed, problems)

    def _wishes_of(self, cls: type[Any], injections: Sequence[Injection], problems: Problems) -> list[Wish]:
        wanted = ((it, self._gathered.wanted.get(id(it))) for it in injections)
        found = (self._keys.wish(cls, it, what, problems) for it, what in wanted if what is not None)
        return [wish for wish in found if wish is not None]

    def _toolbox(self, cls: type[Any]) -> Tools:
        """What a workflow finds by name: the tools it asks for itself, then what is listed, the nearest first."""
        own = [cast("type[Tool]", wish.key) for wish in self._wishes[cls] if _derives(wish.key, Tool)]
        return tuple(dict.fromkeys([*own, *(tool for tool in self._tools if self._can_be_made(tool))]))

    def _can_be_made(self, tool: Tool | type[Tool]) -> bool:
        """Whether a listed tool has here what it asks for; one of a module may need that module's own settings."""
        if not isinstance(tool, type):
            return True
        missing, before = Problems(), (dict(self._wishes), dict(self._needs))
        self._follow(tool, missing)
        if missing.found:
            self._wishes, self._needs = before
        return not missing.found

    def _reaches(self, key: type[Any], wanted: type[Any]) -> bool:
        seen: set[type[Any]] = set()
        waiting = [key]
        while waiting:
            one = waiting.pop()
            if one is wanted:
                return True
            if one not in seen:
                seen.add(one)
                waiting += self._needs.get(one, ())
        return False


class _Keys:
    """Finds who provides what is asked for: that class itself, or the one provider that derives from it."""

    def __init__(self, offered: Offers) -> None:
        self.aliases: dict[type[Any], type[Any]] = {}
        self._provided = offered.provided
        self._unclear = offered.unclear

    def wish(self, cls: type[Any], injection: Injection, wanted: type[Any], problems: Problems) -> Wish | None:
        """One injection of a workflow or tool."""
        key = self._find(wanted, injection.source, f"`{cls.__name__}.{injection.name}`", problems)
        return None if key is None else Wish(injection.name, key, injection.into == "constructor")

    def needs(self, provided: Provided, problems: Problems) -> list[type[Any]]:
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
            at = line_of_source(source)
            try:
                hint = resolve(annotations.get(parameter.name, Any), function.__globals__, {})
            except UnresolvedHint as error:
                problems.add(at, "unresolved_hint", f"the type of {who} cannot be found: {error}")
                continue
            key = self._find(hint, at, who, problems)
            found += [key] if key is not None else []
        return found

    def _find(self, wanted: Any, source: Source, who: str, problems: Problems) -> type[Any] | None:
        ours = wanted is Toolbox or _derives(wanted, Tool) or _derives(wanted, BaseWorkflow)
        if ours or wanted in self._provided:
            return wanted
        fitting = [key for key in self._provided if _derives(key, wanted)]
        unclear = [key for key in self._unclear if _derives(key, wanted)]
        if len(fitting) == 1 and not unclear:
            self.aliases[wanted] = fitting[0]
            return fitting[0]
        asks = f"{who} asks for `{type_name(wanted)}`"
        if unclear:
            names = " and ".join(f"`{name}`" for name in self._unclear[unclear[0]])
            text = f"{asks}, which {names} provide differently; import the one that is meant where it is asked for"
            problems.add(source, "ambiguous_injection", text)
        elif fitting:
            names = ", ".join(f"`{key.__name__}`" for key in fitting)
            problems.add(
                source, "ambiguous_injection", f"{asks}, but several providers fit: {names}; ask for one of them"
            )
        else:
            text = f"{asks}, which nothing provides; add it to the app's `providers`{self._near(type_name(wanted))}"
            problems.add(source, "missing_provider", text)
        return None

    def _near(self, name: str) -> str:
        twin = next((key for key in self._provided if key.__name__ == name), None)
        if twin is not None:
            return f"; the `{name}` that is provided is another class, from the module `{twin.__module__}`"
        return hint_for(name, [key.__name__ for key in self._provided])


def _shared(
    provided: Sequence[Provided], needs: Mapping[type[Any], Sequence[type[Any]]], base: Plan | None
) -> Collection[type[Any]]:
    """What another plan makes in the very same way, so that one object serves both."""
    if base is None:
        return ()
    there = {one.key: one.source for one in base.providers}
    sources = {one.key: one.source for one in provided}
    same = {key for key, source in sources.items() if there.get(key) is source}
    while apart := {key for key in same if any(needed not in same for needed in needs[key])}:
        same -= apart
    return same


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
            problems.add(line_of_source(key), "dependency_cycle", text)
        elif key not in done:
            for needed in needs.get(key, ()):
                visit(needed, (*path, key))
            done.add(key)

    for key in needs:
        visit(key, ())
