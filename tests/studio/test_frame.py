"""What surrounds every page: the rail, the inbox, applications, and what stays when a part breaks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.studio.conftest import House, Window
from tests.studio.test_accessibility import drawn

STOPS = """() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches(":disabled");
  const grouped = new Set();
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter((one) => {
    if (!shown(one) || one.tabIndex < 0) return false;
    if (one.type !== "radio") return true;
    // Of a group of radio buttons one is a stop; arrow keys walk the rest.
    if (grouped.has(one.name)) return false;
    grouped.add(one.name);
    return true;
  }).map((one, at) => { one.dataset.stop = String(at); return one.outerHTML.slice(0, 120); });
}"""
STOPPED_AT = """() => {
  const one = document.activeElement;
  if (one?.type !== "radio") return one?.dataset?.stop ?? null;
  return [...document.getElementsByName(one.name)].find((other) => other.dataset.stop !== undefined)?.dataset.stop;
}"""


@pytest.mark.requirement("STUDIO-002")
async def test_the_rail_leads_to_every_page_and_folds(window: Window, house: House) -> None:
    made = (await house.stack.http.post("/api/v1/workspaces", json={"title": "Greenhouse"})).json()
    await house.stack.http.patch(f"/api/v1/workspaces/{made['id']}", json={"favourite": True})
    await house.waiting("plain_review")
    page = await window("/")
    rail = page.get_by_role("navigation", name="Main")
    for link, address in (("Applications", "/apps"), ("Workspaces", "/workspaces"), ("Runs", "/runs")):
        await rail.get_by_role("link", name=link, exact=True).click()
        await expect(page).to_have_url(re.compile(f"{address}$"))
        await expect(page.get_by_role("heading", level=1, name=link)).to_be_visible()
    await rail.get_by_role("link", name=re.compile("^Inbox")).click()
    await expect(page.get_by_role("heading", level=1, name="Inbox")).to_be_visible()
    await rail.get_by_role("link", name="Greenhouse").click()
    await expect(page).to_have_url(re.compile(f"workspace={made['id']}"))

    wide = (await rail.bounding_box() or {})["width"]
    await page.keyboard.press("Control+b")
    assert (await rail.bounding_box() or {})["width"] < wide / 2
    await rail.get_by_role("link", name="Home").click()
    for part in ("Waiting for you", "Last runs"):
        region = page.get_by_role("region", name=re.compile(part))
        await expect(region.get_by_role("listitem").first).to_be_visible()
    await page.goto(house.address("/no/such/page"))
    await expect(page.get_by_role("heading", level=1, name="Nothing is here")).to_be_visible()


@pytest.mark.requirement("STUDIO-002")
async def test_a_part_that_breaks_says_so_and_leaves_the_rest(window: Window, house: House) -> None:
    await house.waiting("plain_review")
    page = await window("/runs")
    await page.route("**/api/v1/tasks*", lambda route: route.fulfill(status=500, json={"code": "x", "title": "Broken"}))
    await page.goto(house.address("/"))
    await expect(page.get_by_role("alert").first).to_contain_text("Broken")
    await expect(page.get_by_role("region", name="Start something").get_by_role("link").first).to_be_visible()
    await expect(page.get_by_role("region", name=re.compile("Last runs")).get_by_role("link").nth(1)).to_be_visible()


@pytest.mark.requirement("STUDIO-012")
async def test_the_inbox_has_exactly_what_waits_for_a_person_and_empties_as_it_is_answered(
    window: Window, house: House
) -> None:
    mine, other = [await house.waiting("plain_review") for _ in range(2)]
    # It waits as well, but for its children: nobody can answer it.
    await house.waiting("family")
    page = await window("/inbox")
    inbox = page.get_by_role("list", name="Waiting for an answer")
    wanted = {task["run"]["id"] for task in (await house.stack.http.get("/api/v1/tasks?limit=200")).json()["items"]}
    assert {mine, other} < wanted

    async def listed() -> set[str]:
        links = await inbox.locator(".q a").evaluate_all("all => all.map((one) => one.pathname.split('/').at(-1))")
        return set(links)

    rows = inbox.get_by_role("listitem")
    await expect(rows).not_to_have_count(0)
    while (count := await rows.count()) < len(wanted):
        await page.get_by_role("button", name="Show more").click()
        await expect(rows).not_to_have_count(count)
    assert await listed() == wanted
    row = inbox.get_by_role("listitem").filter(has=page.locator(f"a[href$='/runs/{mine}']"))
    await expect(row).to_have_text(re.compile(r"^Decide.*Plain review #\d+, asked"))
    await house.stack.trigger(mine, "decide", {"approved": True})
    await expect(row).to_have_count(0)
    await expect(inbox.locator(f"a[href$='/runs/{other}']").first).to_be_visible()


async def test_applications_show_all_their_workflows(window: Window, house: House) -> None:
    page = await window("/apps")
    pages = page.get_by_role("region", name="Pages", exact=True)
    await expect(pages.get_by_role("link", name="Plain review", exact=True)).to_have_attribute(
        "href", "/start/plain_review"
    )
    await pages.get_by_role("link", name="Runs of Plain review").click()
    await expect(page).to_have_url(re.compile("workflow=plain_review"))


async def walked(page: Page) -> list[str]:
    """Controls that the tab key never comes to."""
    stops: list[str] = await page.evaluate(STOPS)
    await page.evaluate("document.activeElement?.blur?.()")
    seen: set[str] = set()
    for _ in range(2 * len(stops) + 10):
        await page.keyboard.press("Tab")
        at: Any = await page.evaluate(STOPPED_AT)
        if isinstance(at, str):
            seen.add(at)
        if len(seen) == len(stops):
            break
    # What went away meanwhile, because a run of another test moved on, need not be reached.
    there: list[str] = await page.evaluate(
        "[...document.querySelectorAll('[data-stop]')].map((one) => one.dataset.stop)"
    )
    return [text for at, text in enumerate(stops) if str(at) not in seen and str(at) in there]


@pytest.mark.requirement("STUDIO-005")
async def test_the_tab_key_comes_to_every_control_of_every_page(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    chat = await house.waiting("chat_agent", {"system": "Be brief.", "tools": [], "user_message": "Hello"})
    page = await window("/")
    missed: dict[str, list[str]] = {}
    for address in (
        "/", "/runs?status=failed", "/apps", "/workspaces", "/start/meeting_notes", f"/runs/{run_id}?panel=about",
        f"/runs/{chat}?panel=steps",
    ):  # fmt: skip
        await page.goto(house.address(address))
        await drawn(page)
        if found := await walked(page):
            missed[address] = found
    assert missed == {}
