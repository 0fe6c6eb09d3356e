"""Request bodies: strict JSON of at most one mebibyte, refused before anything looks at them."""

from __future__ import annotations

import json
import math
import re
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopstack_api import errors

MAX_BYTES = 1024 * 1024
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
        refused = await self._read(headers, receive)
        if isinstance(refused, bytes):
            await self._app(scope, _replay(refused, receive), send)
            return
        status, code, text = refused
        body = errors.problem(status, code, text, request_id=scope.get("loopstack.request_id"))
        # The rest of the body is not read: the connection cannot carry another request.
        await errors.answer(body, {"connection": "close"} if status == 413 else None)(scope, receive, send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | tuple[int, str, str]:
        if not _JSON_TYPE.fullmatch(headers.get("content-type", "")):
            return 415, "unsupported_media_type", "Send the body as `Content-Type: application/json`."
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > MAX_BYTES:
            return 413, "too_large", f"A request body may have at most {MAX_BYTES} bytes; this one has {length}."
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return 400, "bad_request", "The connection ended before the body did."
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BYTES:
                return 413, "too_large", f"A request body may have at most {MAX_BYTES} bytes."
        try:
            check_json(bytes(body))
        except (ValueError, RecursionError) as error:
            detail = str(error) if isinstance(error, (_NotJson, json.JSONDecodeError)) else "it cannot be read"
            return 400, "malformed_json", f"The body is not valid JSON: {detail}."
        return bytes(body)


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
