"""The tool with which a model ends its task."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from loopstack_temporal.tools.base import ToolResult
from loopstack_temporal.tools.call import BaseTool
from loopstack_temporal.tools.decorator import tool


class AgentFinishArgs(BaseModel):
    """The result of the task."""

    result: Any = Field(default=None, description="The final result of the task.")


@tool(
    name="agent_finish",
    description="Ends the task. Call it once, alone, when the task is done, with the final result.",
)
class AgentFinishTool(BaseTool[AgentFinishArgs, Any]):
    """Ends a chat agent in task mode. What ends it is this call itself, never a text that looks like one."""

    async def handle(self, args: AgentFinishArgs) -> ToolResult[Any]:
        return ToolResult(data=args.result)
