"""What can be set: for all calls by the module, for one call by `provider_config`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from loopstack_temporal.llm.configured import SILENCE, api_key, check_allowed, model_name, read_config
from loopstack_temporal.llm.port import LlmRequest

PROVIDER = "claude"
BASE_URL = "https://api.anthropic.com"


class ClaudeConfig(BaseModel):
    """`provider_config` of one call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_tokens: int = Field(default=4096, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=1)
    stop_sequences: tuple[str, ...] = ()
    cache: bool = False
    """Mark the instructions, the tools and the conversation for the provider's prompt cache."""
    thinking: Literal["adaptive"] | Annotated[int, Field(ge=1024)] | None = None
    """`"adaptive"`, or the number of tokens the model may think; less than `max_tokens`."""
    env_api_key: str | None = Field(default=None, min_length=1)
    """The environment variable with the key for this call."""

    @model_validator(mode="after")
    def _room_to_answer(self) -> Self:
        if isinstance(self.thinking, int) and self.thinking >= self.max_tokens:
            raise ValueError(f"`thinking` ({self.thinking}) must be less than `max_tokens` ({self.max_tokens})")
        return self


@dataclass(frozen=True, slots=True)
class ClaudeSettings:
    """What the module sets for all calls."""

    model: str | None = None
    base_url: str | None = None
    env_api_key: str = "ANTHROPIC_API_KEY"
    timeout: float = SILENCE
    """Seconds without a sign of life from the provider."""


@dataclass(frozen=True, slots=True)
class ClaudeCall:
    """Everything about one call that is not its content."""

    model: str
    base_url: str
    api_key: str
    timeout: float
    config: ClaudeConfig


def read_call(settings: ClaudeSettings, request: LlmRequest) -> ClaudeCall:
    """Settings of module and call put together. Raises `ModelError` if key or model are missing, `ToolError`."""
    config = read_config(PROVIDER, ClaudeConfig, request.settings)
    base_url = settings.base_url or os.environ.get("ANTHROPIC_BASE_URL") or BASE_URL
    check_allowed(PROVIDER, base_url)
    return ClaudeCall(
        model=model_name(PROVIDER, request.model, settings.model, variable="CLAUDE_MODEL"),
        base_url=base_url,
        api_key=api_key(PROVIDER, config.env_api_key or settings.env_api_key),
        timeout=settings.timeout,
        config=config,
    )
