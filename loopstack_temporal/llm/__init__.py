"""Language models: the port, the providers, and the tools that call them."""

from __future__ import annotations

from loopstack_temporal.definition.words import Words
from loopstack_temporal.llm.attached import Attachment, UserMessage
from loopstack_temporal.llm.delegation import (
    LlmCancelPendingToolsTool,
    LlmDelegateConfig,
    LlmDelegateToolCallsTool,
    LlmUpdateToolResultTool,
)
from loopstack_temporal.llm.options import LlmConfig
from loopstack_temporal.llm.port import (
    LlmMessage,
    LlmProvider,
    LlmReply,
    LlmRequest,
    OnStream,
    StreamEvent,
    ToolOffer,
    Usage,
)
from loopstack_temporal.llm.providers.claude import ClaudeProvider, claude
from loopstack_temporal.llm.providers.demo import DemoProvider
from loopstack_temporal.llm.providers.openai import OpenAiProvider, openai
from loopstack_temporal.llm.registry import LlmProviderRegistry
from loopstack_temporal.llm.results import LlmDelegateResult, LlmTurn, ToolCallFault, ToolCallState
from loopstack_temporal.llm.tools import (
    GeneratedObject,
    GeneratedText,
    LlmGenerateObjectTool,
    LlmGenerateTextTool,
)

__all__ = [
    "Attachment",
    "ClaudeProvider",
    "DemoProvider",
    "GeneratedObject",
    "GeneratedText",
    "LlmCancelPendingToolsTool",
    "LlmConfig",
    "LlmDelegateConfig",
    "LlmDelegateResult",
    "LlmDelegateToolCallsTool",
    "LlmGenerateObjectTool",
    "LlmGenerateTextTool",
    "LlmMessage",
    "LlmProvider",
    "LlmProviderRegistry",
    "LlmReply",
    "LlmRequest",
    "LlmTurn",
    "LlmUpdateToolResultTool",
    "OnStream",
    "OpenAiProvider",
    "StreamEvent",
    "ToolCallFault",
    "ToolCallState",
    "ToolOffer",
    "Usage",
    "UserMessage",
    "Words",
    "claude",
    "openai",
]
