"""All errands at once: `FanOut` starts a child for each and calls back with all outcomes."""

from __future__ import annotations

from pydantic import BaseModel, Field

from examples.fan_out.errand import Errand, ErrandArgs, ErrandWorkflow
from loopstack_temporal import (
    BaseWorkflow,
    ChildItem,
    FanOut,
    FanOutArgs,
    FanOutResult,
    MarkdownDocument,
    RunContext,
    transition,
    workflow,
)


class ShoppingArgs(BaseModel):
    things: list[str] = Field(default=["flour", "eggs", "candles"], description="What is needed?")


@workflow(title="Errands at once", description="Sends one helper for each thing, all at the same time.")
class FanOutExampleWorkflow(BaseWorkflow[ShoppingArgs, dict[str, object], dict[str, str]]):
    fan_out: FanOut
    errand: ErrandWorkflow

    @transition(to="awaiting")
    async def launch(self, ctx: RunContext[ShoppingArgs]) -> None:
        items = {
            thing: ChildItem.of(ErrandWorkflow, ErrandArgs(thing=thing), label=f"Fetch {thing}", show="link")
            for thing in ctx.args.things
        }
        # With "all" (the default) the first failure would cancel the other children.
        args = FanOutArgs(items=items, mode="allSettled")
        await self.fan_out.run(args, callback=self.all_done, label="Helpers")

    @transition(from_="awaiting", to="end", wait=True)
    async def all_done(self, payload: FanOutResult) -> dict[str, str]:
        told = {
            outcome.key: f"{outcome.data_as(Errand).minutes:g} minutes"
            if outcome.status == "completed"
            else f"{outcome.status}: {outcome.error}"
            for outcome in payload.outcomes()
        }
        lines = "\n".join(f"- {thing}: {text}" for thing, text in told.items())
        await self.document_store.save(MarkdownDocument(markdown=lines))
        return told
