"""The head of a run page: what it says, and what can be done from it."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.studio.conftest import House, Window
from tests.studio.test_run_page import status


@pytest.mark.requirement("STUDIO-014")
async def test_the_head_says_what_runs_where_it_stands_since_when_and_what_it_waits_for(
    window: Window, house: House
) -> None:
    run_id = await house.waiting("plain_review")
    await house.stack.http.patch(f"/api/v1/runs/{run_id}", json={"title": "Coffee blurb"})
    page = await window(f"/runs/{run_id}")
    main = page.get_by_role("main")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Coffee blurb")
    await expect(main.get_by_role("link", name=re.compile(r"Plain review #\d+"))).to_be_visible()
    await expect(status(page, "waiting")).to_be_visible()
    await expect(main.get_by_text(re.compile("^Waiting for an answer to “Decide” since"))).to_be_visible()
    await expect(main.get_by_text(re.compile("at waiting_for_approval · started .* · going for"))).to_be_visible()


@pytest.mark.requirement("STUDIO-017")
async def test_the_head_of_a_failed_run_says_what_failed_how_often_and_offers_a_retry(
    window: Window, house: House, tmp_path: object
) -> None:
    run_id = await house.start("flaky", {"failures": 9, "file": f"{tmp_path}/tries"})
    row = await house.stack.run_is(run_id, "failed")
    page = await window(f"/runs/{run_id}")
    head = page.get_by_role("main").get_by_role("status", name="Status of the run")
    often = "failed" if row.failures["work"] == 1 else rf"failed ({row.failures['work']} times|twice)"
    await expect(head).to_have_text(re.compile(f"“Work” {often}: it did not work"))
    await expect(page.get_by_role("button", name="Retry", exact=True)).to_be_visible()

    run_id = await house.start("patient")
    page = await window(f"/runs/{run_id}")
    head = page.get_by_role("main").get_by_role("status", name="Status of the run")
    await expect(head).to_have_text(re.compile(r"“Call” failed 1 of 3 times \(busy\); next try in \d+"))
    await expect(page.get_by_role("button", name="Retry", exact=True)).to_have_count(0)


@pytest.mark.requirement("STUDIO-019")
async def test_a_run_is_repeated_with_its_arguments_shown_for_editing(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review", {"topic": "oolong"})
    page = await window(f"/runs/{run_id}")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Run again").click()
    topic = page.get_by_label("Topic")
    await expect(topic).to_have_value("oolong")
    await topic.fill("white tea")
    await page.get_by_role("button", name="Start run").click()
    await expect(page).to_have_url(re.compile(r"/runs/(?!.*" + re.escape(run_id) + ")"))
    await expect(page.get_by_text("white tea")).to_be_visible()


@pytest.mark.requirement("STUDIO-024")
async def test_what_a_button_does_can_be_copied_as_a_command(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    page = await window(f"/runs/{run_id}")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Copy as temporal").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"temporal workflow update execute --workflow-id {run_id} --name decide --input ")

    await page.get_by_role("tab", name="About").click()
    about = page.get_by_role("tabpanel", name="About")
    for command in ("temporal workflow cancel --workflow-id", "temporal workflow start --type plain_review"):
        await expect(about.get_by_text(re.compile(command))).to_be_visible()
    row = await house.stack.run_is(run_id, "waiting")
    link = page.get_by_role("link", name="Open in Temporal").first
    await expect(link).to_have_attribute("href", re.compile(f"{run_id}/{row.temporal_run_id}"))


@pytest.mark.requirement("STUDIO-025")
async def test_a_second_click_does_nothing_and_a_lost_race_shows_the_answer_given(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    first, second = [await window(f"/runs/{run_id}") for _ in range(2)]
    sent: list[str] = []
    go = asyncio.Event()

    async def hold(route: Route) -> None:
        sent.append(route.request.url)
        await go.wait()
        await route.continue_()

    await first.route("**/transitions/**", hold)
    for page, note in ((first, "mine"), (second, "yours")):
        await page.get_by_role("radio", name="Yes").check()
        await page.get_by_label("Note").fill(note)
    await first.get_by_role("button", name="Send answer").click()
    await expect(first.get_by_role("button", name="Sending…")).to_have_attribute("aria-disabled", "true")
    await first.get_by_role("button", name="Sending…").click(force=True)
    await first.keyboard.press("Control+Enter")
    go.set()
    await expect(status(first, "completed")).to_be_visible()
    assert len(sent) == 1
    await expect(second.get_by_text(re.compile("answered “Decide”"))).to_be_visible()
    await expect(second.get_by_text("Approved: yes · Note: mine")).to_be_visible()


@pytest.mark.requirement("STUDIO-016")
async def test_pause_resume_and_stop_are_offered_when_they_apply_and_show_live(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    page = await window(f"/runs/{run_id}")
    more = page.get_by_role("button", name="More", exact=True)

    await more.click()
    await expect(page.get_by_role("menuitem", name="Resume")).to_have_count(0)
    await page.get_by_role("menuitem", name="Pause").click()
    await expect(status(page, "paused")).to_be_visible()
    head = page.get_by_role("main").get_by_role("status", name="Status of the run")
    await expect(head).to_contain_text("Paused by")
    await more.click()
    await page.get_by_role("menuitem", name="Resume").click()
    await expect(status(page, "waiting")).to_be_visible()

    await more.click()
    await page.get_by_role("menuitem", name="Stop run").click()
    await page.get_by_role("dialog").get_by_role("button", name="Stop run").click()
    await expect(status(page, "canceled")).to_be_visible()
    await more.click()
    for offer in ("Pause", "Resume", "Stop run", "Retry"):
        await expect(page.get_by_role("menuitem", name=offer)).to_have_count(0)
