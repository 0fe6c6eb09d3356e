"""An agent whose tools all fail: every failure is a result that the model is told, and the run completes."""

from __future__ import annotations

from loopstack_temporal import BaseWorkflow, MarkdownDocument, transition, workflow
from loopstack_temporal.agents import AgentArgs, AgentResult, AgentWorkflow
from loopstack_temporal.definition.documents import ToolCallBlock
from loopstack_temporal.llm import LlmMessage, LlmRequest

SYSTEM = "You are a travel agent. Try each of your tools once, all at the same time; then say what came of it."
WISH = "Forty of us want to go to Rome tonight."
TOOLS = ["book_seats", "ask_station", "night_train"]


@workflow(title="Tool errors", description="An agent whose three tools fail, each in its own way.")
class AgentErrorHandlingWorkflow(BaseWorkflow[dict[str, object], dict[str, object], str]):
    agent: AgentWorkflow

    @transition(to="running")
    async def start(self) -> None:
        args = AgentArgs(system=SYSTEM, tools=TOOLS, user_message=WISH)
        await self.agent.run(args, callback=self.agent_complete, label="Agent")

    @transition(from_="running", to="end", wait=True)
    async def agent_complete(self, payload: AgentResult) -> str:
        await self.document_store.save(MarkdownDocument(markdown=payload.response))
        return payload.response


def script(request: LlmRequest) -> LlmMessage | None:
    """What the model says where there is none: it tries everything, then repeats what it was told."""
    if request.system != SYSTEM:
        return None
    told = [block.content for block in request.messages[-1].blocks if block.type == "tool_result" and block.is_error]
    if told:
        return LlmMessage("assistant", "\n".join(["Not tonight:", *told]))
    calls = (ToolCallBlock(id=f"call_{name}", name=name, args=_args(name)) for name in TOOLS)
    return LlmMessage("assistant", "Let me see.", tuple(calls))


def _args(name: str) -> dict[str, object]:
    return {"seats": 40} if name == "book_seats" else {}
