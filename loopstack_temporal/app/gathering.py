"""Walks through an app: its modules, and everything its workflows and tools ask for, as far as that leads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

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
from loopstack_temporal.modules import Module, Provider, StudioApp
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
    documents: list[DocumentDefinition] = field(default_factory=list[DocumentDefinition])
    providers: list[tuple[Provider, Source]] = field(default_factory=list[tuple[Provider, Source]])
    children: list[type[Any]] = field(default_factory=list[type[Any]])
    wanted: dict[int, type[Any]] = field(default_factory=dict[int, type[Any]])
    """What each injection asks for, by the injection's identity."""


def gather(app: StudioApp, problems: Problems) -> Gathered:
    """Collect an app's parts. What is no workflow, tool or document, and every clash of names, is a problem."""
    walk = _Walk(problems)
    listed = [walk.workflow(cls, app.source) for cls in app.workflows]
    for group in (app, *_modules(app, problems)):
        for cls in group.workflows:
            walk.workflow(cls, group.source)
        for tool in group.tools:
            walk.tool(tool, group.source)
        for document in group.documents:
            walk.document(document, group.source)
        walk.gathered.providers += [(provider, group.source) for provider in group.providers]
    walk.follow()
    walk.visible_documents()
    gathered = walk.gathered
    gathered.listed = tuple(dict.fromkeys(found.name for found in listed if found))
    _clashes("workflow", [(found.name, found.source, found.cls) for found in gathered.workflows], problems)
    _clashes("tool", [(found.name, found.source, found.target) for found in gathered.tools], problems)
    _clashes("document", [(found.name, found.source, found.cls) for found in gathered.documents], problems)
    return gathered


def _modules(app: StudioApp, problems: Problems) -> list[Module]:
    """All modules an app reaches, each once, an importing one before those it imports."""
    found: dict[int, Module] = {}
    waiting: list[tuple[object, StudioApp | Module]] = [(module, app) for module in app.modules]
    while waiting:
        module, importer = waiting.pop(0)
        if isinstance(module, Module):
            if id(module) not in found:
                found[id(module)] = module
                waiting += [(inner, module) for inner in module.modules]
            continue
        where = f"app {app.title!r}" if importer is app else f"module {getattr(importer, 'name', '?')!r}"
        if isinstance(module, StudioApp):
            text = f"the app {module.title!r} stands in the modules of the {where}; apps do not nest, so put what both"
            text += " need into a Module"
            problems.add(importer.source, "nested_app", text)
        else:
            problems.add(importer.source, "not_a_module", f"{module!r} in the modules of the {where} is no Module")
    return list(found.values())


class _Walk:
    """Follows injections from class to class, so that children and tools need not be listed."""

    def __init__(self, problems: Problems) -> None:
        self.gathered = Gathered()
        self._problems = problems
        self._seen: set[int] = set()
        self._open: list[tuple[Injection, ...]] = []

    def workflow(self, cls: Any, at: Source) -> WorkflowDefinition | None:
        if not _is_class(cls, BaseWorkflow):
            self._problems.add(at, "not_a_workflow", f"{_named(cls)} is no workflow class")
            return None
        definition = self._read(definition_of, cls)
        if definition is not None and self._first(cls):
            self.gathered.workflows.append(definition)
            self._open.append(definition.injections)
        return definition

    def tool(self, target: Any, at: Source) -> None:
        if not isinstance(target, Tool) and not _is_class(target, Tool):
            self._problems.add(at, "not_a_tool", f"{_named(target)} is no tool; put `@tool` above it")
            return
        definition = self._read(tool_of, target)
        if definition is not None and self._first(target):
            self.gathered.tools.append(definition)
            self._open.append(definition.injections)

    def document(self, cls: Any, at: Source) -> None:
        if not _is_class(cls, Document):
            self._problems.add(at, "not_a_document", f"{_named(cls)} is no document class")
            return
        if self._first(cls) and (definition := self._read(document_of, cls)):
            self.gathered.documents.append(definition)

    def follow(self) -> None:
        """Take in everything that is asked for, directly or by something that is asked for."""
        while self._open:
            for injection in self._open.pop(0):
                wanted = self._read(resolve_wanted, injection)
                if wanted is None:
                    continue
                self.gathered.wanted[id(injection)] = wanted
                if _is_class(wanted, Tool):
                    self.tool(wanted, injection.source)
                elif _is_class(wanted, BaseWorkflow) and self.workflow(wanted, injection.source):
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
