"""The studio's built files: hashed assets for ever, `index.html` never cached and with a fresh nonce."""

from __future__ import annotations

import hashlib
import html
import mimetypes
import re
import secrets
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "studio"
NONCE = "__LOOPSTACK_NONCE__"
"""Stands in the built page where the nonce of each answer goes."""
IMMUTABLE = "public, max-age=31536000, immutable"

_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_LOCAL = re.compile(r"""((?:src|href)=["'])\./""")

MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>loopstack-temporal</title>
<h1>The studio is not built</h1>
<p>The API answers under <code>/api/v1</code>. To have the studio here too, run <code>make studio</code> in a
checkout of the project and reload this page.</p></html>"""


def policy(nonce: str) -> str:
    """The content security policy of the studio's page: nothing from elsewhere, nothing inline without the nonce."""
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' blob: data:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types loopstack",
        ]
    )


def build_of(folder: Path, version: str) -> str:
    """Names this build: the version and, if there is a studio, a digest of its page (which names every asset)."""
    index = folder / "index.html"
    if not index.is_file():
        return version
    return f"{version}+{hashlib.sha256(index.read_bytes()).hexdigest()[:12]}"


class StudioFiles:
    """Serves a folder with a built studio. The folder may be absent: then every page says how to build it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the router falls back to. Raises `HTTPException` (404, or 405 for a write)."""
        if scope["type"] != "http":
            raise HTTPException(404)
        response = self.response(Request(scope, receive))
        await response(scope, receive, send)

    def response(self, request: Request) -> Response:
        """The file of that path, else the page for whoever accepts HTML."""
        path = request.scope["path"].removeprefix(request.scope.get("root_path", "")).lstrip("/")
        if path == "api" or path.startswith("api/"):
            raise HTTPException(404)
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        found = self._find(path)
        if found is not None:
            return self._file(found, request)
        if "text/html" not in request.headers.get("accept", ""):
            raise HTTPException(404)
        return self._page(request)

    def _find(self, path: str) -> Path | None:
        if not path or "\x00" in path or path == "index.html":
            return None
        target = (self._folder / path).resolve()
        return target if target.is_relative_to(self._folder) and target.is_file() else None

    def _file(self, path: Path, request: Request) -> Response:
        inside = path.relative_to(self._folder)
        headers = {
            "cache-control": IMMUTABLE if inside.parts[0] == "assets" else "no-cache",
            "vary": "accept-encoding",
        }
        accepted = {item.split(";")[0].strip() for item in request.headers.get("accept-encoding", "").split(",")}
        for name, suffix in _ENCODINGS:
            packed = path.with_name(path.name + suffix)
            if name in accepted and packed.is_file():
                headers["content-encoding"] = name
                return FileResponse(packed, media_type=_type(path), headers=headers)
        return FileResponse(path, media_type=_type(path), headers=headers)

    def _page(self, request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        index = self._folder / "index.html"
        text = index.read_text(encoding="utf-8") if index.is_file() else MISSING
        headers = {"cache-control": "no-store", "content-security-policy": policy(nonce)}
        return HTMLResponse(dress_page(text, prefix=request.scope.get("root_path", ""), nonce=nonce), headers=headers)


def dress_page(page: str, *, prefix: str, nonce: str) -> str:
    """The page with the path prefix in its relative addresses, its nonce, and the prefix as a `meta` element.

    The policy forbids `<base>`, and a page at `/runs/x` would look for `./assets` in the wrong place.
    """
    base = html.escape(quote(prefix.rstrip("/"), safe="/") + "/")
    page = _LOCAL.sub(lambda match: match[1] + base, page).replace(NONCE, html.escape(nonce))
    meta = f'<meta name="loopstack-base" content="{base}" />'
    return re.sub(r"(<head[^>]*>)", lambda match: match[1] + meta, page, count=1)


def _type(path: Path) -> str:
    # Not left to the machine's own table, which calls scripts text/plain on some systems.
    known = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
    return known.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
