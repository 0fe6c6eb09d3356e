"""Agents that ask a person: what is meant, and whether a plan is right."""

from __future__ import annotations

from loopstack_temporal import BaseWorkflow, MarkdownDocument, transition, workflow
from loopstack_temporal.agents import AgentArgs, AgentResult, AgentWorkflow

CLARIFY = "You plan a dinner. Ask the user for what you need to know."
APPROVE = "You plan a trip. Have the user approve the plan before you go on."


class AskingWorkflow(BaseWorkflow[dict[str, object], dict[str, object], str]):
    """What both have in common: an agent as a child, its answer as the result."""

    agent: AgentWorkflow

    async def hand_over(self, system: str, tool: str, wish: str) -> None:
        args = AgentArgs(system=system, tools=[tool], user_message=wish)
        await self.agent.run(args, callback=self.agent_complete, label="Agent")

    @transition(from_="running", to="end", wait=True)
    async def agent_complete(self, payload: AgentResult) -> str:
        await self.document_store.save(MarkdownDocument(markdown=payload.response))
        return payload.response


@workflow(title="Agent asks", description="An agent asks you before it plans a dinner.")
class AgentAskClarificationWorkflow(AskingWorkflow):
    @transition(to="running")
    async def start(self) -> None:
        await self.hand_over(CLARIFY, "ask_clarification", "Plan a dinner for Friday.")


@workflow(title="Agent needs approval", description="An agent shows you its plan and waits for your word.")
class AgentAskForApprovalWorkflow(AskingWorkflow):
    @transition(to="running")
    async def start(self) -> None:
        await self.hand_over(APPROVE, "ask_for_approval", "Plan a day in Porto.")
