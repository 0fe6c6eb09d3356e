"""What a model call takes beside the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, with_config
from typing_extensions import TypedDict

from loopstack_temporal.tools.base import Tool

_NAMES = WithJsonSchema({"type": "array", "items": {"type": "string"}})


@with_config(ConfigDict(extra="forbid", arbitrary_types_allowed=True))
class LlmConfig(TypedDict, total=False):
    """Options of a model call; each can also be given by name, `call(prompt=…, model=…)`."""

    provider: str
    """`claude`, `openai`, `demo` …; default: the first one the app lists."""
    model: str
    """Default: the provider's own."""
    system: str
    """Instructions, sent with every call and stored nowhere."""
    messages_search_tag: str
    """Which documents are the conversation when neither `prompt` nor `messages` is given; default `message`."""
    tools: Annotated[Sequence[str | type[Tool] | Tool], _NAMES]
    """Tools the model may ask for, by name, class or object. A call of it only tells what it wants; run it yourself."""
    provider_config: dict[str, Any]
    """What only this provider knows: `max_tokens`, `temperature`, `cache` …; unknown fields are refused."""
    fallback: Sequence[str]
    """Models to ask in turn when one fails in a way that may pass: `provider`, `provider:model` or `model`."""
    save: bool
    """Whether a text answer becomes a document of the run; default true."""
    meta: dict[str, Any]
    """Added to the meta of the saved document."""
    max_repairs: Annotated[int, Field(ge=0, le=10)]
    """How often a model is told that its data does not fit, before the call fails; default 2."""


class LlmGenerateArgs(BaseModel):
    """What a model is asked. Without both, the conversation is taken from the run's documents."""

    prompt: str | None = Field(default=None, description="One question; documents of the run are not sent.")
    messages: list[dict[str, Any]] | None = Field(default=None, description="A conversation: role and text of each.")


class LlmGenerateObjectArgs(LlmGenerateArgs):
    """The same, with the form of the answer."""

    output_schema: dict[str, Any] = Field(description="JSON Schema of the answer.")
