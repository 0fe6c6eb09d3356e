"""A model drafts, a person decides: approve it, or say what to change and get the next draft."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, MarkdownDocument, RunContext, transition, workflow
from loopstack_temporal.llm import LlmGenerateTextTool


class ReviewArgs(BaseModel):
    topic: str = Field(default="coffee", min_length=1, description="What should the text be about?")


class ReviewState(BaseModel):
    draft: str = ""
    wishes: list[str] = []


class Changes(BaseModel):
    wish: str = Field(min_length=1, title="What should change?")


class Approved(BaseModel):
    text: str
    drafts: int


@workflow(title="Review", description="Drafts a text and waits until a person approves it.", widget="review.ui.yaml")
class ReviewWorkflow(BaseWorkflow[ReviewArgs, ReviewState, Approved]):
    llm: LlmGenerateTextTool

    @transition(to="waiting_for_approval", retry=3, timeout=timedelta(minutes=2))
    @transition(from_="revising", to="waiting_for_approval", retry=3, timeout=timedelta(minutes=2))
    async def generate(self, state: ReviewState, ctx: RunContext[ReviewArgs]) -> None:
        prompt = self.render("prompt.md", topic=ctx.args.topic, wishes=state.wishes)
        reply = await self.llm.call(prompt=prompt, save=False)
        state.draft = reply.data.message.text
        await self.document_store.save(MarkdownDocument(markdown=state.draft), key="draft")

    @transition(from_="waiting_for_approval", to="revising", wait=True)
    def request_changes(self, state: ReviewState, payload: Changes) -> None:
        state.wishes.append(payload.wish)

    @transition(from_="waiting_for_approval", to="end", wait=True)
    def approve(self, state: ReviewState) -> Approved:
        return Approved(text=state.draft, drafts=len(state.wishes) + 1)
