"""A conversation: the documents of the run are its memory."""

from __future__ import annotations

from loopstack_temporal import BaseWorkflow, LlmMessageDocument, transition, workflow
from loopstack_temporal.llm import LlmGenerateTextTool, LlmMessage, LlmRequest

WHO = "You are a gardener who answers in one sentence."


@workflow(title="Chat", description="Talks with you about gardens, for as long as you like.", widget="chat.ui.yaml")
class ChatWorkflow(BaseWorkflow[dict[str, object], dict[str, object], None]):
    llm: LlmGenerateTextTool

    @transition(to="waiting_for_user")
    async def setup(self) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text=WHO), hidden=True)

    @transition(from_="waiting_for_user", to="ready", wait=True)
    async def user_message(self, payload: str) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text=payload))

    @transition(from_="ready", to="waiting_for_user", retry=2)
    async def llm_turn(self) -> None:
        await self.llm.call()


def script(request: LlmRequest) -> LlmMessage | None:
    """What the model says where there is none."""
    if request.messages[0].text.splitlines()[0] != WHO:
        return None
    turns = sum(message.role == "assistant" for message in request.messages)
    return LlmMessage("assistant", f"Answer {turns + 1}, with {len(request.messages)} messages in mind: water it.")
