"""What can be set: for all calls by the module, for one call by `provider_config`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loopstack_temporal.llm.configured import SILENCE, api_key, check_allowed, model_name, read_config
from loopstack_temporal.llm.port import LlmRequest

PROVIDER = "openai"
BASE_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-5.4-mini"
_REASONING = re.compile(r"(o\d|gpt-[5-9]|gpt-\d\d)")

TokenLimit = Literal["max_tokens", "max_completion_tokens"]


class OpenAiConfig(BaseModel):
    """`provider_config` of one call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_tokens: int | None = Field(default=None, ge=1)
    """Default: the model's own limit."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    stop_sequences: tuple[str, ...] = Field(default=(), max_length=4)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    env_api_key: str | None = Field(default=None, min_length=1)
    """The environment variable with the key for this call."""


@dataclass(frozen=True, slots=True)
class OpenAiSettings:
    """What the module sets for all calls."""

    model: str | None = None
    base_url: str | None = None
    env_api_key: str = "OPENAI_API_KEY"
    timeout: float = SILENCE
    """Seconds without a sign of life from the provider."""
    token_limit: TokenLimit | None = None
    """Under which name a server wants the limit; `None`: as OpenAI's models of that name do."""


@dataclass(frozen=True, slots=True)
class OpenAiCall:
    """Everything about one call that is not its content."""

    model: str
    base_url: str
    api_key: str
    timeout: float
    token_limit: TokenLimit
    config: OpenAiConfig


def read_call(settings: OpenAiSettings, request: LlmRequest) -> OpenAiCall:
    """Settings of module and call put together. Raises `ModelError` if the key is missing, `ToolError`."""
    config = read_config(PROVIDER, OpenAiConfig, request.settings)
    base_url = settings.base_url or os.environ.get("OPENAI_BASE_URL") or BASE_URL
    check_allowed(PROVIDER, base_url)
    model = model_name(PROVIDER, request.model, settings.model, variable="OPENAI_MODEL", default=DEFAULT_MODEL)
    return OpenAiCall(
        model=model,
        base_url=base_url,
        api_key=api_key(PROVIDER, config.env_api_key or settings.env_api_key),
        timeout=settings.timeout,
        token_limit=settings.token_limit or _token_limit(model),
        config=config,
    )


def _token_limit(model: str) -> TokenLimit:
    # `ft:o3:org::id` and `openai/o3` are that model too.
    name = model.removeprefix("ft:").rpartition("/")[2]
    return "max_completion_tokens" if _REASONING.match(name) else "max_tokens"
