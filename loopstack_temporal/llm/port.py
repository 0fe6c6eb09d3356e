"""The port to language models: what is asked, what comes back, and what a provider has to offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import TypeAdapter

from loopstack_temporal.definition.documents.llm import ContentBlock, LlmRole, StopReason, ToolCallBlock

BLOCKS: TypeAdapter[tuple[ContentBlock, ...]] = TypeAdapter(tuple[ContentBlock, ...])
"""Blocks of a message from and to JSON data."""


@dataclass(frozen=True, slots=True)
class LlmMessage:
    """One turn of a conversation, in no provider's own form."""

    role: LlmRole
    text: str = ""
    """All that can be read; of a message with blocks the texts of these, joined by newlines."""
    blocks: tuple[ContentBlock, ...] = ()
    native: Mapping[str, Any] | None = None
    """The answer this message came in, as `LlmReply.response` had it. Set only when the provider asked is the one that
    gave it: send its message back unchanged."""

    @property
    def tool_calls(self) -> tuple[ToolCallBlock, ...]:
        """The tools the model wants called, in its order."""
        return tuple(block for block in self.blocks if isinstance(block, ToolCallBlock))


@dataclass(frozen=True, slots=True)
class ToolOffer:
    """A tool as a model is told of it."""

    name: str
    description: str
    input_schema: Mapping[str, Any]
    server: Mapping[str, Any] | None = None
    """Of a tool that the provider runs itself: its definition, put into the request as it is."""


@dataclass(frozen=True, slots=True)
class LlmRequest:
    """One call of a model. `messages` is never empty and ends with what is asked."""

    messages: tuple[LlmMessage, ...]
    system: str | None = None
    model: str | None = None
    """`None`: the provider's own default."""
    tools: tuple[ToolOffer, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """`provider_config` of the call; each provider says what it takes and refuses the rest."""
    idempotency_key: str | None = None
    """The same for every attempt at this call, for servers that understand one; those of our own providers do not."""

    @property
    def prompt(self) -> str:
        """What is asked: the text of the last message."""
        return self.messages[-1].text


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; `None` where the provider tells nothing. `estimated` when it did not count them itself."""

    input_tokens: int
    """Without those that were read from or written to a cache."""
    output_tokens: int
    """Those of reasoning included."""
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    reasoning_tokens: int | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class LlmReply:
    """A model's answer."""

    message: LlmMessage
    model: str
    """The model that really answered."""
    stop_reason: StopReason = "end_turn"
    id: str | None = None
    """The provider's id of the message."""
    response: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The provider's own answer as JSON data; kept once, in the saved message, and read by `extract_usage`."""
    object: Any = None
    """Of an object call: JSON data that has the form of the schema."""
    vendor: str | None = None
    """Whose prices hold, where that is somebody else than the provider that was asked."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """A piece of an answer that is still being written."""

    type: Literal["start", "text_delta", "thinking_delta", "tool_call", "done", "error"]
    text: str = ""
    data: Mapping[str, Any] | None = None
    """Of a tool call: `id`, `name` and `args`, once all of it is there."""


OnStream = Callable[[StreamEvent], None]
"""Takes pieces as they come. Never raises and never waits."""


@runtime_checkable
class LlmProvider(Protocol):
    """A source of model answers. Errors leave it as `ModelError`; it makes no retries of its own."""

    @property
    def provider_id(self) -> str:
        """The name workflows use: `claude`, `openai`, `demo` …"""
        ...

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        """Answer in words or with tool calls. A provider that cannot stream leaves `on_stream` alone."""
        ...

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        """Answer with data that fits a JSON Schema."""
        ...

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        """The tokens that an answer of this provider says it cost."""
        ...

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        """A message in the provider's own form."""
        ...
