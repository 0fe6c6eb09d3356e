"""What an automatic check finds, what fits on small screens, and starting by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from tests.studio.conftest import House, Window
from tests.studio.test_run_page import status

AXE = Path(__file__).parents[2] / "studio/node_modules/axe-core/axe.min.js"
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const where = (nodes) => nodes.map((node) => node.html.slice(0, 160));
  return found.violations.map(({ id, help, nodes }) => ({ id, help, where: where(nodes) }));
}"""
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
CHAT: dict[str, Any] = {"system": "Be brief.", "tools": [], "user_message": "Hello"}
SIZES = ({"width": 1440, "height": 900}, {"width": 1024, "height": 768}, {"width": 390, "height": 844})
PHONES = (320, 390)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def violations(page: Page) -> list[Any]:
    """What axe says about the page as it stands."""
    return await page.evaluate(RUN)


async def drawn(page: Page) -> None:
    """Wait until nothing is loading."""
    await expect(page.get_by_role("heading", level=1)).not_to_have_text(re.compile(r"^\s*$"))
    await expect(page.locator("[aria-busy=true], .skeleton")).to_have_count(0)


@pytest.fixture(scope="module")
async def addresses(house: House, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pages with something on each of them."""
    tries = tmp_path_factory.mktemp("tries") / "tries"
    failed = await house.start("flaky", {"failures": 9, "file": str(tries)})
    done = await house.start("hello", {"name": "Ada"})
    shown = await house.start("gallery")
    waiting = await house.waiting("review")
    asking = await house.waiting("meeting_notes")
    await house.stack.run_is(done, "completed")
    await house.stack.run_is(shown, "completed")
    await house.stack.run_is(failed, "failed")
    return {
        "home": "/",
        "start": "/start/meeting_notes",
        "runs": "/runs",
        "nothing found": "/runs?q=no-such-run",
        "waiting": f"/runs/{waiting}?panel=graph",
        "document form": f"/runs/{asking}?panel=steps",
        "failed": f"/runs/{failed}?panel=about",
        "completed": f"/runs/{done}?panel=state",
        "widgets": f"/runs/{shown}",
        "fields": f"/runs/{await house.waiting('fields')}",
        "approval": f"/runs/{await house.waiting('grants')}",
        "inbox": "/inbox",
        "applications": "/apps",
        "chat": f"/runs/{await house.waiting('chat_agent', CHAT)}",
        "tools": f"/runs/{await house.start('tools_at_work')}",
        "workspaces": "/workspaces",
        "lost": "/no/such/page",
    }


@pytest.mark.parametrize(
    "name",
    [
        "home",
        "start",
        "runs",
        "nothing found",
        "waiting",
        "document form",
        "failed",
        "completed",
        "widgets",
        "fields",
        "approval",
        "inbox",
        "applications",
        "chat",
        "tools",
        "workspaces",
        "lost",
    ],
)
@pytest.mark.requirement("STUDIO-005")
async def test_axe_finds_nothing(window: Window, house: House, addresses: dict[str, str], name: str) -> None:
    page = await window(addresses[name])
    await page.emulate_media(reduced_motion="reduce")
    await drawn(page)
    await page.evaluate(AXE.read_text())
    found: dict[str, list[Any]] = {}
    for size in SIZES:
        await page.set_viewport_size(size)  # pyright: ignore[reportArgumentType]
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme)
            found[f"{size['width']} {theme}"] = await violations(page)
    unwell = [f"{where}: {one}" for where, what in found.items() for one in what]
    assert not unwell, "\n".join(unwell)


async def test_axe_finds_nothing_in_what_opens_over_a_page(window: Window) -> None:
    page = await window("/")
    await page.emulate_media(reduced_motion="reduce")
    await drawn(page)
    await page.evaluate(AXE.read_text())
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Search and commands")).to_be_focused()
    await expect(page.get_by_role("option", name=re.compile("^Review")).first).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert await violations(page) == []


async def test_axe_finds_nothing_in_a_form_with_mistakes(window: Window) -> None:
    page = await window("/start/plain_review")
    await page.emulate_media(reduced_motion="reduce")
    await drawn(page)
    await page.evaluate(AXE.read_text())
    await page.route("**/api/v1/runs", lambda route: route.fulfill(status=503, json={"code": "x", "title": "Not now"}))
    await page.get_by_role("button", name="Start run").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await violations(page) == []


async def test_nothing_scrolls_sideways_on_a_phone(window: Window, house: House, addresses: dict[str, str]) -> None:
    page = await window("/", phone=True)
    wide: list[str] = []
    for name, path in addresses.items():
        for address in {path, path.split("?")[0]}:
            await page.goto(house.address(address))
            await drawn(page)
            for width in PHONES:
                await page.set_viewport_size({"width": width, "height": 700})
                if await page.evaluate(SIDEWAYS):
                    wide.append(f"{name} at {width}: {address}")
    assert wide == []


@pytest.mark.requirement("STUDIO-005")
async def test_a_run_is_found_started_and_answered_without_a_mouse(window: Window) -> None:
    page = await window("/")
    await expect(page.get_by_role("link", name="Plain review", exact=True)).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("n")
    await expect(page.get_by_role("combobox", name="Search and commands")).to_be_focused()
    await page.keyboard.type("plain")
    await expect(page.get_by_role("option", name=re.compile("^Plain review")).first).to_have_attribute(
        "aria-selected", "true"
    )
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Topic")).to_be_focused()
    await page.keyboard.type(" without a mouse")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Title")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Start run")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("form", name=re.compile("Your answer"))).to_be_visible()
    await page.keyboard.press("a")
    await page.keyboard.press("Space")
    await page.keyboard.press("Control+Enter")
    await expect(status(page, "completed")).to_be_visible()
