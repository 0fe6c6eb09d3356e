"""Finding tools by name, and what an approval of a call is bound to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    Module,
    StudioApp,
    ToolContext,
    ToolResult,
    tool,
    transition,
    workflow,
)
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.session import attach
from loopstack_temporal.errors import ToolError
from loopstack_temporal.tools.digest import digest_of
from loopstack_temporal.tools.toolbox import Toolbox
from tests.tools.attempts import OneAttempt


class Pump:
    def __init__(self) -> None:
        raise OSError("no water")


@tool(description="Asked for by the workflow.")
class OwnTool(BaseTool):
    def handle(self, ctx: ToolContext) -> ToolResult[str]:
        return ToolResult(data=ctx.run_id)


@tool(description="Listed by a module.")
class ModuleTool(BaseTool):
    toolbox: Toolbox

    def handle(self) -> ToolResult[str]:
        return ToolResult(data=" ".join(self.toolbox.names))


@tool(description="Listed by the app; its service cannot be made.")
class BrokenTool(BaseTool):
    pump: Pump

    def handle(self) -> ToolResult[None]:
        return ToolResult()


@tool
def shout(text: str) -> str:
    """Says something louder."""
    return text.upper()


@tool(description="Asked for by nobody but another workflow.")
class ForeignTool(BaseTool):
    def handle(self) -> ToolResult[None]:
        return ToolResult()


@workflow
class FindingWorkflow(BaseWorkflow):
    own: OwnTool
    toolbox: Toolbox

    @transition(to="end")
    def go(self) -> None: ...


@workflow
class OtherWorkflow(BaseWorkflow):
    foreign: ForeignTool

    @transition(to="end")
    def go(self) -> None: ...


APP = StudioApp(
    title="Finding",
    workflows=[FindingWorkflow, OtherWorkflow],
    tools=[BrokenTool, shout],
    modules=[Module(name="more", tools=[ModuleTool])],
    providers=[Pump],
)


@asynccontextmanager
async def attempt(run_id: str) -> AsyncGenerator[FindingWorkflow]:
    app = resolve(APP)
    async with app.build(app.workflows["finding"]) as made:
        attach(made, OneAttempt(RunContext(run_id=run_id, workflow="finding", args={})))
        yield cast(FindingWorkflow, made)
    await app.aclose()


@pytest.mark.requirement("TOOL-025")
async def test_names_are_looked_up_in_the_workflow_then_in_what_the_app_and_its_modules_list() -> None:
    async with attempt("run-7") as made:
        own, loud, listed = made.toolbox.find(["own", shout, ModuleTool])

        assert own is made.own and loud is shout and isinstance(listed, ModuleTool)
        assert (await made.own.call()).data == "run-7"
        assert (await listed.call()).data == "own shout module broken"
        with pytest.raises(ToolError, match="no tool `foreign` here; there are `own`, `shout`, `module`, `broken`"):
            made.toolbox.find(["own", "foreign"])
        with pytest.raises(ToolError, match="no tool `foreign` here"):
            made.toolbox.find([ForeignTool])
        with pytest.raises(ToolError, match="`broken` could not be made: OSError: no water"):
            made.toolbox.find(["broken"])


async def test_attempts_at_the_same_time_have_tools_of_their_own() -> None:
    async def told(run_id: str) -> str:
        async with attempt(run_id) as made:
            await asyncio.sleep(0)
            (found,) = made.toolbox.find(["own"])
            return (await cast(OwnTool, found).call()).data

    assert await asyncio.gather(told("a"), told("b")) == ["a", "b"]


def test_a_digest_tells_calls_apart_and_not_spellings_of_one() -> None:
    asked = digest_of("send", {"to": "ann", "text": "hi"})

    assert asked.startswith("sha256:") and len(asked) == 71
    assert asked == digest_of("send", {"text": "hi", "to": "ann"})
    assert asked != digest_of("send", {"to": "ann", "text": "hi "})
    assert asked != digest_of("send_all", {"to": "ann", "text": "hi"})
    assert digest_of("send", {"text": "\ud800"}) != digest_of("send", {"text": "\ud801"})
