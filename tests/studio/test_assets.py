"""The studio as it is really served: packed, kept for ever, closed to everything from elsewhere."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urlsplit

import pytest
from loopstack_api.studio_files import FOLDER, IMMUTABLE
from playwright.async_api import Browser, ConsoleMessage, Page, Response, expect

from tests.studio.conftest import House, Window

PACKED = "br, gzip"
RUN_PAGE_LIMIT = 320_000
"""Bytes over the wire of a first load of the run page: scripts, styles and fonts (budgets of studio/tooling)."""


async def raw(house: House, path: str, accept: str) -> tuple[bytes, dict[str, str]]:
    """An asset as it travels."""
    async with house.stack.http.stream("GET", path, headers={"Accept-Encoding": accept}) as answer:
        assert answer.status_code == 200
        return b"".join([part async for part in answer.aiter_raw()]), dict(answer.headers)


async def test_every_script_and_style_travels_packed_and_is_kept_for_ever(house: House) -> None:
    texts = [path for path in (FOLDER / "assets").iterdir() if path.suffix in (".js", ".css")]
    assert texts
    for path in texts:
        address = f"/assets/{path.name}"
        plain, headers = await raw(house, address, "identity")
        assert "content-encoding" not in headers
        assert headers["cache-control"] == IMMUTABLE
        assert plain == path.read_bytes()
        if len(plain) < 2_000:
            continue
        zipped, headers = await raw(house, address, "gzip")
        assert (headers["content-encoding"], headers["cache-control"]) == ("gzip", IMMUTABLE)
        assert gzip.decompress(zipped) == plain
        small, headers = await raw(house, address, PACKED)
        assert (headers["content-encoding"], headers["vary"]) == ("br", "accept-encoding")
        assert len(small) <= len(zipped) < len(plain)


async def test_the_page_may_run_its_own_scripts_and_nothing_else(house: House) -> None:
    pages = [await house.stack.http.get("/runs", headers={"Accept": "text/html"}) for _ in range(2)]
    policies = [
        dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; ")) for page in pages
    ]
    nonces = [re.findall(r"'nonce-([^']+)'", policy["style-src"]) for policy in policies]

    assert policies[0]["script-src"] == policies[0]["connect-src"] == policies[0]["default-src"] == "'self'"
    assert policies[0]["object-src"] == policies[0]["base-uri"] == "'none'"
    assert policies[0]["require-trusted-types-for"] == "'script'"
    assert len(nonces[0]) == 1 and nonces[0] != nonces[1]
    assert nonces[0][0] in pages[0].text
    assert pages[0].headers["cache-control"] == "no-store"
    assert pages[0].headers["x-content-type-options"] == "nosniff"
    # Nothing inline that the policy would have to allow.
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", pages[0].text)


@pytest.mark.requirement("STUDIO-001")
async def test_a_visit_asks_nobody_else_and_breaks_no_rule_of_the_policy(window: Window, house: House) -> None:
    run_id = await house.waiting("review")
    page = await window("/runs")
    asked, refused = watch(page)
    await page.goto(house.address("/"))
    await expect(page.get_by_role("link", name=re.compile("Review #")).first).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.goto(house.address(f"/runs/{run_id}"))
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()

    origins = {urlsplit(answer.url).netloc for answer in asked if not answer.url.startswith("data:")}
    assert origins == {urlsplit(house.stack.base_url).netloc}
    assert refused == []


async def test_the_first_load_of_a_run_page_is_small_on_the_wire(chromium: Browser, house: House) -> None:
    run_id = await house.waiting("review")
    page = await chromium.new_page()
    received, refused = watch(page)
    await page.goto(house.address(f"/runs/{run_id}"))
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()
    assets = [answer.request for answer in received if "/assets/" in answer.url]
    travelled = {request.url: (await request.sizes())["responseBodySize"] for request in assets}
    await page.close()

    assert any(address.endswith(".js") for address in travelled)
    assert sum(travelled.values()) < RUN_PAGE_LIMIT, travelled
    assert refused == []


def watch(page: Page) -> tuple[list[Response], list[str]]:
    """What the page receives from now on, and what its policy refuses."""
    received: list[Response] = []
    refused: list[str] = []

    def take(response: Response) -> None:
        received.append(response)

    def read(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    page.on("response", take)
    page.on("console", read)
    return received, refused
