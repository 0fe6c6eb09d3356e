"""Messages of a conversation with a model, as blocks that are the same for every provider."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from loopstack_temporal.definition.document import Document
from loopstack_temporal.definition.document_class import document

LlmRole = Literal["user", "assistant"]
StopReason = Literal["end_turn", "tool_use", "max_tokens", "stop_sequence", "pause_turn", "refusal", "other"]
"""Why a model stopped. `other` stands for whatever a provider says beyond these, so that a guard can always decide."""


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextBlock(_Block):
    """Text a person may read."""

    type: Literal["text"] = "text"
    text: str


class ThinkingBlock(_Block):
    """What the model thought before it answered."""

    type: Literal["thinking"] = "thinking"
    text: str
    signature: str | None = None
    """The provider's proof of origin; it wants it back unchanged with the next call."""


class ToolCallBlock(_Block):
    """The model asks for a tool."""

    type: Literal["tool_call"] = "tool_call"
    id: str
    name: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])


class ToolResultBlock(_Block):
    """The answer to a tool call."""

    type: Literal["tool_result"] = "tool_result"
    tool_call_id: str
    content: str
    is_error: bool = False


class ServerToolUseBlock(_Block):
    """The provider ran a tool of its own."""

    type: Literal["server_tool_use"] = "server_tool_use"
    id: str
    name: str
    input: dict[str, Any] = Field(default_factory=dict[str, Any])


class ServerToolResultBlock(_Block):
    """What the provider's own tool gave."""

    type: Literal["server_tool_result"] = "server_tool_result"
    tool_use_id: str
    content: Any = None


class _MediaBlock(_Block):
    media_type: str
    data: str | None = None
    """The bytes in base64; either this or `url`."""
    url: str | None = None
    """Where the provider fetches it."""
    name: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.data is None) == (self.url is None):
            raise ValueError("give either `data` (base64) or `url`")
        if self.data is not None:
            try:
                b64decode(self.data, validate=True)
            except ValueError:
                raise ValueError("`data` is no base64") from None
        return self


class ImageBlock(_MediaBlock):
    """A picture for the model to look at."""

    type: Literal["image"] = "image"


class FileBlock(_MediaBlock):
    """A file for the model to read: PDF everywhere, text where the provider takes it."""

    type: Literal["file"] = "file"


ContentBlock: TypeAlias = Annotated[
    TextBlock
    | ThinkingBlock
    | ToolCallBlock
    | ToolResultBlock
    | ServerToolUseBlock
    | ServerToolResultBlock
    | ImageBlock
    | FileBlock,
    Field(discriminator="type"),
]


def text_of(blocks: Iterable[ContentBlock]) -> str:
    """What a message says in words: the texts of its blocks joined by newlines, without thinking and tools."""
    return "\n".join(block.text for block in blocks if isinstance(block, TextBlock))


@document(name="llm_message", title="Message", widget={"widget": "llm-message"}, tags=["message"])
class LlmMessageDocument(Document):
    """One message of the conversation: part of what the model is told, and shown to people."""

    model_config = ConfigDict(extra="forbid")

    role: LlmRole
    text: str = ""
    """With blocks only: see `text_of`."""
    blocks: list[ContentBlock] | None = None
    stop_reason: StopReason | None = None
    id: str | None = None
    """Of an answer: what people saw being written had this id, and the document has it as its key."""

    @model_validator(mode="after")
    def _text_of_blocks(self) -> Self:
        if not self.text and self.blocks:
            self.text = text_of(self.blocks)
        return self


@document(name="llm_context", title="Context", tags=["message"], internal=True)
class LlmContextDocument(Document):
    """Something the model is told and people never see."""

    model_config = ConfigDict(extra="forbid")

    role: LlmRole
    text: str = ""
