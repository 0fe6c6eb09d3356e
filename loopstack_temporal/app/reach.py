"""What the classes of an app, or of one of its modules, can ask for: the nearer it is written, the more it counts.

An app reaches what it lists itself, then what its modules list, then what these import, and so on. A module reaches the
same from where it stands, and after that whatever reaches it. So a module imported with other settings than the app's
has these for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.modules import Module, StudioApp
from loopstack_temporal.tools.base import Tool

Group = StudioApp | Module


@dataclass(frozen=True, slots=True)
class Reach:
    """One group with all it can reach, in levels: first itself, then what it imports, then what that imports …"""

    group: Group
    levels: tuple[tuple[Group, ...], ...]

    @property
    def tools(self) -> tuple[Tool | type[Tool], ...]:
        """Every tool that is listed, the nearest first."""
        return tuple(dict.fromkeys(tool for level in self.levels for group in level for tool in group.tools))


@dataclass(slots=True)
class Homes:
    """Where each workflow belongs: to the module that lists it, else to the app, else to who asks for it first."""

    _group: dict[type[Any], Group] = field(default_factory=dict[Any, Any])

    def settle(self, cls: type[Any], group: Group) -> None:
        """A class belongs to the first group that says so."""
        self._group.setdefault(cls, group)

    def of(self, cls: type[Any]) -> Group:
        """The group of a class that was settled."""
        return self._group[cls]


def reaches(app: StudioApp, problems: Problems) -> tuple[Reach, ...]:
    """The app's own reach, then that of every module, each once. What is no module is a problem."""
    importers: dict[int, list[Group]] = {}
    modules: dict[int, Module] = {}
    for module, importer in _imports(app, problems):
        modules[id(module)] = module
        importers.setdefault(id(module), []).append(importer)
    everywhere = tuple(_levels([app]))
    found = [Reach(app, everywhere)]
    for module in modules.values():
        chain = [*_levels([module])]
        outer: list[Group] = importers[id(module)]
        while outer and not any(one is app for one in outer):
            chain += _levels(outer)
            outer = [above for one in outer for above in importers[id(one)]]
        found.append(Reach(module, tuple(_nearest([*chain, *everywhere]))))
    return tuple(found)


def _imports(app: StudioApp, problems: Problems) -> Iterator[tuple[Module, Group]]:
    """Every import of a module once, those of the app first."""
    waiting: list[tuple[object, Group]] = [(module, app) for module in app.modules]
    seen: set[int] = set()
    while waiting:
        module, importer = waiting.pop(0)
        if isinstance(module, Module):
            yield module, importer
            if id(module) not in seen:
                seen.add(id(module))
                waiting += [(inner, module) for inner in module.modules]
            continue
        where = f"app {app.title!r}" if importer is app else f"module {getattr(importer, 'name', '?')!r}"
        if isinstance(module, StudioApp):
            text = f"the app {module.title!r} stands in the modules of the {where}; apps do not nest, so put what both"
            problems.add(importer.source, "nested_app", f"{text} need into a Module")
        else:
            problems.add(importer.source, "not_a_module", f"{module!r} in the modules of the {where} is no Module")


def _nearest(levels: Sequence[tuple[Group, ...]]) -> Iterator[tuple[Group, ...]]:
    """The levels with each group only where it is met first."""
    seen: set[int] = set()
    for level in levels:
        if fresh := tuple(group for group in level if id(group) not in seen):
            yield fresh
        seen |= {id(group) for group in fresh}


def _levels(start: Sequence[Group]) -> Iterator[tuple[Group, ...]]:
    level: list[Group] = list(start)
    seen: set[int] = set()
    while level:
        fresh: list[Group] = []
        for group in level:
            if id(group) not in seen:
                seen.add(id(group))
                fresh.append(group)
        if fresh:
            yield tuple(fresh)
        # What is no module was reported; it must not stop the rest from being read.
        inner: list[object] = [module for group in fresh for module in group.modules]
        level = [module for module in inner if isinstance(module, Module)]
