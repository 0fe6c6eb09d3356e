"""A model that may call a tool: the loop between the two, written out."""

from __future__ import annotations

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, LlmMessageDocument, RunContext, guard, tool, transition, workflow
from loopstack_temporal.definition.documents import ToolCallBlock
from loopstack_temporal.llm import LlmDelegateToolCallsTool, LlmGenerateTextTool, LlmMessage, LlmRequest, LlmTurn

SYSTEM = "You tell people what to wear. Look at the weather first."


class TripArgs(BaseModel):
    city: str = "Porto"


class Trip(BaseModel):
    turn: LlmTurn = LlmTurn()


@tool
def get_weather(city: str) -> str:
    """Tells the weather of a city."""
    return f"17 degrees and light rain in {city}."


@workflow(title="Tool calling", description="A model looks at the weather before it answers.")
class ToolCallingWorkflow(BaseWorkflow[TripArgs, Trip, str]):
    llm: LlmGenerateTextTool
    delegate: LlmDelegateToolCallsTool

    @transition(to="ready")
    async def setup(self, ctx: RunContext[TripArgs]) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text=f"What shall I wear in {ctx.args.city}?"))

    @transition(from_="ready", to="prompt_executed", retry=2)
    async def llm_turn(self, state: Trip) -> None:
        reply = await self.llm.call(system=SYSTEM, tools=[get_weather])
        state.turn = LlmTurn.of(reply.data.message)

    def wants_tools(self, state: Trip) -> bool:
        return bool(state.turn.tool_calls)

    @transition(from_="prompt_executed", to="ready", priority=10)
    @guard(wants_tools)
    async def execute_tool_calls(self, state: Trip) -> None:
        await self.delegate.call(message=state.turn, tools=[get_weather])

    @transition(from_="prompt_executed", to="end")
    async def respond(self, state: Trip) -> str:
        return state.turn.text


def script(request: LlmRequest) -> LlmMessage | None:
    """What the model says where there is none."""
    if request.system != SYSTEM:
        return None
    results = [block for block in request.messages[-1].blocks if block.type == "tool_result"]
    if results:
        return LlmMessage("assistant", f"Take a coat. {results[0].content}")
    city = request.messages[0].text.removesuffix("?").split()[-1]
    call = ToolCallBlock(id="call_weather", name="get_weather", args={"city": city})
    return LlmMessage("assistant", "Let me look.", (call,))
