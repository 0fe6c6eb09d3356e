"""Which documents of a run a model is told, and which are for people only."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    LlmContextDocument,
    LlmMessageDocument,
    MarkdownDocument,
    MessageDocument,
    StudioApp,
    transition,
    workflow,
)
from loopstack_temporal.definition.documents import TextBlock
from loopstack_temporal.llm import DemoProvider, LlmGenerateTextTool, LlmReply, LlmRequest, OnStream
from loopstack_temporal.testing import run_workflow


class ListeningProvider(DemoProvider):
    """Keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[LlmRequest] = []

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        self.requests.append(request)
        return await super().generate_text(request, on_stream)


class Nothing(BaseModel):
    pass


@workflow
class TalkWorkflow(BaseWorkflow[Nothing, Nothing, None]):
    llm: LlmGenerateTextTool

    @transition(to="asked")
    async def prepare(self) -> None:
        for said in (
            LlmContextDocument(role="user", text="Be brief."),
            MessageDocument(role="user", text="Only for people."),
            MarkdownDocument(markdown="# Only for people"),
            LlmMessageDocument(role="user", text="Hello."),
            LlmMessageDocument(role="assistant", blocks=[TextBlock(text="Good"), TextBlock(text="day.")]),
            LlmMessageDocument(role="user", text="How are you?"),
        ):
            await self.document_store.save(said)

    @transition(from_="asked", to="end")
    async def ask(self) -> None:
        await self.llm.call()


@pytest.mark.requirement("DOC-035", "DOC-038", "DOC-039")
async def test_a_model_is_told_its_messages_and_its_context_and_nothing_else() -> None:
    provider = ListeningProvider()
    report = await run_workflow(
        TalkWorkflow, app=StudioApp(title="Talk", workflows=[TalkWorkflow], providers=[provider])
    )
    [request] = provider.requests
    assert [(message.role, message.text) for message in request.messages] == [
        ("user", "Be brief."),
        ("user", "Hello."),
        ("assistant", "Good\nday."),
        ("user", "How are you?"),
    ]
    answer = report.find_all(LlmMessageDocument)[-1]
    assert (answer.role, bool(answer.text)) == ("assistant", True)
