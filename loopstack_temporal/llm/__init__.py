"""Language models: the port, the providers, and the tools that call them."""

from __future__ import annotations

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
from loopstack_temporal.llm.tools import (
    GeneratedObject,
    GeneratedText,
    LlmGenerateObjectTool,
    LlmGenerateTextTool,
)

__all__ = [
    "ClaudeProvider",
    "DemoProvider",
    "GeneratedObject",
    "GeneratedText",
    "LlmConfig",
    "LlmGenerateObjectTool",
    "LlmGenerateTextTool",
    "LlmMessage",
    "LlmProvider",
    "LlmProviderRegistry",
    "LlmReply",
    "LlmRequest",
    "OnStream",
    "OpenAiProvider",
    "StreamEvent",
    "ToolOffer",
    "Usage",
    "claude",
    "openai",
]
