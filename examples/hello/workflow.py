"""The smallest workflow: one transition, one model call, one message. And one that fails."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, RunContext, transition, workflow
from loopstack_temporal.llm import LlmGenerateTextTool


class HelloArgs(BaseModel):
    name: str = Field(default="World", min_length=1, max_length=100, description="Who is to be greeted?")


class Greeting(BaseModel):
    text: str


@workflow(title="Hello", description="Greets somebody by name.")
class HelloWorkflow(BaseWorkflow[HelloArgs, dict[str, object], Greeting]):
    llm: LlmGenerateTextTool

    @transition(to="end", retry=2)
    async def greet(self, ctx: RunContext[HelloArgs]) -> Greeting:
        reply = await self.llm.call(prompt=f"Say hello to {ctx.args.name}.")
        return Greeting(text=reply.data.message.text)


@workflow(title="Hello, failing", description="Asks a model that nobody has set up.")
class HelloFailingWorkflow(BaseWorkflow[HelloArgs, dict[str, object], Greeting]):
    llm: LlmGenerateTextTool

    @transition(to="end")
    async def greet(self, ctx: RunContext[HelloArgs]) -> Greeting:
        reply = await self.llm.call(prompt=f"Say hello to {ctx.args.name}.", provider="nobody")
        return Greeting(text=reply.data.message.text)
