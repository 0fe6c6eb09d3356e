"""A run in the browser: started, watched, answered."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from loopstack_temporal.runs import Applied
from tests.studio.conftest import House, Window


def status(page: Page, word: str) -> Locator:
    """The chip in the head of a run page."""
    return page.get_by_role("main").get_by_text(word, exact=True).and_(page.locator(".chip"))


@pytest.mark.requirement("STUDIO-026")
async def test_notes_are_started_edited_and_confirmed_while_a_second_window_watches(
    window: Window, house: House
) -> None:
    page = await window("/start/meeting_notes")
    await page.get_by_label("Raw notes").fill("Ines, Marek. We decided to move in December. Marek asks two haulers.")
    await page.get_by_role("button", name="Start run").click()
    await expect(page).to_have_url(re.compile(r"/runs/"))
    await page.get_by_role("button", name="Put them in order").click()

    watcher = await window(page.url.removeprefix(house.stack.base_url))
    for each in (page, watcher):
        await expect(each.get_by_role("form", name=re.compile("Meeting notes"))).to_be_visible()
    form = page.get_by_role("form", name=re.compile("Meeting notes"))
    # The form before it had its turn: it is there to be read.
    await expect(page.get_by_role("article", name="Raw notes")).to_be_visible()
    await expect(page.get_by_label("Raw notes").get_by_role("textbox")).to_have_count(0)
    await form.get_by_label("Title").fill("")
    await form.get_by_role("button", name="Confirm notes").click()
    await expect(form.get_by_text("Fill this in.")).to_be_visible()
    await form.get_by_label("Title").fill("Move")
    await form.get_by_label("Summary").fill("The workshop moves in December.")
    await form.get_by_role("button", name="Confirm notes").click()

    for each in (page, watcher):
        await expect(status(each, "completed")).to_be_visible()
        await expect(each.get_by_text("The workshop moves in December.").first).to_be_visible()
        await expect(each.get_by_text(re.compile("Answered by")).last).to_be_visible()


@pytest.mark.requirement("STUDIO-018")
async def test_a_wait_without_a_widget_has_a_form_made_from_its_schema(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review", {"topic": "tea"})
    page = await window(f"/runs/{run_id}")
    form = page.get_by_role("form", name=re.compile("Your answer"))
    await expect(form).to_be_visible()
    await form.get_by_role("button", name="Send answer").click()
    await expect(form.get_by_text("Choose one.")).to_be_visible()
    await form.get_by_role("radio", name="Yes").check()
    await form.get_by_label("Note").fill("fine")
    await page.keyboard.press("Control+Enter")
    await expect(status(page, "completed")).to_be_visible()
    await expect(page.get_by_text("Approved: yes · Note: fine")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == {"approved": True, "note": "fine"}


@pytest.mark.requirement("STUDIO-038")
async def test_buttons_of_the_author_answer_beside_a_form(window: Window, house: House) -> None:
    run_id = await house.waiting("review")
    page = await window(f"/runs/{run_id}")
    await page.get_by_label("What should change?").fill("Shorter")
    await page.get_by_role("button", name="Write it again").click()
    await expect(page.get_by_text("Answered by you").first).to_be_visible()
    await expect(page.get_by_label("What should change?")).to_have_value("")
    await page.get_by_role("button", name="Approve", exact=True).click()
    await expect(status(page, "completed")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result["drafts"] == 2


async def test_of_two_windows_one_answers_and_the_other_is_told(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    first, second = [await window(f"/runs/{run_id}") for _ in range(2)]
    for page, note in ((first, "mine"), (second, "yours")):
        await page.get_by_role("radio", name="Yes").check()
        await page.get_by_label("Note").fill(note)
    await first.get_by_role("button", name="Send answer").click()
    await expect(status(first, "completed")).to_be_visible()
    await expect(second.get_by_text(re.compile("answered “Decide”"))).to_be_visible()
    await expect(second.get_by_text("Your text is kept.")).to_be_visible()
    await expect(second.get_by_role("button", name="Copy it")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result["note"] == "mine"


async def test_a_window_that_heard_nothing_sends_too_late_and_moves_nothing(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    page = await window(f"/runs/{run_id}", deaf=True)
    await page.get_by_role("radio", name="No").check()
    await page.get_by_label("Note").fill("too late")
    outcome = await house.stack.trigger(run_id, "decide", {"approved": True})
    assert isinstance(outcome, Applied)
    await page.get_by_role("button", name="Send answer").click()
    await expect(page.get_by_text(re.compile("answered “Decide”"))).to_be_visible()
    await expect(page.get_by_text("Your text is kept.")).to_be_visible()
    await expect(status(page, "completed")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == {"approved": True, "note": ""}


async def test_a_draft_survives_a_reload_and_a_secret_does_not(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    page = await window(f"/runs/{run_id}")
    await page.get_by_label("Note").fill("half a sentence")
    await expect(page.get_by_text("Draft kept in this browser")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Note")).to_have_value("half a sentence")

    page = await window(f"/runs/{await house.waiting('order')}")
    await page.get_by_label("Amount").fill("3")
    await page.get_by_label("Password").fill("swordfish")
    await expect(page.get_by_text("Secrets are not kept as a draft")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Amount")).to_have_value("3")
    await expect(page.get_by_label("Password")).to_have_value("")
    assert "swordfish" not in await page.evaluate("JSON.stringify(localStorage)")


async def test_what_the_server_refuses_is_said_and_the_answer_can_be_mended(window: Window, house: House) -> None:
    run_id = await house.waiting("plain_review")
    page = await window(f"/runs/{run_id}")
    await page.get_by_role("radio", name="No").check()
    await page.get_by_label("Note").fill("without reason")
    await page.get_by_role("button", name="Send answer").click()
    await expect(page.get_by_text("Value error, say why", exact=True)).to_be_visible()
    await expect(page.get_by_label("Note")).to_have_value("without reason")
    await page.get_by_label("Note").fill("too long")
    await page.get_by_role("button", name="Send answer").click()
    await expect(status(page, "completed")).to_be_visible()


async def test_client_checks_stand_at_their_fields_and_take_the_focus(window: Window, house: House) -> None:
    page = await window(f"/runs/{await house.waiting('order')}")
    await page.get_by_label("Amount").fill("0")
    await page.get_by_role("button", name="Send answer").click()
    amount = page.get_by_label("Amount")
    await expect(amount).to_have_attribute("aria-invalid", "true")
    await expect(amount).to_be_focused()
    await expect(page.get_by_text("1 or more.")).to_be_visible()


async def test_a_failed_run_is_repaired_on_its_page(window: Window, house: House, tmp_path: object) -> None:
    args = {"failures": 3, "file": f"{tmp_path}/tries"}
    run_id = await house.start("flaky", args)
    page = await window(f"/runs/{run_id}")
    card = page.get_by_role("region", name=re.compile("“Work” failed"))
    await expect(card).to_be_visible()
    await expect(card.get_by_text("“Work” failed: it did not work")).to_be_visible()
    await card.get_by_role("button", name="Retry “Work”").click()
    await expect(status(page, "completed")).to_be_visible()


async def test_people_read_titles_and_never_the_names_of_methods(window: Window, house: House) -> None:
    page = await window(f"/runs/{await house.waiting('invoice')}")
    main = page.get_by_role("main")
    sentence = main.get_by_text(re.compile("Waiting for an answer to “Send reminder” or “Book the payment”"))
    await expect(sentence).to_be_visible()
    await expect(main.get_by_role("form", name=re.compile("Book the payment"))).to_be_visible()
    await expect(main.get_by_role("button", name="Write the invoice")).to_be_visible()
    graph = page.get_by_role("img", name="Graph of this run")
    await expect(graph.get_by_text("Write the invoice", exact=True)).to_be_visible()
    await main.get_by_role("button", name="Send reminder", exact=True).click()
    await page.get_by_role("tab", name="Steps").click()
    steps = page.get_by_role("list", name="Steps")
    await expect(steps.get_by_role("button", name=re.compile("Send reminder"))).to_be_visible()
    for name in ("send_reminder", "write", "pay"):
        await expect(page.get_by_text(name, exact=True)).to_have_count(0)


async def test_hello_shows_what_it_came_to(window: Window, house: House) -> None:
    run_id = await house.start("hello", {"name": "Ada"})
    page = await window(f"/runs/{run_id}")
    await expect(status(page, "completed")).to_be_visible()
    await expect(page.get_by_role("article").get_by_text(re.compile("Ada")).first).to_be_visible()
    await page.keyboard.press("4")
    await expect(page.get_by_role("tab", name="About")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_text(run_id, exact=True)).to_be_visible()
