"""The port to language models: what is asked, what comes back, and what a provider has to offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

Role = Literal["user", "assistant"]
StopReason = Literal["end_turn", "tool_use", "max_tokens", "stop_sequence"]


@dataclass(frozen=True, slots=True)
class ModelMessage:
    """One turn of a conversation, in no provider's own form."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call of a model. `messages` is never empty and ends with what is asked."""

    messages: tuple[ModelMessage, ...]
    system: str | None = None
    model: str | None = None
    """`None`: the provider's own default."""

    @property
    def prompt(self) -> str:
        """What is asked: the text of the last message."""
        return self.messages[-1].text


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. `estimated` when the provider did not count them."""

    input_tokens: int
    output_tokens: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class ModelReply:
    """A model's answer. `object` is set by an object call: JSON data that has the form of the schema."""

    text: str
    model: str
    usage: Usage
    stop_reason: StopReason = "end_turn"
    object: Any = None
    response: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The provider's own answer as JSON data; kept once, in the saved message."""


@runtime_checkable
class ModelProvider(Protocol):
    """A source of model answers. Errors leave it as `ModelError`; it makes no retries of its own."""

    @property
    def provider_id(self) -> str:
        """The name workflows use: `claude`, `openai`, `demo` …"""
        ...

    async def text(self, request: ModelRequest) -> ModelReply:
        """Answer in words."""
        ...

    async def object(self, request: ModelRequest, schema: Mapping[str, Any]) -> ModelReply:
        """Answer with data that fits a JSON Schema."""
        ...
