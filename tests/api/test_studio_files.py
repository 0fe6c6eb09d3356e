"""Serving the built studio."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from loopstack_api.app import create_app
from loopstack_api.settings import Settings

from loopstack_temporal.store.store import Store
from tests.api.desk import Desk

PAGE = """<!doctype html><html><head><meta name="csp-nonce" content="__LOOPSTACK_NONCE__" />
<link rel="stylesheet" href="./assets/app-1a2b.css"><script type="module" src="./assets/app-1a2b.js"></script></head>
<body></body></html>"""
HTML = {"Accept": "text/html"}


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    folder = tmp_path / "studio"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "app-1a2b.js").write_text("plain")
    (folder / "assets" / "app-1a2b.js.br").write_bytes(b"packed")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def client(store: Store, studio: Path, settings: Settings, root_path: str = "") -> httpx.AsyncClient:
    app = create_app(store, Desk(store), settings, studio=studio)
    transport = httpx.ASGITransport(app=app, root_path=root_path)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


async def test_every_page_is_the_studio_with_a_nonce_of_its_own(store: Store, studio: Path, settings: Settings) -> None:
    async with client(store, studio, settings) as http:
        home = await http.get("/", headers=HTML)
        run = await http.get("/runs/r-1?panel=graph", headers=HTML)

    nonces = [page.text.split('content="')[2].split('"')[0] for page in (home, run)]
    assert home.status_code == run.status_code == 200
    assert nonces[0] != nonces[1]
    assert f"style-src 'self' 'nonce-{nonces[1]}'" in run.headers["content-security-policy"]
    assert "script-src 'self';" in run.headers["content-security-policy"]
    assert "unsafe" not in run.headers["content-security-policy"]
    assert run.headers["cache-control"] == "no-store"
    assert 'src="/assets/app-1a2b.js"' in run.text
    assert '<meta name="loopstack-base" content="/" />' in run.text


async def test_a_path_prefix_is_written_into_the_page(store: Store, studio: Path, settings: Settings) -> None:
    async with client(store, studio, settings, root_path="/loop") as http:
        page = await http.get("/loop/runs/r-1", headers=HTML)

    assert 'href="/loop/assets/app-1a2b.css"' in page.text
    assert '<meta name="loopstack-base" content="/loop/" />' in page.text


async def test_hashed_assets_stay_for_ever_and_travel_packed(store: Store, studio: Path, settings: Settings) -> None:
    async with client(store, studio, settings) as http:
        plain = await http.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
        icon = await http.get("/favicon.svg")
        async with http.stream("GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip, br"}) as packed:
            body = b"".join([part async for part in packed.aiter_raw()])

    assert plain.text == "plain"
    assert plain.headers["content-type"].startswith("text/javascript")
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (body, packed.headers["content-encoding"], packed.headers["vary"]) == (b"packed", "br", "accept-encoding")
    assert packed.headers["content-type"].startswith("text/javascript")
    assert icon.headers["cache-control"] == "no-cache"


async def test_nothing_outside_the_folder_is_served(store: Store, studio: Path, settings: Settings) -> None:
    async with client(store, studio, settings) as http:
        for path in (
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/assets/..%2f..%2f..%2fsecret.txt",
            "/%00",
            "//etc/passwd",
        ):
            answer = await http.get(path)
            assert answer.status_code == 404, path
            assert "secret" not in answer.text.replace("secret.txt", "")


async def test_what_is_no_page_is_not_answered_with_one(store: Store, studio: Path, settings: Settings) -> None:
    async with client(store, studio, settings) as http:
        api = await http.get("/api/v2/runs", headers=HTML)
        missing = await http.get("/assets/app-0000.js", headers={"Accept": "*/*"})
        write = await http.post("/runs/r-1", headers=HTML)

    assert (api.status_code, api.headers["content-type"]) == (404, "application/problem+json")
    assert missing.status_code == 404
    assert write.status_code == 405


async def test_without_a_built_studio_the_page_says_how_to_build_it(
    store: Store, tmp_path: Path, settings: Settings
) -> None:
    async with client(store, tmp_path / "nothing", settings) as http:
        page = await http.get("/", headers=HTML)

    assert page.status_code == 200
    assert "make studio" in page.text


async def test_the_build_changes_with_the_page(store: Store, studio: Path, settings: Settings) -> None:
    async with client(store, studio, settings) as http:
        before = (await http.get("/", headers=HTML)).headers["x-loopstack-build"]
    (studio / "index.html").write_text(PAGE + "<!-- new -->")
    async with client(store, studio, settings) as http:
        after = (await http.get("/api/v1/health")).headers["x-loopstack-build"]

    assert before != after
