"""The run page when things go wrong, by keyboard alone, and on a phone."""

from __future__ import annotations

import re

from playwright.async_api import expect

from loopstack_temporal.runs import Applied
from tests.studio.conftest import House, Window
from tests.studio.test_run_page import status


async def test_the_page_recovers_by_itself_when_the_api_is_killed(window: Window, house: House) -> None:
    run_id = await house.waiting("review")
    page = await window(f"/runs/{run_id}")
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()
    await house.api.kill()
    await expect(page.get_by_text(re.compile("Reconnecting"))).to_be_visible()
    # Typing goes on without a server, and so does the run.
    await page.get_by_label("What should change?").fill("kept")
    outcome = await house.stack.trigger(run_id, "request_changes", {"wish": "from elsewhere"})
    assert isinstance(outcome, Applied)
    await house.api.start()
    await house.stack.serving(house.api)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(page.get_by_text(re.compile("Wish: from elsewhere"))).to_be_visible()
    await expect(page.get_by_text("Your text is kept.")).to_be_visible()


async def test_an_answer_sent_into_silence_arrives_once(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    page = await window(f"/runs/{run_id}")
    await page.get_by_role("radio", name="Yes").check()
    await house.api.kill()
    await page.get_by_role("button", name="Send answer").click()
    await expect(page.get_by_text("No connection. Sending again…")).to_be_visible()
    await house.api.start()
    await house.stack.serving(house.api)
    await expect(status(page, "completed")).to_be_visible()
    assert [kind for kind, _ in house.stack.events(run_id)].count("step.committed") == 2


async def test_an_answer_without_a_worker_is_recorded_and_applied_later(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    page = await window(f"/runs/{run_id}")
    await page.get_by_role("radio", name="Yes").check()
    await house.worker.kill()
    await page.get_by_role("button", name="Send answer").click()
    await expect(page.get_by_text("Recorded. No worker has taken it yet.")).to_be_visible()
    await house.worker.start()
    await house.stack.working(house.worker)
    await expect(status(page, "completed")).to_be_visible()
    assert [kind for kind, _ in house.stack.events(run_id)].count("step.committed") == 2


async def test_a_run_is_started_and_answered_by_keyboard_alone(window: Window, house: House) -> None:
    page = await window("/start/plain_review")
    await expect(page.get_by_role("button", name="Start run")).to_be_visible()
    await page.get_by_label("Topic").focus()
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("form", name=re.compile("Your answer"))).to_be_visible()
    await page.keyboard.press("a")
    await expect(page.get_by_role("radio", name="Yes")).to_be_focused()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.type("by keyboard")
    await page.keyboard.press("Control+Enter")
    await expect(status(page, "completed")).to_be_visible()
    await expect(page.get_by_text("Approved: yes · Note: by keyboard")).to_be_visible()
    await page.keyboard.press("2")
    await expect(page.get_by_role("tab", name="Steps")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


async def test_a_run_is_answered_by_touch_on_a_phone(window: Window, house: House) -> None:
    run_id = await house.waiting("review")
    page = await window(f"/runs/{run_id}", phone=True)
    sideways = "document.documentElement.scrollWidth > innerWidth"
    assert not await page.evaluate(sideways)
    bar = page.get_by_role("navigation", name="Parts of the run")
    for name in ("Graph", "Steps", "Run"):
        await bar.get_by_role("button", name=name).tap()
        assert not await page.evaluate(sideways)
    approve = page.get_by_role("button", name="Approve", exact=True)
    box = await approve.bounding_box()
    assert box is not None and box["height"] >= 44
    await approve.tap()
    await expect(status(page, "completed")).to_be_visible()


async def test_a_run_is_stopped_after_being_asked(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    page = await window(f"/runs/{run_id}")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Stop run").click()
    dialog = page.get_by_role("dialog", name="Stop this run?")
    await dialog.get_by_label("Reason").fill("wrong customer")
    await dialog.get_by_role("button", name="Stop run").click()
    await expect(status(page, "canceled")).to_be_visible()
    await house.stack.run_is(run_id, "canceled")


async def test_an_unknown_run_says_so_and_leads_back(window: Window) -> None:
    page = await window("/runs/no-such-run")
    await expect(page.get_by_role("heading", name="No run has this id.")).to_be_visible()
    await page.get_by_role("link", name="To all runs").click()
    await expect(page).to_have_url(re.compile(r"/runs$"))
