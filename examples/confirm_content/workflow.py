"""Shows a summary to a person and goes on only if they confirm it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, RunContext, transition, workflow
from loopstack_temporal.hitl import ConfirmUserArgs, ConfirmUserResult, ConfirmUserWorkflow


class OrderArgs(BaseModel):
    item: str = Field(default="Coffee beans", min_length=1)
    kilos: int = Field(default=12, ge=1)


class OrderState(BaseModel):
    pass


@workflow(title="Confirm content", description="Shows an order and places it only if somebody confirms.")
class ConfirmContentWorkflow(BaseWorkflow[OrderArgs, OrderState, ConfirmUserResult]):
    confirming: ConfirmUserWorkflow

    @transition(to="waiting_for_confirmation")
    async def show_summary(self, ctx: RunContext[OrderArgs]) -> None:
        summary = self.render("summary.md", order=ctx.args)
        await self.confirming.run(ConfirmUserArgs(markdown=summary), callback=self.decision_received)

    @transition(from_="waiting_for_confirmation", to="end", wait=True)
    async def decision_received(self, payload: ConfirmUserResult) -> ConfirmUserResult:
        return payload
