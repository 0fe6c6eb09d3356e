"""Agents: workflows in which a model decides what to do next."""

from __future__ import annotations

from loopstack_temporal.agents.finish import AgentFinishArgs, AgentFinishTool
from loopstack_temporal.agents.module import agents
from loopstack_temporal.agents.values import (
    AgentArgs,
    AgentResult,
    AgentSettings,
    AgentState,
    ChatAgentArgs,
    ContextWindow,
)
from loopstack_temporal.agents.window import keep_within
from loopstack_temporal.agents.workflows import AgentLoop, AgentWorkflow, ChatAgentWorkflow

__all__ = [
    "AgentArgs",
    "AgentFinishArgs",
    "AgentFinishTool",
    "AgentLoop",
    "AgentResult",
    "AgentSettings",
    "AgentState",
    "AgentWorkflow",
    "ChatAgentArgs",
    "ChatAgentWorkflow",
    "ContextWindow",
    "agents",
    "keep_within",
]
