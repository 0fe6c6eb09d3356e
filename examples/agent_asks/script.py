"""What the model says where there is none."""

from __future__ import annotations

from examples.agent_asks.workflows import APPROVE, CLARIFY
from loopstack_temporal.definition.documents import ToolCallBlock
from loopstack_temporal.llm import LlmMessage, LlmRequest

PLAN = "1. The river in the morning\n2. Lunch at the market\n3. The lighthouse at sunset"


def script(request: LlmRequest) -> LlmMessage | None:
    """Ask first; then say what came of it."""
    if request.system not in (CLARIFY, APPROVE):
        return None
    answers = [block.content for one in request.messages for block in one.blocks if block.type == "tool_result"]
    if request.system == CLARIFY:
        if answers:
            return _said(f"Then I cook for that: {answers[0]}")
        return _call("ask_clarification", question="Does anybody not eat meat?", mode="text")
    if not answers:
        return _call("ask_for_approval", concept=PLAN)
    return _said("It is settled." if '"approved": true' in answers[0].lower() else "Then we stay at home.")


def _said(text: str) -> LlmMessage:
    return LlmMessage("assistant", text)


def _call(name: str, **args: object) -> LlmMessage:
    return LlmMessage("assistant", "One moment.", (ToolCallBlock(id=f"call_{name}", name=name, args=args),))
