"""An agent with the tools that ask people, and a model that says what its script says."""

from __future__ import annotations

import os

from loopstack_temporal import StudioApp
from loopstack_temporal.agents import AgentWorkflow, agents
from loopstack_temporal.hitl import hitl
from loopstack_temporal.llm import LlmRequest
from loopstack_temporal.testing import Says, ScriptedModel


def model(request: LlmRequest) -> str | Says:
    """Asks which way, then for approval, then tells what it was told."""
    results = [block for message in request.messages for block in message.blocks if block.type == "tool_result"]
    match len(results):
        case 0:
            return Says(calls=[("ask_clarification", {"question": "Which way?", "options": ["left", "right"]})])
        case 1:
            return Says(calls=[("ask_for_approval", {"concept": f"# Go {results[0].content}"})])
        case _:
            return " | ".join(block.content for block in results)


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "asking_agent"),
    title="Asking agent",
    workflows=[AgentWorkflow],
    modules=[agents(), hitl()],
    providers=[ScriptedModel(model)],
)
