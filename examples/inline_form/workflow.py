"""A form in the run's own feed: a document of one's own, and a wait transition that takes what was filled in."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, Document, document, transition, workflow


@document(title="Your feedback", widget="feedback.yaml")
class FeedbackDocument(Document):
    rating: int = Field(default=3, ge=1, le=5, title="How was it?")
    again: Literal["yes", "maybe", "no"] = Field(default="maybe", title="Would you come again?")
    comment: str = Field(default="", max_length=500, title="What else?")


class NoArgs(BaseModel):
    pass


class NoState(BaseModel):
    pass


@workflow(title="Inline form", description="Shows a form in its own feed and keeps what is filled in.")
class InlineFormWorkflow(BaseWorkflow[NoArgs, NoState, FeedbackDocument]):
    @transition(to="waiting_for_feedback")
    async def show_form(self) -> None:
        await self.document_store.save(FeedbackDocument(), key="feedback")

    @transition(from_="waiting_for_feedback", to="end", wait=True)
    async def submit_feedback(self, payload: FeedbackDocument) -> FeedbackDocument:
        await self.document_store.save(payload, key="feedback")
        return payload
