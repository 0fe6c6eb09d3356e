"""A real server on a free port, in this process or as `python -m tests.api.serving DATABASE_URL`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from loopstack_api.app import create_app
from loopstack_api.server import Server
from loopstack_api.settings import Settings

from loopstack_temporal.store.store import Store
from tests.api.desk import Desk


@asynccontextmanager
async def served(app: FastAPI) -> AsyncGenerator[str]:
    """The address of a running server."""
    server = Server(app, host="127.0.0.1", port=0)
    task = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(120):
            while not server.started:
                await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@dataclass(frozen=True)
class Got:
    """One frame as a client reads it."""

    type: str
    id: str | None
    data: dict[str, Any]


class Listener:
    """A client of the event stream."""

    def __init__(self, frames: AsyncIterator[Got]) -> None:
        self._frames = frames

    async def next(self, seconds: float = 120) -> Got:
        """The next frame."""
        async with asyncio.timeout(seconds):
            return await anext(self._frames)

    async def until(self, kind: str, seconds: float = 120) -> list[Got]:
        """All frames up to the first of a kind."""
        got: list[Got] = []
        while not got or got[-1].type != kind:
            got.append(await self.next(seconds))
        return got

    async def rest(self, seconds: float = 120) -> list[Got]:
        """Everything until the server ends the stream."""
        async with asyncio.timeout(seconds):
            return [frame async for frame in self._frames]


@asynccontextmanager
async def listening(address: str, last: str | None = None, **params: str) -> AsyncGenerator[Listener]:
    """An open event stream."""
    headers = {} if last is None else {"Last-Event-ID": last}
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        async with client.stream("GET", "/api/v1/events", params=params, headers=headers) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            frames = _frames(answer)
            try:
                yield Listener(frames)
            finally:
                await frames.aclose()


async def _frames(answer: httpx.Response) -> AsyncGenerator[Got]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            fields[name] = value
        elif fields:
            yield Got(fields["event"], fields.get("id"), json.loads(fields["data"]))
            fields = {}


async def main(url: str) -> None:
    """Serve until SIGTERM; prints the port."""
    store = Store.open(url)
    app = create_app(store, Desk(store), Settings(), studio=Path("nothing"))
    server = Server(app, host="127.0.0.1", port=0)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await task
    store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
