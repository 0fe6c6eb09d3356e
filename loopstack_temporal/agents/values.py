"""What agents take, keep and give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, Field

from loopstack_temporal.definition.words import Words
from loopstack_temporal.llm.results import LlmDelegateResult, LlmTurn
from loopstack_temporal.llm.tools import LlmConfig


class AgentArgs(BaseModel):
    """What an agent is for."""

    system: str = ""
    """Instructions, sent with every model call."""
    tools: list[str] = Field(default_factory=list[str])
    """Names of the tools that the model may call; nothing else can be called."""
    user_message: Words
    """What a person says first."""
    context: str | None = None
    """Something the model is told first and people do not see."""


class ChatAgentArgs(AgentArgs):
    """The same for a conversation."""

    task_mode: bool = False
    """Offers `agent_finish`, with which the model ends the conversation and gives its result."""


class AgentResult(BaseModel):
    """What an agent found."""

    response: str
    """The model's last text."""


class AgentState(BaseModel):
    """Where the loop stands. The messages themselves are documents."""

    turn: LlmTurn | None = None
    results: LlmDelegateResult | None = None
    turns: int = 0
    """Model calls since the beginning, or since a person let the agent go on."""


@dataclass(frozen=True, slots=True)
class ContextWindow:
    """What to do when a conversation grows longer than a model should read."""

    tokens: int
    """Estimated at four characters each."""
    rule: Literal["drop", "summarise"] = "drop"
    """Leave the oldest turns out, or replace them by a summary that the model writes."""


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """How the agents of an app work; `agents(...)` sets it."""

    llm: LlmConfig = field(default_factory=LlmConfig)
    """Provider, model and `provider_config` of every call; empty: those of the app."""
    max_turns: int = 50
    """Model calls of one agent, in a chat of one answer; then the run stops and says so."""
    window: ContextWindow | None = None
