"""Everything of this room for an app's `modules`."""

from __future__ import annotations

from loopstack_temporal.agents.finish import AgentFinishTool
from loopstack_temporal.agents.values import AgentSettings, ContextWindow
from loopstack_temporal.agents.workflows import AgentWorkflow, ChatAgentWorkflow
from loopstack_temporal.llm.tools import LlmConfig
from loopstack_temporal.modules import Module


def agents(*, llm: LlmConfig | None = None, max_turns: int = 50, window: ContextWindow | None = None) -> Module:
    """The agents of an app and how they work.

    Args:
        llm: Provider, model and other options of their model calls, `{"provider": "claude", "model": "…"}`. Default:
            what the app uses.
        max_turns: Model calls of one agent, in a chat of one answer; then its run stops and says so.
        window: What to do when a conversation grows long. Default: nothing.

    An app that needs no settings needs no module either: its workflows just ask for `AgentWorkflow`.
    """
    return Module(
        name="agents",
        workflows=[AgentWorkflow, ChatAgentWorkflow],
        tools=[AgentFinishTool],
        providers=[AgentSettings(llm if llm is not None else LlmConfig(), max_turns, window)],
    )
