"""What can be set: for all calls by the module, for one call by `provider_config`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from loopstack_temporal.llm.configured import SILENCE

PROVIDER = "pydantic_ai"

OutputMode = Literal["tool", "native", "prompted"]


class PydanticAiModel(Protocol):
    """What is needed of a model of Pydantic AI; all of them have it."""

    @property
    def model_name(self) -> str:
        """The model, as its provider calls it."""
        ...

    @property
    def system(self) -> str:
        """The provider."""
        ...


class PydanticAiConfig(BaseModel):
    """`provider_config` of one call. What the model at hand does not know, it leaves out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_tokens: int | None = Field(default=None, ge=1)
    """Default: what Pydantic AI sets for the model."""
    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, ge=0, le=1)
    stop_sequences: tuple[str, ...] = ()
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    thinking: bool | Literal["minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    """Whether the model thinks before it answers, or how hard. Default: as the model does."""
    output: OutputMode | None = None
    """How data is asked for: by a tool, by the provider's own format, or in words. Default: as the model does it best.
    """
    model_settings: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Settings that only this model has, by the names Pydantic AI gives them: `{"openai_reasoning_effort": "low"}`."""


@dataclass(frozen=True, slots=True)
class PydanticAiSettings:
    """What the module sets for all calls."""

    model: PydanticAiModel | str
    """A model, or its name with that of its provider: `"google:gemini-3-pro"`."""
    id: str = PROVIDER
    timeout: float = SILENCE
    """Seconds without a sign of life from the provider, for models that can be told."""
