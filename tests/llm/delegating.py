"""A loop with tools of all kinds, in an attempt whose journal a test can keep."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from pydantic import BaseModel

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    LlmMessageDocument,
    MarkdownDocument,
    StudioApp,
    ToolOptions,
    ToolResult,
    TransitionInput,
    tool,
    transition,
    workflow,
)
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.session import EffectAnswer, EffectCall, attach
from loopstack_temporal.llm import (
    LlmCancelPendingToolsTool,
    LlmDelegateResult,
    LlmDelegateToolCallsTool,
    LlmUpdateToolResultTool,
)
from tests.tools.attempts import OneAttempt


class Journaled(OneAttempt):
    """An attempt that takes the answers of a former one."""

    def __init__(self, journal: dict[str, Any]) -> None:
        super().__init__(RunContext(run_id="run-7", workflow="loop", args={}))
        self.journal = journal
        self.calls: list[EffectCall] = []
        self.canceled: list[str] = []

    async def effect(self, call: EffectCall, perform: Callable[[str], Awaitable[EffectAnswer]]) -> Any:
        self.calls.append(call)
        key = json.dumps([call.name, call.request])
        if key not in self.journal:
            self.journal[key] = json.loads(json.dumps((await perform(key)).value))
        return self.journal[key]

    def cancel_child(self, run_id: str) -> None:
        self.canceled.append(run_id)


class Text(BaseModel):
    text: str = ""


made: list[str] = []


@tool
def shout(text: str, times: int = 1) -> str:
    """Says something louder."""
    made.append(text)
    return text.upper() * times


@tool(description="Gives back whatever it is told to.")
class GiveTool(BaseTool[Text]):
    async def handle(self, args: Text) -> ToolResult[Any]:
        made.append(args.text)
        values = {
            "zero": 0,
            "no": False,
            "empty": "",
            "none": None,
            "list": [1, "ä"],
            "odd": object(),
            "nan": float("nan"),
        }
        if args.text == "reported":
            return ToolResult(error="no such city")
        return ToolResult(data=values.get(args.text, args.text))


@tool(description="Writes a note.")
class NoteTool(BaseTool[Text, None]):
    async def handle(self, args: Text) -> ToolResult[None]:
        made.append(args.text)
        await self.document_store.save(MarkdownDocument(markdown=args.text), key=args.text)
        await self.document_store.save(LlmMessageDocument(role="assistant", text="said inside a tool"))
        return ToolResult()


@tool(description="Misbehaves.", timeout=0.05, repeatable=False)
class WildTool(BaseTool[Text, None]):
    async def handle(self, args: Text) -> ToolResult[None]:
        match args.text:
            case "hang":
                await asyncio.Event().wait()
            case "exit":
                raise SystemExit(3)
            case "cancel":
                raise asyncio.CancelledError
            case _:
                raise ValueError("wild")
        return ToolResult()


@workflow
class ErrandWorkflow(BaseWorkflow[Text, dict[str, Any], str]):
    @transition(to="end")
    def go(self) -> str:
        return "done"


@tool(description="Has an errand run.")
class ErrandTool(BaseTool[Text, str]):
    errand: ErrandWorkflow

    async def handle(self, args: Text, options: ToolOptions) -> ToolResult[str]:
        made.append(f"errand of {options.offered}")
        return ToolResult(pending=await self.errand.run(args, callback=options.callback))

    async def complete(self, result: TransitionInput[Any]) -> ToolResult[Any]:
        if result.data == "break":
            raise RuntimeError("cannot read that")
        return ToolResult(error="bad news") if result.data == "bad" else ToolResult(data=f"errand: {result.data}")


@tool(description="Has an errand run, and does not say who wants to know.")
class DeafTool(BaseTool[Text, str]):
    errand: ErrandWorkflow

    async def handle(self, args: Text) -> ToolResult[str]:
        return ToolResult(pending=await self.errand.run(args))


@tool(description="Has an errand run, and fails afterwards.", retry=1, timeout=0.1)
class HastyTool(BaseTool[Text, str]):
    errand: ErrandWorkflow

    async def handle(self, args: Text) -> ToolResult[str]:
        made.append(args.text)
        await self.errand.run(args, callback="heard")
        if args.text == "hang":
            await asyncio.Event().wait()
        if args.text == "raise" or made.count(args.text) == 1:
            raise RuntimeError("no horse")
        return ToolResult(data=args.text)


@tool(description="Sends a letter.", needs_approval=True)
class SendTool(BaseTool[Text, str]):
    async def handle(self, args: Text) -> ToolResult[str]:
        made.append(f"sent {args.text}")
        return ToolResult(data="sent")


@tool(description="Is never offered.")
class SecretTool(BaseTool[Text, str]):
    async def handle(self, args: Text) -> ToolResult[str]:
        made.append("secret")
        return ToolResult(data="secret")


@workflow
class LoopWorkflow(BaseWorkflow):
    delegate: LlmDelegateToolCallsTool
    update: LlmUpdateToolResultTool
    cancel: LlmCancelPendingToolsTool

    @transition(to="end")
    def go(self) -> None: ...


TOOLS = [shout, GiveTool, NoteTool, WildTool, ErrandTool, DeafTool, HastyTool, SendTool, SecretTool]
OFFERED = ["shout", "give", "note", "wild", "errand", "deaf", "hasty", "send"]


@asynccontextmanager
async def attempt(journal: dict[str, Any] | None = None) -> AsyncGenerator[tuple[LoopWorkflow, Journaled]]:
    made.clear()
    app = resolve(StudioApp(title="Loop", workflows=[LoopWorkflow], tools=TOOLS))
    session = Journaled({} if journal is None else journal)
    async with app.build(app.workflows["loop"]) as found:
        attach(found, session)
        yield cast(LoopWorkflow, found), session
    await app.aclose()


def asking(*calls: tuple[str, Mapping[str, Any]]) -> LlmMessageDocument:
    blocks = [{"type": "tool_call", "id": f"c{n}", "name": name, "args": args} for n, (name, args) in enumerate(calls)]
    return LlmMessageDocument.model_validate(
        {"role": "assistant", "blocks": blocks, "stop_reason": "tool_use", "id": "msg_1"}
    )


async def delegated(loop: LoopWorkflow, *calls: tuple[str, Mapping[str, Any]]) -> LlmDelegateResult:
    return (await loop.delegate.call(message=asking(*calls), tools=OFFERED, callback="heard")).data


def told(result: LlmDelegateResult) -> list[tuple[str, bool]]:
    return [(one.content, one.is_error) for one in result.tool_results]
