"""Language models: the port, the providers, and the tools that call them."""

from __future__ import annotations

from loopstack_temporal.llm.port import ModelMessage, ModelProvider, ModelReply, ModelRequest, Usage
from loopstack_temporal.llm.providers.demo import DemoProvider
from loopstack_temporal.llm.tools import (
    GeneratedObject,
    GeneratedText,
    LlmConfig,
    LlmGenerateObjectTool,
    LlmGenerateTextTool,
)

__all__ = [
    "DemoProvider",
    "GeneratedObject",
    "GeneratedText",
    "LlmConfig",
    "LlmGenerateObjectTool",
    "LlmGenerateTextTool",
    "ModelMessage",
    "ModelProvider",
    "ModelReply",
    "ModelRequest",
    "Usage",
]
