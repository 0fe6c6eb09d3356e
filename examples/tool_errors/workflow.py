"""A loop over tools that fail: every failure becomes a result that the model is told, and the run completes."""

from __future__ import annotations

from pydantic import BaseModel

from examples.tool_errors.tools import DeafStationTool, NightTrainTool, StrictTicketTool
from loopstack_temporal import (
    BaseWorkflow,
    MessageDocument,
    ToolError,
    TransitionInput,
    guard,
    transition,
    workflow,
)
from loopstack_temporal.llm import LlmGenerateTextTool


class TripState(BaseModel):
    errors: list[str] = []


class TripResult(BaseModel):
    errors: list[str]
    answer: str


@workflow(title="Tool errors", description="Tells a model of three tools that failed, each in its own way.")
class ToolErrorsWorkflow(BaseWorkflow[dict[str, object], TripState, TripResult]):
    ticket: StrictTicketTool
    station: DeafStationTool
    night_train: NightTrainTool
    llm: LlmGenerateTextTool

    @transition(to="awaiting_tools")
    async def execute_tool_calls(self, state: TripState) -> None:
        try:
            await self.ticket.call({"seats": 40})
        except ToolError as error:
            await self._hear(state, str(error))
        try:
            await self.station.call()
        except ToolError as error:
            await self._hear(state, str(error))
        await self.night_train.call(callback=self.tool_result_received)

    @transition(from_="awaiting_tools", to="awaiting_tools", wait=True)
    async def tool_result_received(self, state: TripState, input: TransitionInput[str]) -> None:
        await self._hear(state, input.error_message or input.data)

    def all_tools_complete(self, state: TripState) -> bool:
        return len(state.errors) == 3

    @transition(from_="awaiting_tools", to="end", priority=1, retry=2)
    @guard(all_tools_complete)
    async def respond(self, state: TripState) -> TripResult:
        reply = await self.llm.call(prompt=self.render("prompt.md", errors=state.errors))
        return TripResult(errors=state.errors, answer=reply.data.message.text)

    async def _hear(self, state: TripState, text: str) -> None:
        state.errors.append(text)
        await self.document_store.save(MessageDocument(role="tool", text=text))
