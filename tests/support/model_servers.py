"""Model servers that speak a provider's wire format: real HTTP on loopback, scripted answers, recorded requests."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

RECORDED = Path(__file__).parents[1] / "llm" / "recorded"


def recorded(name: str) -> str:
    """A stream or request as it goes over the wire."""
    return (RECORDED / name).read_text()


@dataclass(frozen=True)
class Scripted:
    """One answer: a stream (text of server-sent events) or, with another status, an error as JSON."""

    stream: str = ""
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: bool = False
    """Close the connection in the middle, without the end that HTTP demands."""
    piece: int = 97
    """Bytes that are sent at a time."""
    silent: bool = False
    """Take the request and never answer."""


@dataclass(frozen=True)
class Seen:
    """One request as the server got it."""

    path: str
    headers: Mapping[str, str]
    body: Any


class _Cut(Exception):
    pass


class ModelServer:
    """Gives its scripted answers one after the other; the last one again and again."""

    def __init__(self) -> None:
        self.url = ""
        self.http = httpx2.AsyncClient(verify=False)
        """For model libraries that keep their connections: closed with the server."""
        self.seen: list[Seen] = []
        self._script: list[Scripted] = []

    def will(self, *answers: Scripted | str) -> None:
        """What to answer from now on; a name is that of a recorded stream."""
        self._script = [Scripted(recorded(one)) if isinstance(one, str) else one for one in answers]

    @property
    def bodies(self) -> list[Any]:
        """The requests' bodies."""
        return [one.body for one in self.seen]

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """ASGI."""
        assert scope["type"] == "http"
        data, more = b"", True
        while more:
            message = await receive()
            data, more = data + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append(Seen(scope["path"], headers, json.loads(data)))
        answer = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if answer.silent:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await self._answer(answer, send)

    async def _answer(self, answer: Scripted, send: Any) -> None:
        kind = "text/event-stream" if answer.status == 200 else "application/json"
        content = answer.stream if answer.status == 200 else json.dumps(answer.body or {})
        headers = {"content-type": kind, **answer.headers}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        # In pieces that respect neither lines nor letters: a network does not either.
        data = content.encode()
        for start in range(0, len(data), answer.piece):
            await send({"type": "http.response.body", "body": data[start : start + answer.piece], "more_body": True})
        if answer.cut:
            raise _Cut
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@asynccontextmanager
async def model_server() -> AsyncGenerator[ModelServer]:
    """A model server on a free port, until the end of the block."""
    app = ModelServer()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            app, log_config=None, log_level="critical", lifespan="off", ws="none", date_header=False
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                await asyncio.sleep(0.005)
            yield app
        finally:
            await app.http.aclose()
            server.should_exit = True
            await serving
