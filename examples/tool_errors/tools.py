"""Three tools, each of which fails in its own way."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from loopstack_temporal import BaseTool, BaseWorkflow, ToolOptions, ToolResult, tool, transition, workflow


def _few(seats: int) -> int:
    if seats > 4:
        raise ValueError("a booking has at most 4 seats")
    return seats


@tool
def book_seats(seats: Annotated[int, AfterValidator(_few)]) -> str:
    """Books seats in the evening train."""
    return f"{seats} seats"


@tool
def ask_station() -> str:
    """Asks the station which trains are running."""
    raise ConnectionError("the station does not answer")


@workflow(title="Night train", description="Never leaves.")
class NightTrainWorkflow(BaseWorkflow[dict[str, object], dict[str, object], str]):
    @transition(to="end")
    def leave(self) -> str:
        raise RuntimeError("the night train was canceled")


@tool(description="Sends for the night train.")
class NightTrainTool(BaseTool[dict[str, object], str]):
    train: NightTrainWorkflow

    async def handle(self, options: ToolOptions) -> ToolResult[str]:
        # Whoever called the tool says which of its transitions is told when this run ends.
        return ToolResult(pending=await self.train.run(callback=options.callback, show="link", label="Night train"))
