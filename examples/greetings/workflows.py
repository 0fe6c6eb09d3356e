"""Four workflows with one greeter, each in a module with other settings."""

from __future__ import annotations

from pydantic import BaseModel

from examples.greetings.greeter import GreeterTool, greeter, polite_greeter
from loopstack_temporal import BaseWorkflow, MessageDocument, Module, RunContext, transition, workflow


class GreetingArgs(BaseModel):
    name: str = "Ada"


class Greeting(BaseModel):
    text: str = ""


class GreetingWorkflow(BaseWorkflow[GreetingArgs, Greeting, str]):
    """What the four have in common. It is no workflow itself: `@workflow` stands above those that are."""

    greeter: GreeterTool

    @transition(to="done")
    async def greet(self, state: Greeting, ctx: RunContext[GreetingArgs]) -> None:
        state.text = (await self.greeter.call(name=ctx.args.name)).data
        await self.document_store.save(MessageDocument(role="assistant", text=state.text))

    @transition(from_="done", to="end")
    def finish(self, state: Greeting) -> str:
        return state.text


@workflow(title="Greeting", description="Greets with the settings of the app.")
class DefaultGreetingWorkflow(GreetingWorkflow): ...


@workflow(title="French greeting", description="Greets with the settings of its module.")
class FrenchGreetingWorkflow(GreetingWorkflow): ...


@workflow(title="German greeting", description="Greets with the settings of another module.")
class GermanGreetingWorkflow(GreetingWorkflow): ...


@workflow(title="Nested greeting", description="Greets with settings that come through a wrapper.")
class NestedGreetingWorkflow(GreetingWorkflow): ...


GREETINGS = [
    greeter("Welcome"),
    Module(name="french", workflows=[FrenchGreetingWorkflow], modules=[greeter("Bonjour")]),
    Module(name="german", workflows=[GermanGreetingWorkflow], modules=[greeter("Guten Tag")]),
    Module(name="nested", workflows=[NestedGreetingWorkflow], modules=[polite_greeter("Good morning")]),
]
"""The modules of the four. The first one stands in the app itself and holds for whoever has nothing nearer."""
