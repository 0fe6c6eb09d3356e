"""Walks through an app: its modules, and everything its workflows and tools ask for, as far as that leads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

from loopstack_temporal.app.reach import Group, Homes, Reach, reaches
from loopstack_temporal.definition.document import Document
from loopstack_temporal.definition.document_class import document_of
from loopstack_temporal.definition.documents import (
    ErrorDocument,
    LinkDocument,
    LlmContextDocument,
    LlmMessageDocument,
    MarkdownDocument,
    MessageDocument,
    PlainDocument,
)
from loopstack_temporal.definition.injection import resolve_wanted
from loopstack_temporal.definition.model import DocumentDefinition, Injection, Source, WorkflowDefinition
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.errors import DefinitionError
from loopstack_temporal.modules import StudioApp
from loopstack_temporal.tools.base import Tool, ToolDefinition, tool_of

_BUILT_IN: tuple[type[Document], ...] = (
    MarkdownDocument,
    PlainDocument,
    MessageDocument,
    ErrorDocument,
    LinkDocument,
    LlmMessageDocument,
    LlmContextDocument,
)
_A = TypeVar("_A")
_R = TypeVar("_R")


@dataclass(slots=True)
class Gathered:
    """Everything that belongs to an app, each once, in the order in which it was met."""

    listed: tuple[str, ...] = ()
    workflows: list[WorkflowDefinition] = field(default_factory=list[WorkflowDefinition])
    tools: list[ToolDefinition] = field(default_factory=list[ToolDefinition])
    reaches: tuple[Reach, ...] = ()
    """What the app, and what each module can ask for; the app's first."""
    homes: Homes = field(default_factory=Homes)
    documents: list[DocumentDefinition] = field(default_factory=list[DocumentDefinition])
    children: list[type[Any]] = field(default_factory=list[type[Any]])
    wanted: dict[int, type[Any]] = field(default_factory=dict[int, type[Any]])
    """What each injection asks for, by the injection's identity."""

    @property
    def workflow_classes(self) -> list[type[Any]]:
        """The class of every workflow."""
        return [found.cls for found in self.workflows]

    @property
    def injections(self) -> dict[type[Any], tuple[Injection, ...]]:
        """What each workflow and tool class asks for."""
        tools = {found.target: found.injections for found in self.tools if isinstance(found.target, type)}
        return {found.cls: found.injections for found in self.workflows} | tools


def gather(app: StudioApp, problems: Problems) -> Gathered:
    """Collect an app's parts. What is no workflow, tool or document, and every clash of names, is a problem."""
    walk = _Walk(problems)
    walk.gathered.reaches = reaches(app, problems)
    groups = [reach.group for reach in walk.gathered.reaches]
    # A workflow that a module lists belongs there, also when the app lists it so that people can start it.
    for group in (*groups[1:], app):
        for cls in group.workflows:
            walk.gathered.homes.settle(cls, group)
    listed = [walk.workflow(cls, app.source, app) for cls in app.workflows]
    for group in groups:
        for cls in group.workflows:
            walk.workflow(cls, group.source, group)
        for tool in group.tools:
            walk.tool(tool, group.source, group)
        for document in group.documents:
            walk.document(document, group.source)
    walk.follow()
    walk.visible_documents()
    gathered = walk.gathered
    gathered.listed = tuple(dict.fromkeys(found.name for found in listed if found))
    _clashes("workflow", [(found.name, found.source, found.cls) for found in gathered.workflows], problems)
    _clashes("tool", [(found.name, found.source, found.target) for found in gathered.tools], problems)
    _clashes("document", [(found.name, found.source, found.cls) for found in gathered.documents], problems)
    return gathered


class _Walk:
    """Follows injections from class to class, so that children and tools need not be listed."""

    def __init__(self, problems: Problems) -> None:
        self.gathered = Gathered()
        self._problems = problems
        self._seen: set[int] = set()
        self._open: list[tuple[tuple[Injection, ...], Group]] = []

    def workflow(self, cls: Any, at: Source, group: Group) -> WorkflowDefinition | None:
        if not _is_class(cls, BaseWorkflow):
            self._problems.add(at, "not_a_workflow", f"{_named(cls)} is no workflow class")
            return None
        definition = self._read(definition_of, cls)
        if definition is not None and self._first(cls):
            self.gathered.workflows.append(definition)
            self.gathered.homes.settle(cls, group)
            self._open.append((definition.injections, self.gathered.homes.of(cls)))
        return definition

    def tool(self, target: Any, at: Source, group: Group) -> None:
        if not isinstance(target, Tool) and not _is_class(target, Tool):
            self._problems.add(at, "not_a_tool", f"{_named(target)} is no tool; put `@tool` above it")
            return
        definition = self._read(tool_of, target)
        if definition is not None and self._first(target):
            self.gathered.tools.append(definition)
            self._open.append((definition.injections, group))

    def document(self, cls: Any, at: Source) -> None:
        if not _is_class(cls, Document):
            self._problems.add(at, "not_a_document", f"{_named(cls)} is no document class")
            return
        if self._first(cls) and (definition := self._read(document_of, cls)):
            self.gathered.documents.append(definition)

    def follow(self) -> None:
        """Take in everything that is asked for, directly or by something that is asked for."""
        while self._open:
            injections, group = self._open.pop(0)
            for injection in injections:
                wanted = self._read(resolve_wanted, injection)
                if wanted is None:
                    continue
                self.gathered.wanted[id(injection)] = wanted
                if _is_class(wanted, Tool):
                    self.tool(wanted, injection.source, group)
                elif _is_class(wanted, BaseWorkflow) and self.workflow(wanted, injection.source, group):
                    if wanted not in self.gathered.children:
                        self.gathered.children.append(wanted)

    def visible_documents(self) -> None:
        """Documents need no list: those an author's module can see belong to the app, built-in ones always."""
        for cls in _BUILT_IN:
            self.document(cls, Source("", 0))
        targets = [found.cls for found in self.gathered.workflows] + [found.target for found in self.gathered.tools]
        names = dict.fromkeys(getattr(target, "__module__", "") for target in targets)
        for module in (sys.modules.get(name) for name in names):
            for cls in _documents_in(module):
                self.document(cls, Source("", 0))

    def _first(self, thing: object) -> bool:
        if id(thing) in self._seen:
            return False
        self._seen.add(id(thing))
        return True

    def _read(self, read: Callable[[_A], _R], thing: _A) -> _R | None:
        try:
            return read(thing)
        except DefinitionError as error:
            for problem in error.problems:
                self._problems.add(Source(problem.file, problem.line), problem.code, problem.text)
            return None


def _documents_in(module: ModuleType | None) -> Iterator[type[Document]]:
    """Document classes among a module's names, and among those of modules it imported as a whole."""
    for value in tuple(vars(module).values()) if module else ():
        found = tuple(vars(value).values()) if isinstance(value, ModuleType) else (value,)
        for cls in found:
            if isinstance(cls, type) and issubclass(cls, Document) and cls is not Document:
                yield cls


def _clashes(kind: str, found: Sequence[tuple[str, Source, object]], problems: Problems) -> None:
    first: dict[str, tuple[Source, object]] = {}
    for name, source, thing in found:
        where, other = first.setdefault(name, (source, thing))
        if where is not source:
            problems.add(
                source,
                "name_clash",
                f"{_named(thing)} and another {kind} of this app, {_named(other)} ({where.file}:{where.line}), are "
                f"both named {name!r}; give one a `name=`",
            )


def _is_class(thing: object, base: type[Any]) -> bool:
    return isinstance(thing, type) and issubclass(thing, base)


def _named(thing: object) -> str:
    return f"`{thing.__name__}`" if isinstance(thing, type) else repr(thing)
