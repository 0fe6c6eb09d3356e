"""The outermost layer: who may reach the API, what every answer carries, and what is left of an unknown error.

Plain ASGI, so that event streams pass through as they are written.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopstack_api import errors
from loopstack_temporal.contracts.problems import Problem

log = logging.getLogger("loopstack.api")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EVENTS = "/api/v1/events"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?P<port>:\d{1,5})?")

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
API_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class Guard:
    """Checks Host and Origin, names every request, and turns an unknown exception into a bare 500.

    A page of another site can make a browser on this machine send requests here; the two checks are what stands between
    such a page and the runs while there is no sign-in.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], build: str) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._build = build

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope["loopstack.request_id"] = request_id
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(message, scope["path"], request_id)
            await send(message)

        refused = self._refuse(scope, headers, request_id)
        if refused is not None:
            await errors.answer(refused)(scope, receive, dressed)
            return
        try:
            await self._app(scope, receive, dressed)
        except Exception as error:
            log.exception("request %s: %s %s failed", request_id, scope["method"], scope["path"])
            if started:
                # The head is out; all that can still be said is that the answer is not complete.
                raise
            await errors.answer(errors.of_exception(error, request_id))(scope, receive, dressed)

    def _refuse(self, scope: Scope, headers: Headers, request_id: str) -> Problem | None:
        host = headers.get("host", "")
        match = _HOST.fullmatch(host)
        if match is None or match["name"].lower() not in self._hosts:
            text = "This server does not answer to that host name. Add it to `LOOPSTACK_ALLOWED_HOSTS`."
            return errors.problem(421, "host_not_allowed", text, request_id=request_id)
        if scope["method"] in SAFE and scope["path"] != EVENTS:
            return None
        if not _same_origin(headers, host):
            text = "Requests that change something, and event streams, have to come from this server's own pages."
            return errors.problem(403, "foreign_origin", text, request_id=request_id)
        return None

    def _dress(self, message: Message, path: str, request_id: str) -> None:
        headers = MutableHeaders(scope=message)
        headers["x-request-id"] = request_id
        headers["x-loopstack-build"] = self._build
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if path.startswith("/api/"):
            for name, value in API_HEADERS.items():
                headers.setdefault(name, value)


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _same_origin(headers: Headers, host: str) -> bool:
    """Whether a browser sent this from our own page. Other programs send neither header and may do what they like."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")
