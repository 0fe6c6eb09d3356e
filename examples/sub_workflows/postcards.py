"""Two small workflows that others run: one writes a postcard, one never can."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, MessageDocument, RunContext, transition, workflow


class PostcardArgs(BaseModel):
    to: str = Field(default="Ada", min_length=1)


class Postcard(BaseModel):
    message: str


@workflow(title="Postcard", description="Writes a postcard.")
class PostcardWorkflow(BaseWorkflow[PostcardArgs, dict[str, object], Postcard]):
    @transition(to="end")
    async def write(self, ctx: RunContext[PostcardArgs]) -> Postcard:
        card = Postcard(message=f"Dear {ctx.args.to}, the weather is fine.")
        await self.document_store.save(MessageDocument(role="assistant", text=card.message))
        return card


@workflow(title="Lost postcard", description="Always fails.")
class LostPostcardWorkflow(BaseWorkflow[PostcardArgs, dict[str, object], Postcard]):
    @transition(to="end")
    def lose(self, ctx: RunContext[PostcardArgs]) -> Postcard:
        raise RuntimeError(f"the postcard to {ctx.args.to} was lost in the mail")
