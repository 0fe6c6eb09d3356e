"""Stateful AI workflows in Python on Temporal: what applications import.

Light on purpose: nothing here loads Temporal, SQL or HTTP.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

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
    AgentStopped,
    ChildFailed,
    ChildrenNeedTemporal,
    Conflict,
    ContextClosed,
    DefinitionError,
    DocumentError,
    InvalidAnswer,
    InvalidInput,
    LoopstackError,
    ModelError,
    NotFound,
    RunCanceled,
    RunFailed,
    StateError,
    TemplateError,
    TemporalUnreachable,
    ToolError,
    TransitionTimeout,
)
from loopstack_temporal.flows import (
    ChildItem,
    FanOut,
    FanOutArgs,
    FanOutResult,
    Outcome,
    Sequence,
    SequenceArgs,
    SequenceResult,
)
from loopstack_temporal.tools.base import ToolContext, ToolOptions, ToolReply, ToolResult
from loopstack_temporal.tools.call import BaseTool
from loopstack_temporal.tools.decorator import tool
from loopstack_temporal.tools.interceptors import Next, ToolCall, tool_interceptor
from loopstack_temporal.tools.server import ServerTool
from loopstack_temporal.tools.toolbox import Toolbox

if TYPE_CHECKING:
    from loopstack_temporal.running.handle import RunHandle
    from loopstack_temporal.running.outcome import RunOutcome
    from loopstack_temporal.running.runner import WorkflowRunner

_HEAVY = {
    "RunHandle": "loopstack_temporal.running.handle",
    "RunOutcome": "loopstack_temporal.running.outcome",
    "WorkflowRunner": "loopstack_temporal.running.runner",
}
"""Loaded when somebody asks for them: they need SQL and, to connect, Temporal."""

__all__ = [
    "AgentStopped",
    "BaseTool",
    "BaseWorkflow",
    "ChildFailed",
    "ChildItem",
    "ChildrenNeedTemporal",
    "Conflict",
    "ContextClosed",
    "DefinitionError",
    "Document",
    "DocumentEntity",
    "DocumentError",
    "DocumentStore",
    "ErrorDocument",
    "FanOut",
    "FanOutArgs",
    "FanOutResult",
    "InvalidAnswer",
    "InvalidInput",
    "LinkDocument",
    "LlmContextDocument",
    "LlmMessageDocument",
    "LoopstackError",
    "MarkdownDocument",
    "MessageDocument",
    "ModelError",
    "Module",
    "Next",
    "NotFound",
    "Outcome",
    "PlainDocument",
    "Retry",
    "RunCanceled",
    "RunContext",
    "RunFailed",
    "RunHandle",
    "RunOutcome",
    "RunRef",
    "Sequence",
    "SequenceArgs",
    "SequenceResult",
    "ServerTool",
    "StateError",
    "StudioApp",
    "TemplateError",
    "TemporalUnreachable",
    "ToolCall",
    "ToolContext",
    "ToolError",
    "ToolOptions",
    "ToolReply",
    "ToolResult",
    "Toolbox",
    "TransitionInput",
    "TransitionTimeout",
    "WorkflowRunner",
    "document",
    "guard",
    "inject",
    "on_cancel",
    "tool",
    "tool_interceptor",
    "transition",
    "workflow",
]


def __getattr__(name: str) -> object:
    if name in _HEAVY:
        return getattr(import_module(_HEAVY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
