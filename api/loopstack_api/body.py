"""Request bodies: strict JSON of at most one mebibyte, refused before anything looks at them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import re
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopstack_api import errors

MAX_BYTES = 1024 * 1024
DRAIN_BYTES = 16 * 1024 * 1024
"""What is read of a body that is too large, so that its sender gets to read the answer."""

DRAIN_SECONDS = 10.0
MAX_DEPTH = 100
"""Nesting deeper than this is no form; every reader further down may recurse."""

_JSON_TYPE = re.compile(r"application/(?:[\w.-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)


class _NotJson(ValueError):
    """A body that some JSON reader would take and another would not."""


class JsonBodies:
    """Reads the body of every API request that has one, and lets only strict JSON pass.

    Python's reader takes NaN, infinite numbers, doubled keys, NUL and half surrogates. The databases and browsers
    behind do not, so taking them here would lose a run later.
    """

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "transfer-encoding" not in headers and headers.get("content-length", "0") == "0":
            await self._app(scope, receive, send)
            return
        incoming = _Incoming(receive)
        refused = await self._read(headers, incoming)
        if isinstance(refused, bytes):
            await self._app(scope, _replay(refused, receive), send)
            return
        status, code, text = refused
        answer = errors.answer(errors.problem(status, code, text, request_id=scope.get("loopstack.request_id")))
        if status == 413:
            answer.headers["connection"] = "close"
            await _answer_and_drain(answer, scope, incoming, send)
        else:
            await answer(scope, receive, send)

    async def _read(self, headers: Headers, receive: _Incoming) -> bytes | tuple[int, str, str]:
        if not _JSON_TYPE.fullmatch(headers.get("content-type", "")):
            return 415, "unsupported_media_type", "Send the body as `Content-Type: application/json`."
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > MAX_BYTES:
            return 413, "too_large", f"A request body may have at most {MAX_BYTES} bytes; this one has {length}."
        body = bytearray()
        while receive.more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return 400, "bad_request", "The connection ended before the body did."
            body += message.get("body", b"")
            if len(body) > MAX_BYTES:
                return 413, "too_large", f"A request body may have at most {MAX_BYTES} bytes."
        try:
            check_json(bytes(body))
        except (ValueError, RecursionError) as error:
            detail = str(error) if isinstance(error, (_NotJson, json.JSONDecodeError)) else "it cannot be read"
            return 400, "malformed_json", f"The body is not valid JSON: {detail}."
        return bytes(body)


class _Incoming:
    """A request's messages, and whether more of its body is to come."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.more = True

    async def __call__(self) -> Message:
        message = await self._receive()
        self.more = message["type"] == "http.request" and message.get("more_body", False)
        return message


async def _answer_and_drain(answer: Response, scope: Scope, receive: _Incoming, send: Send) -> None:
    """Say no at once, then read on for a while before the connection closes.

    Many clients send everything before they read anything. Closing on bytes that nobody read resets the connection,
    and with it goes the answer.
    """

    async def unfinished(message: Message) -> None:
        await send({**message, "more_body": True} if message["type"] == "http.response.body" else message)

    await answer(scope, receive, unfinished)
    left = DRAIN_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while receive.more and left > 0:
                left -= len((await receive()).get("body", b""))
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def check_json(body: bytes) -> None:
    """Raises `ValueError` (or `RecursionError`) if `body` is not JSON that every part behind can hold."""
    value = json.loads(
        body.decode("utf-8"),
        parse_constant=_no_constant,
        parse_float=_finite,
        object_pairs_hook=_no_doubles,
    )
    _check_texts(value, 0)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _no_constant(name: str) -> Any:
    raise _NotJson(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _NotJson("a number is too large")
    return value


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _NotJson("an object has the same key twice")
    return value


def _check_texts(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _NotJson(f"it is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise _NotJson("a text has a NUL or half a surrogate pair")
    elif isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            _check_texts(key, depth)
            _check_texts(item, depth + 1)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            _check_texts(item, depth + 1)
