"""Four workflows that use one greeter, each with other settings."""

from __future__ import annotations

from pydantic import BaseModel

from examples.greetings.greeter import GermanGreeterTool, GreeterConfig, GreeterTool, PoliteGreeterTool
from loopstack_temporal import BaseWorkflow, MessageDocument, RunContext, transition, workflow


class GreetingArgs(BaseModel):
    name: str = "Ada"


class Greeting(BaseModel):
    text: str = ""


class GreetingWorkflow(BaseWorkflow[GreetingArgs, Greeting, str]):
    """What the four have in common. It is no workflow itself: `@workflow` stands above those that are."""

    async def say(self, state: Greeting, text: str) -> None:
        state.text = text
        await self.document_store.save(MessageDocument(role="assistant", text=text))

    @transition(from_="done", to="end")
    def finish(self, state: Greeting) -> str:
        return state.text


@workflow(title="Greeting", description="Greets with the settings of the app.")
class DefaultGreetingWorkflow(GreetingWorkflow):
    greeter: GreeterTool

    @transition(to="done")
    async def greet(self, state: Greeting, ctx: RunContext[GreetingArgs]) -> None:
        await self.say(state, (await self.greeter.call(name=ctx.args.name)).data)


@workflow(title="French greeting", description="Greets with settings that are given with the call.")
class FrenchGreetingWorkflow(GreetingWorkflow):
    greeter: GreeterTool

    @transition(to="done")
    async def greet(self, state: Greeting, ctx: RunContext[GreetingArgs]) -> None:
        reply = await self.greeter.call(config=GreeterConfig(salutation="Bonjour"), name=ctx.args.name)
        await self.say(state, reply.data)


@workflow(title="German greeting", description="Greets with a tool that has settings of its own.")
class GermanGreetingWorkflow(GreetingWorkflow):
    greeter: GermanGreeterTool

    @transition(to="done")
    async def greet(self, state: Greeting, ctx: RunContext[GreetingArgs]) -> None:
        await self.say(state, (await self.greeter.call(name=ctx.args.name)).data)


@workflow(title="Nested greeting", description="Greets with a tool that wraps the greeter.")
class NestedGreetingWorkflow(GreetingWorkflow):
    greeter: PoliteGreeterTool

    @transition(to="done")
    async def greet(self, state: Greeting, ctx: RunContext[GreetingArgs]) -> None:
        await self.say(state, (await self.greeter.call(name=ctx.args.name)).data)
