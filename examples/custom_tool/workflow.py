"""Calls tools of one's own, waits for a click, and goes on counting."""

from __future__ import annotations

from pydantic import BaseModel

from examples.custom_tool.tools import CounterTool, SumTool
from loopstack_temporal import BaseWorkflow, MessageDocument, RunContext, transition, workflow


class NumbersArgs(BaseModel):
    a: float = 1
    b: float = 2


class NumbersState(BaseModel):
    total: float = 0


class NumbersResult(BaseModel):
    total: float
    count: int


@workflow(title="Custom tool", description="Adds and counts with tools of its own.", widget="custom_tool.ui.yaml")
class CustomToolWorkflow(BaseWorkflow[NumbersArgs, NumbersState, NumbersResult]):
    adding: SumTool
    counter: CounterTool

    @transition(to="waiting_for_user")
    async def calculate(self, state: NumbersState, ctx: RunContext[NumbersArgs]) -> None:
        state.total = (await self.adding.call(a=ctx.args.a, b=ctx.args.b)).data
        for _ in range(3):
            await self.counter.call()
        text = f"{ctx.args.a:g} + {ctx.args.b:g} = {state.total:g}"
        await self.document_store.save(MessageDocument(role="assistant", text=text))

    @transition(from_="waiting_for_user", to="resumed", wait=True)
    def user_continue(self) -> None: ...

    @transition(from_="resumed", to="end")
    async def continue_count(self, state: NumbersState) -> NumbersResult:
        return NumbersResult(total=state.total, count=(await self.counter.call()).data)
