"""State: what one transition keeps, the next one reads."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, MessageDocument, RunContext, transition, workflow


class PartyArgs(BaseModel):
    guests: list[str] = Field(default=["Ann", "Bob", "Carla"], min_length=1, description="Who comes?")


class PartyState(BaseModel):
    """Everything the run remembers between its transitions; checked after each of them."""

    guests: list[str] = []
    cakes: int = 0


@workflow(title="Workflow state", description="Keeps who comes in one step, and bakes for them in the next.")
class WorkflowStateWorkflow(BaseWorkflow[PartyArgs, PartyState, str]):
    @transition(to="invited")
    def invite(self, state: PartyState, ctx: RunContext[PartyArgs]) -> None:
        state.guests = sorted(ctx.args.guests)
        state.cakes = len(state.guests) // 2 + 1

    @transition(from_="invited", to="end")
    async def show(self, state: PartyState) -> str:
        text = self.sentence(state)
        await self.document_store.save(MessageDocument(role="assistant", text=text))
        return text

    def sentence(self, state: PartyState) -> str:
        """Plain methods are no transitions; use them as anywhere."""
        return f"{state.cakes} cakes for {', '.join(state.guests)}"
