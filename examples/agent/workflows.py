"""An agent as a child, and a loop of one's own that stops when its budget is spent."""

from __future__ import annotations

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, LlmMessageDocument, MarkdownDocument, guard, transition, workflow
from loopstack_temporal.agents import AgentArgs, AgentResult, AgentWorkflow
from loopstack_temporal.llm import LlmDelegateToolCallsTool, LlmGenerateTextTool, LlmTurn

TOOLS = ["weather_lookup", "calculator"]
QUESTION = "How much warmer is Rome than Oslo?"
SYSTEM = "You answer questions about the weather. Use your tools and do not guess."
BUDGET = 2


class Budget(BaseModel):
    turns: int = 0
    turn: LlmTurn = LlmTurn()


@workflow(title="Agent", description="Hands a question to an agent with two tools.")
class AgentExampleWorkflow(BaseWorkflow[dict[str, object], dict[str, object], str]):
    agent: AgentWorkflow

    @transition(to="running")
    async def start(self) -> None:
        args = AgentArgs(system=SYSTEM, tools=TOOLS, user_message=QUESTION)
        await self.agent.run(args, callback=self.agent_complete, label="Agent")

    @transition(from_="running", to="end", wait=True)
    async def agent_complete(self, payload: AgentResult) -> str:
        await self.document_store.save(MarkdownDocument(markdown=payload.response))
        return payload.response


@workflow(title="Agent with a budget", description="A loop of its own that may ask the model twice.")
class CustomAgentExampleWorkflow(BaseWorkflow[dict[str, object], Budget, str]):
    llm: LlmGenerateTextTool
    delegate: LlmDelegateToolCallsTool

    @transition(to="ready")
    async def setup(self) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text=QUESTION))

    def has_budget(self, state: Budget) -> bool:
        return state.turns < BUDGET

    @transition(from_="ready", to="prompt_executed", priority=10)
    @guard(has_budget)
    async def llm_turn(self, state: Budget) -> None:
        reply = await self.llm.call(system=SYSTEM, tools=TOOLS)
        state.turn, state.turns = LlmTurn.of(reply.data.message), state.turns + 1

    @transition(from_="ready", to="end")
    async def wrap_up(self, state: Budget) -> str:
        return f"Stopped after {state.turns} turns."

    def wants_tools(self, state: Budget) -> bool:
        return bool(state.turn.tool_calls)

    @transition(from_="prompt_executed", to="ready", priority=10)
    @guard(wants_tools)
    async def execute_tool_calls(self, state: Budget) -> None:
        await self.delegate.call(message=state.turn, tools=TOOLS)

    @transition(from_="prompt_executed", to="end")
    async def respond(self, state: Budget) -> str:
        return state.turn.text
