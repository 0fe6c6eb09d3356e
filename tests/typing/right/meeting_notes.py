"""Text in, a form, a model that structures it, a person who edits and confirms."""

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, Document, RunContext, document, transition, workflow
from loopstack_temporal.llm import LlmGenerateObjectTool


@document(title="Your notes", tags=["input"])
class MeetingNotesDocument(Document):
    text: str


class OptimizedNotesDocument(Document):
    summary: str = ""
    participants: list[str] = Field(default=[])
    action_items: list[str] = Field(default=[])


class MeetingNotesArgs(BaseModel):
    input_text: str = ""


class MeetingNotesState(BaseModel):
    notes: MeetingNotesDocument | None = None


@workflow(title="Meeting notes", schema=MeetingNotesArgs)
class MeetingNotesWorkflow(BaseWorkflow[MeetingNotesArgs, MeetingNotesState, OptimizedNotesDocument]):
    def __init__(self, model: LlmGenerateObjectTool) -> None:
        self.model = model

    @transition(to="waiting_for_response")
    async def create_form(self, ctx: RunContext[MeetingNotesArgs]) -> None:
        await self.document_store.save(MeetingNotesDocument, {"text": ctx.args.input_text}, id="input")

    @transition(from_="waiting_for_response", to="response_received", wait=True, schema=MeetingNotesDocument)
    async def user_response(self, state: MeetingNotesState, payload: MeetingNotesDocument) -> MeetingNotesState:
        saved = await self.document_store.save(payload, key="input")
        return MeetingNotesState(notes=saved.content)

    @transition(from_="response_received", to="notes_optimized")
    async def optimize_notes(self, state: MeetingNotesState) -> None:
        draft = await self.document_store.create(OptimizedNotesDocument, {"summary": "?"})
        if state.notes is not None:
            draft.summary = state.notes.text
        for former in await self.document_store.find_all(MeetingNotesDocument):
            draft.participants.append(former.text)
        await self.document_store.save(draft, key="final", validate="skip", tags=["draft"], meta={"invalidate": False})

    @transition(from_="notes_optimized", to="end", wait=True)
    async def confirm(self, payload: OptimizedNotesDocument) -> OptimizedNotesDocument:
        return (await self.document_store.save(OptimizedNotesDocument, payload, key="final")).content
