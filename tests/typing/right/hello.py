"""The smallest workflow."""

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, MarkdownDocument, RunContext, transition, workflow


class HelloArgs(BaseModel):
    name: str = "world"


@workflow
class HelloWorkflow(BaseWorkflow[HelloArgs]):
    @transition(to="end")
    async def greet(self, ctx: RunContext[HelloArgs]) -> str:
        text = f"Hello, {ctx.args.name}"
        await self.document_store.save(MarkdownDocument(markdown=text), key="greeting")
        return text


@workflow()
class BareWorkflow(BaseWorkflow):
    @transition(to="end")
    def greet(self, ctx: RunContext) -> str:
        return f"Hello, {ctx.args.get('name', 'world')}"
