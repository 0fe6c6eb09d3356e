"""The documents that come with the framework."""

from __future__ import annotations

from loopstack_temporal.definition.documents.basic import (
    ErrorDocument,
    LinkDocument,
    MarkdownDocument,
    MessageDocument,
    PlainDocument,
)
from loopstack_temporal.definition.documents.llm import (
    ContentBlock,
    FileBlock,
    ImageBlock,
    LlmContextDocument,
    LlmMessageDocument,
    ServerToolResultBlock,
    ServerToolUseBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
    ToolResultBlock,
)

__all__ = [
    "ContentBlock",
    "ErrorDocument",
    "FileBlock",
    "ImageBlock",
    "LinkDocument",
    "LlmContextDocument",
    "LlmMessageDocument",
    "MarkdownDocument",
    "MessageDocument",
    "PlainDocument",
    "ServerToolResultBlock",
    "ServerToolUseBlock",
    "TextBlock",
    "ThinkingBlock",
    "ToolCallBlock",
    "ToolResultBlock",
]
