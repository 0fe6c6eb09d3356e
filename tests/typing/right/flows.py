"""Children many at once and in order, by class and by name, started by tools too."""

from pydantic import BaseModel

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    ChildItem,
    FanOut,
    FanOutArgs,
    FanOutResult,
    RunRef,
    Sequence,
    SequenceArgs,
    SequenceResult,
    ToolOptions,
    ToolResult,
    TransitionInput,
    tool,
    transition,
    workflow,
)
from tests.typing.right.hello import HelloArgs, HelloWorkflow


@tool(description="Greets in a run of its own.")
class GreetTool(BaseTool[HelloArgs, str]):
    hello: HelloWorkflow

    async def handle(self, args: HelloArgs, options: ToolOptions) -> ToolResult[str]:
        return ToolResult(data=(await self.hello.run(args, callback=options.callback)).run_id)


class Heard(BaseModel):
    texts: list[str] = []


@workflow
class CrowdWorkflow(BaseWorkflow[HelloArgs, Heard, list[str]]):
    fan_out: FanOut
    sequence: Sequence
    greet: GreetTool

    @transition(to="waiting")
    async def begin(self) -> None:
        item = ChildItem.of(HelloWorkflow, HelloArgs(name="Ada"), label="ada", show="link")
        keyed = FanOutArgs(items={"ada": item}, mode="allSettled", concurrency=2)
        ref: RunRef[FanOutResult] = await self.fan_out.run(keyed, callback=self.all_done)
        listed = SequenceArgs(items=[item, ChildItem(workflow="hello", args={"name": "Bob"})])
        await self.sequence.run(listed, callback=self.in_order)
        self.check_named("hello", HelloArgs())
        named = await self.run_named("hello", {"name": "Eve"}, callback=self.heard, metadata={"n": 1})
        self.cancel_child(named)
        self.cancel_child((await self.greet.call(HelloArgs(), callback=self.heard)).data)
        print(ref.run_id)

    @transition(from_="waiting", to="waiting", wait=True)
    async def all_done(self, state: Heard, payload: FanOutResult) -> None:
        state.texts = [payload["ada"].data_as(str), *(one.data_as(str) for one in payload.outcomes())]

    @transition(from_="waiting", to="waiting", wait=True)
    async def heard(self, state: Heard, input: TransitionInput[str]) -> None:
        state.texts.append(input.data)

    @transition(from_="waiting", to="end", wait=True)
    async def in_order(self, state: Heard, payload: SequenceResult) -> list[str]:
        return [*state.texts, str(payload.error_count)]
