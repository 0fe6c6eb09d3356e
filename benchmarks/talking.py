"""Workflows that talk with a model, and the same steps without one. The model takes no time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, LlmMessageDocument, Module, RunContext, tool, transition, workflow
from loopstack_temporal.agents import AgentWorkflow, ChatAgentWorkflow
from loopstack_temporal.definition.documents.llm import ContentBlock, TextBlock, ToolCallBlock, ToolResultBlock
from loopstack_temporal.llm import LlmGenerateTextTool, LlmMessage, LlmReply, LlmRequest, OnStream, StreamEvent, Usage

TURNS = 20
TOOLS = 2
SAID = "A sentence as people and models say it, neither long nor short. " * 4
TOKENS_A_SECOND = 200


def steps_of(turns: int) -> int:
    """Steps of an agent: the first, three for each turn with tools, and the last turn."""
    return 1 + 3 * turns + 2


@tool
def look_up(word: str) -> str:
    """Looks a word up."""
    return f"{word}: a word."


class InstantModel:
    """Wants tools for as many turns as its first message says (`turns 20`), streams (`tokens 2000`), or answers."""

    provider_id = "instant"

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        """An answer without any waiting, except for a stream: its tokens have their pace."""
        kind, _, number = request.messages[0].text.partition(" ")
        text, blocks = SAID, list[ContentBlock]()
        if kind == "turns" and (turn := sum(one.role == "assistant" for one in request.messages)) < int(number):
            text, blocks = "", [*_calls(turn)]
        elif kind == "tokens" and on_stream is not None:
            text = await _streamed(int(number), on_stream)
        message = LlmMessage("assistant", text, tuple(blocks or [TextBlock(text=text)]))
        response = {"text": text, "blocks": [block.model_dump() for block in message.blocks], "usage": {"tokens": 9}}
        return LlmReply(message, "instant-1", "tool_use" if message.tool_calls else "end_turn", response=response)

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        """Nobody asks for data here."""
        raise NotImplementedError

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        """The same for every answer."""
        return Usage(9, 9)

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        """Role and text."""
        return {"role": message.role, "text": message.text}


def _calls(turn: int) -> list[ToolCallBlock]:
    return [ToolCallBlock(id=f"call_{turn}_{n}", name="look_up", args={"word": f"w{n}"}) for n in range(TOOLS)]


async def _streamed(tokens: int, on_stream: OnStream) -> str:
    loop = asyncio.get_running_loop()
    began, words = loop.time(), [f"token{number} " for number in range(tokens)]
    for number, word in enumerate(words):
        await asyncio.sleep(began + number / TOKENS_A_SECOND - loop.time())
        on_stream(StreamEvent("text_delta", word))
    return "".join(words)


class Turns(BaseModel):
    turns: int = TURNS


class Turn(BaseModel):
    """As much as an agent keeps."""

    turns: int = 0
    calls: list[ToolCallBlock] = []
    results: list[str] = []


@workflow(title="Errands")
class ErrandsWorkflow(BaseWorkflow[Turns, Turn, str]):
    """The steps of an agent with the same documents, and neither a model nor a tool."""

    @transition(to="ready")
    async def setup(self) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text=SAID), key="user_0")

    @transition(from_="ready", to="prompt_executed")
    async def turn(self, state: Turn, ctx: RunContext[Turns]) -> None:
        state.calls = _calls(state.turns) if state.turns < ctx.args.turns else []
        said = LlmMessageDocument(role="assistant", text="" if state.calls else SAID, blocks=[*state.calls])
        await self.document_store.save(said, key=f"msg_{state.turns}")
        state.turns += 1

    def wants_tools(self, state: Turn) -> bool:
        return bool(state.calls)

    @transition(from_="prompt_executed", to="awaiting_tools", priority=10, guard=wants_tools)
    async def carry_out(self, state: Turn) -> None:
        state.results = [f"{call.id}: a word." for call in state.calls]
        blocks = [ToolResultBlock(tool_call_id=call.id, content="a word.") for call in state.calls]
        told = LlmMessageDocument(role="user", blocks=[*blocks])
        await self.document_store.save(told, key=f"msg_{state.turns}_results")

    @transition(from_="awaiting_tools", to="ready")
    async def go_on(self, state: Turn) -> None:
        state.results = []

    @transition(from_="prompt_executed", to="end")
    async def respond(self) -> str:
        return SAID


@workflow(title="Guest book")
class GuestBookWorkflow(BaseWorkflow[Turns, Turn]):
    """The steps of a chat with the same documents, and no model that reads them."""

    @transition(to="ready")
    async def setup(self) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text=SAID))

    @transition(from_="ready", to="prompt_executed")
    async def turn(self, state: Turn) -> None:
        await self.document_store.save(LlmMessageDocument(role="assistant", text=SAID, blocks=[TextBlock(text=SAID)]))
        state.turns += 1

    @transition(from_="prompt_executed", to="waiting_for_user")
    async def respond(self) -> None: ...

    @transition(from_="waiting_for_user", to="ready", wait=True)
    async def user_message(self, payload: str) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text=payload))


class Telling(BaseModel):
    tokens: int = 100


@workflow(title="Telling")
class TellingWorkflow(BaseWorkflow[Telling, Turn, int]):
    """One step in which a model writes a long text that people watch, once they are there."""

    llm: LlmGenerateTextTool

    @transition(to="waiting_for_readers")
    async def begin(self) -> None: ...

    @transition(from_="waiting_for_readers", to="end", wait=True)
    async def user_message(self, ctx: RunContext[Telling]) -> int:
        told = await self.llm.call(messages=[{"role": "user", "text": f"tokens {ctx.args.tokens}"}])
        return len(told.data.message.text)


def talking() -> Module:
    """All of it, for the app of the benchmarks."""
    workflows = [AgentWorkflow, ChatAgentWorkflow, ErrandsWorkflow, GuestBookWorkflow, TellingWorkflow]
    return Module(name="talking", workflows=workflows, tools=[look_up], providers=[InstantModel()])
