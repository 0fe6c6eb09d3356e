"""Long feeds: read in parts, followed at the foot, still elsewhere, with every version of a document."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.acceptance.test_resets import NOTHING_AGAIN, reset, to_rest_after
from tests.studio.conftest import House, Window
from tests.studio.test_run_page import status
from tests.support.stack import eventually

MOST_HELD = 400

SCROLLED_TO = """(top) => new Promise((done) => {
  document.querySelector(".feedwrap").scrollTop = top;
  requestAnimationFrame(() => requestAnimationFrame(() => done()));
})"""

TWO_FRAMES = "new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); })"

TOP_ENTRY = """() => {
  const box = document.querySelector(".feedwrap");
  const edge = box.getBoundingClientRect().top;
  const entries = [...document.querySelectorAll("[data-entry]")];
  const entry = entries.find((one) => one.getBoundingClientRect().bottom > edge + 40);
  return [entry.textContent, Math.round(entry.getBoundingClientRect().top - edge)];
}"""


async def scroll(page: Page, by: int) -> None:
    """Turn the wheel over the feed."""
    await page.get_by_role("list", name="What happened").hover()
    await page.mouse.wheel(0, by)


async def at_rest(page: Page) -> list[Any]:
    """The entry at the top of the window and where it stands, once the feed has ceased to scroll."""
    looks: list[list[Any]] = []

    async def look() -> bool:
        await page.evaluate(TWO_FRAMES)
        looks.append(await page.evaluate(TOP_ENTRY))
        return looks[-2:] == [looks[-1]] * 2

    await eventually(look, what="a feed at rest")
    return looks[-1]


def said(page: Page, text: str) -> Locator:
    """A document's text, not the line about the answer that wrote it."""
    return page.get_by_role("paragraph").filter(has_text=re.compile(f"^{text}$"))


@pytest.mark.requirement("STUDIO-015")
async def test_two_thousand_documents_are_read_in_parts_and_stay_where_they_are(window: Window, house: House) -> None:
    run_id = await house.start("chain", {"steps": 20, "documents": 100})
    await house.stack.run_is(run_id, "completed", limit=60)
    page = await window(f"/runs/{run_id}")
    feed = page.get_by_role("list", name="What happened")
    entries = page.locator("[data-entry]")
    await expect(feed.get_by_role("article").first).to_be_visible()
    assert await entries.count() < MOST_HELD / 2
    for _ in range(10):
        last = await entries.last.text_content()
        await page.evaluate(SCROLLED_TO, 10_000_000)
        await expect(entries.last).not_to_have_text(last or "")
    await expect(page.get_by_role("button", name="Show earlier")).to_have_count(1)
    assert await entries.count() <= MOST_HELD

    # What is read stays where it is while earlier documents come in above it, and later ones are let go.
    await page.evaluate(SCROLLED_TO, 1_500)
    top = await entries.first.text_content()
    before = await page.evaluate(TOP_ENTRY)
    await page.evaluate("document.querySelector('.moredocs button').click()")
    await expect(entries.first).not_to_have_text(top or "")
    text, offset = await page.evaluate(TOP_ENTRY)
    assert text == before[0]
    assert abs(offset - before[1]) <= 2
    assert await entries.count() <= MOST_HELD


@pytest.mark.requirement("STUDIO-015")
async def test_an_open_run_opens_at_its_end_and_is_followed_there(window: Window, house: House) -> None:
    run_id = await house.waiting("rounds", {"rounds": 200})
    for number in range(60):
        await house.stack.trigger(run_id, "answer", f"number {number}")
    page = await window(f"/runs/{run_id}")
    await expect(said(page, "number 59")).to_be_in_viewport()
    await expect(said(page, "number 1")).to_have_count(0)
    await house.stack.trigger(run_id, "answer", "and one more")
    await expect(said(page, "and one more")).to_be_in_viewport()

    await scroll(page, -1_500)
    await expect(said(page, "and one more")).not_to_be_in_viewport()
    before = await at_rest(page)
    await house.stack.trigger(run_id, "answer", "unseen")
    pill = page.get_by_role("button", name="1 new below")
    await expect(pill).to_be_visible()
    assert await page.evaluate(TOP_ENTRY) == before
    await pill.click()
    await expect(said(page, "unseen")).to_be_in_viewport()


async def test_a_replaced_document_stays_in_its_place_and_shows_what_changed(window: Window, house: House) -> None:
    run_id = await house.waiting("review", {"topic": "tea"})
    page = await window(f"/runs/{run_id}")
    await page.get_by_label("What should change?").fill("Shorter")
    await page.get_by_role("button", name="Write it again").click()
    draft = page.get_by_role("article", name="Text")
    await expect(draft).to_have_count(1)
    await expect(draft.get_by_text("version 2")).to_be_visible()
    await draft.get_by_role("button", name=re.compile("More about this document")).click()
    await page.get_by_role("menuitem", name="What changed").click()
    await expect(draft.get_by_text("version 1 to 2")).to_be_visible()
    changes = draft.get_by_role("region", name="Text: changes")
    await expect(changes.locator(".plus").first).to_be_visible()
    await draft.get_by_role("button", name=re.compile("More about this document")).click()
    await page.get_by_role("menuitem", name=re.compile("^Version 1")).click()
    await draft.get_by_role("button", name=re.compile("More about this document")).click()
    await page.get_by_role("menuitem", name="Without changes").click()
    await expect(draft.get_by_text("version 1", exact=True)).to_be_visible()
    await expect(status(page, "waiting")).to_be_visible()


async def test_early_and_refused_answers_and_resets_leave_a_line(window: Window, house: House) -> None:
    run_id = await house.waiting("stages", {"topic": "tea"})
    page = await window(f"/runs/{run_id}")
    feed = page.get_by_role("list", name="What happened")
    await house.stack.signal(run_id, "second", "too early")
    await expect(feed.get_by_text(re.compile("answered “Second” early; it is kept until its turn"))).to_be_visible()
    await house.stack.signal(run_id, "sekond", "mistyped")
    await expect(feed.get_by_text(re.compile("An answer to “Sekond” was refused: "))).to_be_visible()
    await house.stack.trigger(run_id, "first", "now")
    await house.stack.run_is(run_id, "completed")
    await reset(house.stack, run_id, *await to_rest_after(house.stack, run_id, "0-begin"), *NOTHING_AGAIN)
    await expect(feed.get_by_text("Reset from outside to step 1; what came after it is replaced.")).to_be_visible()
    await page.reload()
    await expect(feed.get_by_text(re.compile("answered “Second” early"))).to_have_count(1)
    await expect(feed.get_by_text(re.compile("Reset from outside"))).to_have_count(1)
