"""Agents for server tests, with a model that says what its user's message tells it to say.

A message of a user that is a JSON list is a script: texts, or lists of `[tool, args]`. `"echo"` says the last results.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from pydantic import BaseModel, Field

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    LlmMessageDocument,
    MarkdownDocument,
    RunContext,
    StudioApp,
    ToolOptions,
    ToolResult,
    transition,
    workflow,
)
from loopstack_temporal.agents import AgentArgs, AgentResult, AgentWorkflow, ChatAgentWorkflow, agents
from loopstack_temporal.llm import LlmGenerateTextTool, LlmReply, LlmRequest, OnStream
from loopstack_temporal.testing import Says, ScriptedModel
from loopstack_temporal.tools.decorator import tool

PAGE = Path(__file__).parents[2] / "docs" / "agents.md"


def page_block(name: str) -> Any:
    """A block of the page on agents as a module: what is documented is what is tested."""
    start = f"```python\n# {name}.py\n"
    source = PAGE.read_text().split(start, 1)[1].split("```", 1)[0]
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, str(PAGE), "exec"), module.__dict__)
    return module


report, research, expert = (page_block(name) for name in ("report", "research", "expert"))


def obedient(request: LlmRequest) -> str | Says:
    """What the last script in the conversation says now. Whoever wants to know how often it was asked names a file."""
    if asked := os.environ.get("LOOPSTACK_TEST_ASKED"):
        _write(asked, request.messages[0].text)
    script: list[Any] = []
    turn = 0
    for message in request.messages:
        if message.role == "assistant":
            turn += 1
        elif message.text.startswith("["):
            script, turn = json.loads(message.text), 0
    said: Any = script[turn] if turn < len(script) else "The script is over."
    if said == "echo":
        blocks = [one for message in request.messages for one in message.blocks if one.type == "tool_result"]
        return " | ".join(("error: " if one.is_error else "") + one.content for one in blocks)
    if isinstance(said, dict):
        return Says(**cast("dict[str, Any]", said))
    return said if isinstance(said, str) else Says(calls=[(name, args) for name, args in said])


class Errand(BaseModel):
    name: str = "errand"


@workflow(title="Errand")
class ErrandWorkflow(BaseWorkflow[Errand, dict[str, Any], str]):
    """Waits until somebody says what came of it."""

    @transition(to="away")
    def leave(self) -> None: ...

    @transition(from_="away", to="end", wait=True)
    def arrive(self, payload: str) -> str:
        return payload


@tool(description="Has an errand run.")
class ErrandTool(BaseTool[Errand, str]):
    errand: ErrandWorkflow

    async def handle(self, args: Errand, options: ToolOptions) -> ToolResult[str]:
        return ToolResult(pending=await self.errand.run(args, callback=options.callback, label=args.name))


class Letter(BaseModel):
    text: str = ""


def _note(line: str) -> None:
    _write(os.environ["LOOPSTACK_TEST_NOTES"], line)


def _write(path: str, line: str) -> None:
    with Path(path).open("a") as notes:
        notes.write(f"{line}\n")


@tool(description="Sends a letter.", needs_approval=True, repeatable=False)
class SendTool(BaseTool[Letter, str]):
    async def handle(self, args: Letter) -> ToolResult[str]:
        _note(args.text)
        return ToolResult(data=f"sent: {args.text}")


@tool(description="Keeps a note.")
class KeepTool(BaseTool[Letter, str]):
    async def handle(self, args: Letter) -> ToolResult[str]:
        _note(f"kept {args.text}")
        await self.document_store.save(MarkdownDocument(markdown=args.text), key=args.text)
        return ToolResult(data=f"kept {args.text}")


class Chat(BaseModel):
    message: str = "[]"


@workflow(title="Small chat")
class SmallChatWorkflow(BaseWorkflow[Chat, dict[str, Any]]):
    """A chat of three transitions."""

    llm: LlmGenerateTextTool

    @transition(to="ready")
    async def setup(self, ctx: RunContext[Chat]) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text=ctx.args.message))

    @transition(from_="ready", to="waiting")
    async def llm_turn(self) -> None:
        await self.llm.call()

    @transition(from_="waiting", to="ready", wait=True)
    async def user_message(self, payload: str) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text=payload))


class Asking(BaseModel):
    agent: AgentArgs = Field(default_factory=lambda: AgentArgs(user_message="[]"))


@workflow(title="Asks an agent")
class AskingWorkflow(BaseWorkflow[Asking, dict[str, Any], dict[str, Any]]):
    """Starts an agent and takes its result as a model."""

    agent: AgentWorkflow

    @transition(to="asking")
    async def ask(self, ctx: RunContext[Asking]) -> None:
        await self.agent.run(ctx.args.agent, callback=self.agent_done)

    @transition(from_="asking", to="end", wait=True)
    async def agent_done(self, payload: AgentResult) -> dict[str, Any]:
        return {"type": type(payload).__name__, "response": payload.response}


class SlowModel(ScriptedModel):
    """Thinks before it says a text that begins with `(2.5 s)`, as long as that says, or `(until FILE)` is there."""

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        reply = await super().generate_text(request, on_stream)
        if slow := re.match(r"\((\S+) s\)", reply.message.text):
            await asyncio.sleep(float(slow[1]))
        if gated := re.match(r"\(until (.+?)\)", reply.message.text):
            opened = Path(gated[1]).exists
            while not opened():
                await asyncio.sleep(0.02)
        return reply


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "agents"),
    title="Agents",
    workflows=[AgentWorkflow, ChatAgentWorkflow, AskingWorkflow, SmallChatWorkflow, research.ResearchWorkflow],
    tools=[report.weather, expert.ExpertTool, ErrandTool, SendTool, KeepTool],
    modules=[agents()],
    providers=[SlowModel(obedient)],
)
