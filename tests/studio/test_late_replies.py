"""What the API says is older than what the stream told, or comes in parts: the page shows what is true all the same."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.studio.conftest import House, Window
from tests.studio.test_pages import live
from tests.studio.test_run_page import status


@pytest.mark.requirement("STUDIO-003")
async def test_an_event_that_overtakes_the_first_reading_of_a_run_is_not_lost(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    page = await window("/workspaces")
    asked, read, heard = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def overtaken(route: Route) -> None:
        if asked.is_set():  # Only the first answer is late.
            await route.continue_()
            return
        asked.set()
        old = await route.fetch()
        read.set()
        await heard.wait()
        await route.fulfill(response=old)

    await page.route(f"**/api/v1/runs/{run_id}", overtaken)
    await page.goto(house.address(f"/runs/{run_id}"))
    await read.wait()
    await live(page)
    # Every page reads `system` after a change of a run: then the page has heard of it.
    async with page.expect_request("**/api/v1/system"):
        await house.stack.trigger(run_id, "decide", {"approved": True})
    heard.set()
    await expect(status(page, "completed")).to_be_visible()


@pytest.mark.parametrize("readable", [True, False], ids=["late", "unreadable"])
async def test_a_question_is_asked_once_it_has_its_place(window: Window, house: House, readable: bool) -> None:
    run_id = await house.waiting("meeting_notes")
    page = await window(f"/runs/{run_id}")
    await expect(page.get_by_role("button", name="Put them in order")).to_be_visible()
    seen = asyncio.Event()

    async def late(route: Route) -> None:
        await seen.wait()
        await (route.continue_() if readable else route.fulfill(status=500))

    await page.route("**/steps?*", late)
    await house.stack.trigger(run_id, "user_response", {"text": "Ines moves in December."})
    await house.stack.run_is(run_id, "waiting", place="notes_optimized")
    form = page.get_by_role("form", name=re.compile("Meeting notes"))
    await expect(status(page, "waiting")).to_be_visible()
    await expect(page.get_by_role("article", name="Meeting notes")).to_be_visible()
    # Neither in a place that it will leave nor in the dock.
    await expect(page.get_by_role("form")).to_have_count(0)
    seen.set()
    await expect(form).to_be_visible()
    await expect(page.locator("li.gate").filter(has=form)).to_have_count(1 if readable else 0)
