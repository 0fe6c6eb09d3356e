"""Questions of the hitl room in a real browser: each is answered where it stands, and reads as answered afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.studio.conftest import House, Window
from tests.studio.test_run_page import status


@pytest.mark.requirement("HITL-009")
async def test_the_four_questions_are_answered_in_the_run_that_saved_them(window: Window, house: House) -> None:
    run_id = await house.waiting("own_questions")
    page = await window(f"/runs/{run_id}")
    await page.get_by_role("textbox", name="Your **name**?").fill("Ada")
    await page.get_by_role("button", name="Send answer").click()

    colours = page.get_by_role("group", name="Which colour?")
    await colours.get_by_role("radio", name="Other").check()
    await page.get_by_role("textbox", name="Your own answer").fill("violet")
    # The answered question is text to read, in its old place.
    await expect(page.get_by_text("Ada", exact=True).first).to_be_visible()
    await expect(page.get_by_role("textbox", name="Your **name**?")).to_have_count(0)
    await page.get_by_role("button", name="Send answer").click()

    paint = page.get_by_role("group", name="Paint it?")
    await paint.get_by_role("button", name="Yes").click()

    await expect(page.get_by_role("heading", name="All of it")).to_be_visible()
    await expect(page.get_by_role("button", name="Deny")).to_be_visible()
    await page.get_by_role("button", name="Confirm", exact=True).click()
    await expect(status(page, "completed")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == ["Ada", "violet", "yes", "confirmed"]
    await expect(page.get_by_role("button", name="Confirm", exact=True)).to_have_count(0)


@pytest.mark.requirement("HITL-003")
async def test_an_option_that_was_chosen_is_shown_and_can_no_longer_be_changed(window: Window, house: House) -> None:
    run_id = await house.waiting("ask_user", {"question": "Which?", "options": ["red", "blue"]})
    page = await window(f"/runs/{run_id}")
    await page.get_by_role("group", name="Which?").get_by_role("radio", name="blue").check()
    await page.get_by_role("button", name="Send answer").click()
    await expect(status(page, "completed")).to_be_visible()
    await expect(page.get_by_role("article", name="Question").get_by_text("blue", exact=True)).to_be_visible()
    await expect(page.get_by_role("radio")).to_have_count(0)


async def test_a_call_is_approved_and_its_card_says_so(window: Window, house: House) -> None:
    call = {"tool": "send_mail", "args": {"to": "ines"}, "digest": "sha256:1", "reason": "mail is for ever"}
    run_id = await house.waiting("approve_tool_call", call)
    page = await window(f"/runs/{run_id}")
    card = page.get_by_role("group", name="Approve send_mail")
    await expect(card.get_by_text("ines")).to_be_visible()
    await expect(card.get_by_text("mail is for ever")).to_be_visible()
    await card.get_by_role("button", name="Approve").click()
    await expect(card.get_by_text("Decided: approved")).to_be_visible()
    await expect(card.get_by_role("button")).to_have_count(0)
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == {"approved": True, "digest": "sha256:1", "by": "local", "reason": ""}


@pytest.mark.requirement("HITL-010", "EXAMPLE-014")
async def test_the_button_of_a_form_sends_what_the_form_holds_now(window: Window, house: House) -> None:
    run_id = await house.waiting("inline_form")
    page = await window(f"/runs/{run_id}")
    await page.get_by_role("radio", name="yes").check()
    await page.get_by_role("slider").fill("5")
    comment = page.get_by_label("What else?")
    await comment.fill("More tea.")
    await comment.fill("More cake.")
    await page.get_by_role("button", name="Send feedback").click()
    await expect(status(page, "completed")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == {"rating": 5, "again": "yes", "comment": "More cake."}
    form = page.get_by_role("article", name="Your feedback")
    await expect(form.get_by_text("More cake.")).to_be_visible()
    await expect(form.get_by_role("textbox")).to_have_count(0)
    await expect(page.get_by_role("button", name=re.compile("Send feedback"))).to_have_count(0)


async def test_a_question_is_asked_from_its_start_form(window: Window, house: House) -> None:
    page = await window("/start/ask_user")
    await page.get_by_label("Question").fill("Tea or coffee?")
    await page.get_by_label(re.compile("^Mode")).select_option("Confirm")
    await page.get_by_role("button", name="Start run").click()
    await expect(page).to_have_url(re.compile(r"/runs/[\w-]+$"))
    await page.get_by_role("group", name="Tea or coffee?").get_by_role("button", name="No").click()
    await expect(status(page, "completed")).to_be_visible()
