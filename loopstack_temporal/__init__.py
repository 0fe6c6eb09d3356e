"""Stateful AI workflows in Python on Temporal: what applications import.

Light on purpose: nothing here loads Temporal, SQL or HTTP.
"""

from __future__ import annotations

from loopstack_temporal.app import Module, StudioApp
from loopstack_temporal.definition.context import RunContext, RunRef, TransitionInput
from loopstack_temporal.definition.document import Document, DocumentEntity, DocumentStore
from loopstack_temporal.definition.document_class import document
from loopstack_temporal.definition.documents import (
    ErrorDocument,
    LinkDocument,
    LlmContextDocument,
    LlmMessageDocument,
    MarkdownDocument,
    MessageDocument,
    PlainDocument,
)
from loopstack_temporal.definition.injection import inject
from loopstack_temporal.definition.marks import guard, on_cancel, transition
from loopstack_temporal.definition.model import Retry
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow
from loopstack_temporal.errors import (
    ChildFailed,
    ContextClosed,
    DefinitionError,
    DocumentError,
    LoopstackError,
    ModelError,
    StateError,
    TemplateError,
    ToolError,
    TransitionTimeout,
)
from loopstack_temporal.tools.base import ToolContext, ToolOptions, ToolReply, ToolResult
from loopstack_temporal.tools.call import BaseTool
from loopstack_temporal.tools.decorator import tool

__all__ = [
    "BaseTool",
    "BaseWorkflow",
    "ChildFailed",
    "ContextClosed",
    "DefinitionError",
    "Document",
    "DocumentEntity",
    "DocumentError",
    "DocumentStore",
    "ErrorDocument",
    "LinkDocument",
    "LlmContextDocument",
    "LlmMessageDocument",
    "LoopstackError",
    "MarkdownDocument",
    "MessageDocument",
    "ModelError",
    "Module",
    "PlainDocument",
    "Retry",
    "RunContext",
    "RunRef",
    "StateError",
    "StudioApp",
    "TemplateError",
    "ToolContext",
    "ToolError",
    "ToolOptions",
    "ToolReply",
    "ToolResult",
    "TransitionInput",
    "TransitionTimeout",
    "document",
    "guard",
    "inject",
    "on_cancel",
    "tool",
    "transition",
    "workflow",
]
