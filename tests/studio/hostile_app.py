"""An application that shows whatever it is given: as markdown, as plain text, as a field, as an error."""

from __future__ import annotations

import os

from pydantic import BaseModel, Field

from loopstack_temporal import (
    BaseWorkflow,
    Document,
    ErrorDocument,
    LlmMessageDocument,
    MarkdownDocument,
    MessageDocument,
    PlainDocument,
    RunContext,
    document,
    transition,
    workflow,
)
from loopstack_temporal.app import StudioApp
from loopstack_temporal.definition.documents import FileBlock, ToolCallBlock, ToolResultBlock


class Given(BaseModel):
    texts: list[str] = Field(default_factory=list[str])
    wrapped: list[str] = Field(default_factory=list[str])
    """Texts in the middle of markdown."""
    named: list[str] = Field(default_factory=list[str])
    """Names of files, tools and arguments."""
    fail: bool = False


class Nothing(BaseModel):
    pass


class Reply(BaseModel):
    text: str = ""


@document(title="Field <img src=x onerror=trap('label')>")
class FieldDocument(Document):
    text: str


class Refused(Exception):
    """Carries a text into the places where errors are shown."""


@workflow(title="Echo", description="<b>not bold</b> <img src=x onerror=trap('description')>")
class EchoWorkflow(BaseWorkflow[Given, Nothing, str]):
    """Saves each text in every kind of document, then fails with them or asks."""

    @transition(to="shown", retry=0)
    async def show(self, ctx: RunContext[Given]) -> None:
        for text in ctx.args.texts:
            await self.document_store.save(MarkdownDocument(markdown=text))
            await self.document_store.save(PlainDocument(text=text))
            await self.document_store.save(MessageDocument(role="user", text=text))
            await self.document_store.save(FieldDocument(text=text))
            await self.document_store.save(ErrorDocument(error=text))
        for text in ctx.args.wrapped:
            await self.document_store.save(MarkdownDocument(markdown=text))
        for number, name in enumerate(ctx.args.named):
            file = FileBlock(media_type="text/plain", data="aGk=", name=name)
            call = ToolCallBlock(id=f"c{number}", name=name, args={name: name})
            result = ToolResultBlock(tool_call_id=f"c{number}", content=name, is_error=number % 2 == 1)
            await self.document_store.save(LlmMessageDocument(role="user", text=name, blocks=[file]))
            await self.document_store.save(LlmMessageDocument(role="assistant", blocks=[call]))
            await self.document_store.save(LlmMessageDocument(role="user", blocks=[result]))

    @transition(from_="shown", to="asking", retry=0)
    async def judge(self, ctx: RunContext[Given]) -> None:
        if ctx.args.fail:
            raise Refused("\n".join(ctx.args.texts))

    @transition(from_="asking", to="end", wait=True)
    async def answer(self, payload: Reply) -> str:
        return payload.text


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "hostile"),
    title="Hostile <script>trap('app')</script>",
    workflows=[EchoWorkflow],
)
