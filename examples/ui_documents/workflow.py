"""One of each basic document, side by side in the feed."""

from __future__ import annotations

from loopstack_temporal import (
    BaseWorkflow,
    ErrorDocument,
    MarkdownDocument,
    MessageDocument,
    PlainDocument,
    transition,
    workflow,
)

MARKDOWN = """### A shopping list

| what | how much |
|---|---|
| flour | 500 g |
| eggs | *six* |
"""


@workflow(title="UI documents", description="Shows a message, a text, plain characters and an error.")
class UiDocumentsWorkflow(BaseWorkflow):
    @transition(to="rendered")
    async def render_all(self) -> None:
        save = self.document_store.save
        await save(MessageDocument(role="assistant", text="This is a message."))
        await save(MarkdownDocument(markdown=MARKDOWN))
        await save(PlainDocument(text="every   character\n<b>as it is</b>"))
        await save(ErrorDocument(error="This error is only here to be looked at."))

    @transition(from_="rendered", to="end")
    def done(self) -> None: ...
