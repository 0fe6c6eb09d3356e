"""What authors write: decorators, base classes, documents, widgets and templates, read into frozen definitions."""

from __future__ import annotations

from loopstack_temporal.definition.context import RunContext, RunRef, TransitionInput
from loopstack_temporal.definition.document import Document, DocumentEntity, DocumentStore
from loopstack_temporal.definition.document_class import document, document_of
from loopstack_temporal.definition.injection import inject, resolve_wanted
from loopstack_temporal.definition.marks import guard, on_cancel, transition
from loopstack_temporal.definition.model import DocumentDefinition, Retry, TransitionDefinition, WorkflowDefinition
from loopstack_temporal.definition.registry import definition_of, find_definition, with_default_timeout
from loopstack_temporal.definition.session import ChildOptions, Session, attach, detach, session_of
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow

__all__ = [
    "BaseWorkflow",
    "ChildOptions",
    "Document",
    "DocumentDefinition",
    "DocumentEntity",
    "DocumentStore",
    "Retry",
    "RunContext",
    "RunRef",
    "Session",
    "TransitionDefinition",
    "TransitionInput",
    "WorkflowDefinition",
    "attach",
    "definition_of",
    "detach",
    "document",
    "document_of",
    "find_definition",
    "guard",
    "inject",
    "on_cancel",
    "resolve_wanted",
    "session_of",
    "transition",
    "with_default_timeout",
    "workflow",
]
