"""Raw notes in a form, a model puts them in order, a person corrects and confirms the result."""

from __future__ import annotations

from pydantic import BaseModel, Field

from examples.meeting_notes.documents import MeetingNotesDocument, RawNotesDocument
from loopstack_temporal import BaseWorkflow, RunContext, transition, workflow
from loopstack_temporal.llm import LlmGenerateObjectTool

SAMPLE = """Tuesday, workshop. Ines, Marek, Joana, Tom till 14:20.
We agreed to move on one weekend, 12/13 Dec. The old number stays till March.
Marek asks two haulers for a fixed price, Friday. Floor plan to electrician, Ines, today.
Who tells the suppliers?"""


class MeetingArgs(BaseModel):
    input_text: str = Field(default=SAMPLE, min_length=1, title="Raw notes", description="As you typed them.")


class MeetingState(BaseModel):
    text: str = ""


@workflow(title="Meeting notes", description="Turns raw notes into participants, decisions and action items.")
class MeetingNotesWorkflow(BaseWorkflow[MeetingArgs, MeetingState, MeetingNotesDocument]):
    llm: LlmGenerateObjectTool

    @transition(to="waiting_for_response")
    async def create_form(self, ctx: RunContext[MeetingArgs]) -> None:
        await self.document_store.save(RawNotesDocument(text=ctx.args.input_text), key="raw")

    @transition(from_="waiting_for_response", to="response_received", wait=True)
    async def user_response(self, state: MeetingState, payload: RawNotesDocument) -> None:
        state.text = payload.text
        await self.document_store.save(payload, key="raw")

    @transition(from_="response_received", to="notes_optimized", retry=3)
    async def optimize_notes(self, state: MeetingState) -> None:
        reply = await self.llm.call(
            prompt=self.render("prompt.md", text=state.text), output_schema=MeetingNotesDocument
        )
        await self.document_store.save(reply.data.object, key="final")

    @transition(from_="notes_optimized", to="end", wait=True)
    async def confirm(self, payload: MeetingNotesDocument) -> MeetingNotesDocument:
        await self.document_store.save(payload, key="final")
        return payload
