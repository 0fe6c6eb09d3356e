"""Workflows that call the world outside and write text for people to watch, and a world that remembers its calls."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    MarkdownDocument,
    Retry,
    RunContext,
    StudioApp,
    tool,
    transition,
    workflow,
)
from loopstack_temporal.definition.session import EffectAnswer, EffectCall, session_of
from loopstack_temporal.tools.base import Tool, ToolReply
from tests.support.family import opened


class World:
    """A service that writes down the key of every request, and answers with its number."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                world.keys.append(self.headers["Idempotency-Key"])
                self.rfile.read(int(self.headers["Content-Length"]))
                answer = str(len(world.keys)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"


@contextmanager
def open_world() -> Generator[World]:
    """A world that answers until the end of the block."""
    world = World()
    thread = threading.Thread(target=world.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield world
    finally:
        world.server.shutdown()
        thread.join()
        world.server.server_close()


@tool(name="post", description="Posts to a service.")
class PostTool(Tool):
    """Posts to a service, once."""

    async def call(self, url: str, body: str, *, repeatable: bool) -> ToolReply[int]:
        async def post(key: str) -> EffectAnswer:
            async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
                answer = await client.post(url, content=body, headers={"Idempotency-Key": key})
            return EffectAnswer(int(answer.text), {"input_tokens": 1, "model": "fake"})

        call = EffectCall("tool:post", {"url": url, "body": body}, repeatable=repeatable)
        return ToolReply(await session_of(self, "effect").effect(call, post))


class Letter(BaseModel):
    url: str = ""
    repeatable: bool = True
    count: int = 3
    """Posted one after the other by one step."""


Answers = list[int]


@workflow(title="Letters")
class LettersWorkflow(BaseWorkflow[Letter, dict[str, Any], Answers]):
    """One step that posts several times. Its tries would do for every crash."""

    post: PostTool

    @transition(to="end", retry=Retry(attempts=5, delay=0.05))
    async def send(self, ctx: RunContext[Letter]) -> Answers:
        args = ctx.args
        letters = [await self.post.call(args.url, str(each), repeatable=args.repeatable) for each in range(args.count)]
        answers = [letter.data for letter in letters]
        await self.document_store.save(MarkdownDocument(markdown=" ".join(map(str, answers))))
        return answers


@workflow(title="Quick letters")
class QuickLettersWorkflow(BaseWorkflow[Letter, dict[str, Any], int]):
    """A local step that posts."""

    post: PostTool

    @transition(to="end", execution="local")
    async def send(self, ctx: RunContext[Letter]) -> int:
        return (await self.post.call(ctx.args.url, "quick", repeatable=False)).data


class Story(BaseModel):
    words: int = 100
    pause: float = 0.0
    gate: str = ""
    """A file that the story waits for after `word20`."""


@workflow(title="Story")
class StoryWorkflow(BaseWorkflow[Story, dict[str, Any], str]):
    """Writes word by word."""

    @transition(to="end")
    async def tell(self, ctx: RunContext[Story]) -> str:
        told = ""
        text = session_of(self, "live").live("story")
        for number in range(ctx.args.words):
            word = f"word{number} "
            told += word
            text.text(word)
            if number == 20:
                await opened(ctx.args.gate)
            if ctx.args.pause:
                await asyncio.sleep(ctx.args.pause)
        text.end()
        await self.document_store.save(MarkdownDocument(markdown=told), key="story")
        return "told"


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "tests"),
    title="Outside",
    workflows=[LettersWorkflow, QuickLettersWorkflow, StoryWorkflow],
)
