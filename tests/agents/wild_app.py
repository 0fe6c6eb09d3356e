"""An agent with tools that misbehave, for server tests."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from loopstack_temporal import BaseTool, StudioApp, ToolResult, tool
from loopstack_temporal.agents import AgentWorkflow, agents
from loopstack_temporal.testing import ScriptedModel
from tests.support.agents import KeepTool, obedient


class Nothing(BaseModel):
    pass


@tool(description="Never ends.", timeout=0.5)
class HangTool(BaseTool[Nothing, None]):
    async def handle(self) -> ToolResult[None]:
        await asyncio.Event().wait()
        return ToolResult()


@tool(description="Never ends and holds a thread.", timeout=0.5)
class SleepTool(BaseTool[Nothing, None]):
    def handle(self) -> ToolResult[None]:
        while True:
            time.sleep(0.01)


@tool(description="Raises.")
class RaiseTool(BaseTool[Nothing, None]):
    async def handle(self) -> ToolResult[None]:
        raise RuntimeError("no \x00 luck \ud83d")


@tool(description="Gives something that is no JSON.")
class OddTool(BaseTool[Nothing, Any]):
    async def handle(self) -> ToolResult[Any]:
        return ToolResult(data={"it": object()})


@tool(description="Gives 20 million letters.")
class HugeTool(BaseTool[Nothing, str]):
    async def handle(self) -> ToolResult[str]:
        return ToolResult(data="h" * 20_000_000)


@tool(description="Leaves by the back door.")
class ExitTool(BaseTool[Nothing, None]):
    async def handle(self) -> ToolResult[None]:
        raise SystemExit(3)


def _dies() -> str:
    """Kills its process the first time."""
    died = Path(os.environ["LOOPSTACK_TEST_NOTES"]).with_name("died")
    with died.open("a") as deaths:
        deaths.write("died\n")
    if len(died.read_text().splitlines()) == 1:
        os._exit(9)
    return "survived"


@tool(description="Kills its process.")
class DieTool(BaseTool[Nothing, str]):
    async def handle(self) -> ToolResult[str]:
        return ToolResult(data=_dies())


@tool(description="Kills its process, and must not be repeated.", repeatable=False)
class DieOnceTool(BaseTool[Nothing, str]):
    async def handle(self) -> ToolResult[str]:
        return ToolResult(data=_dies())


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "wild"),
    title="Wild",
    workflows=[AgentWorkflow],
    tools=[HangTool, SleepTool, RaiseTool, OddTool, HugeTool, ExitTool, DieTool, DieOnceTool, KeepTool],
    modules=[agents()],
    providers=[ScriptedModel(obedient)],
)
