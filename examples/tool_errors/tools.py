"""Three tools, each of which fails in its own way."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseTool, BaseWorkflow, ToolOptions, ToolResult, tool, transition, workflow


class TicketArgs(BaseModel):
    seats: int = Field(ge=1, le=4)


@tool(description="Books seats; never reached, because its arguments do not fit.")
class StrictTicketTool(BaseTool[TicketArgs, str]):
    async def handle(self, args: TicketArgs) -> ToolResult[str]:
        return ToolResult(data=f"{args.seats} seats")


@tool(description="Asks a station that does not answer.")
class DeafStationTool(BaseTool[dict[str, object], str]):
    async def handle(self) -> ToolResult[str]:
        raise ConnectionError("the station does not answer")


@workflow(title="Night train", description="Never leaves.")
class NightTrainWorkflow(BaseWorkflow[dict[str, object], dict[str, object], str]):
    @transition(to="end")
    def leave(self) -> str:
        raise RuntimeError("the night train was canceled")


@tool(description="Sends for the night train, in a run of its own.")
class NightTrainTool(BaseTool[dict[str, object], str]):
    train: NightTrainWorkflow

    async def handle(self, options: ToolOptions) -> ToolResult[str]:
        # Whoever calls the tool says which of its transitions is told when the run ends.
        ref = await self.train.run(callback=options.callback, show="link", label="Night train")
        return ToolResult(data=ref.run_id)
