"""The details of a model's message: what was asked, what came back, and what it took."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.studio.conftest import House, Window
from tests.studio.test_run_page import status


async def open_details(page: Page) -> None:
    """Open the details of the last message of the model."""
    answer = page.get_by_role("article").filter(has=page.get_by_role("group", name="Assistant said")).last
    await answer.hover()
    await answer.get_by_role("button", name=re.compile("More about this document")).click()
    await page.get_by_role("menuitem", name="Details").click()


@pytest.mark.requirement("STUDIO-023")
async def test_the_details_of_a_message_show_prompt_answer_usage_and_the_raw_document(
    window: Window, house: House
) -> None:
    args = {"system": "You sell lamps. <img src=x>", "tools": ["weather"], "user_message": "Which lamp is bright?"}
    page = await window(f"/runs/{await house.waiting('chat_agent', args)}")
    await open_details(page)
    details = page.get_by_role("dialog", name="Details of the message")
    asked = details.get_by_role("region", name="What was asked")
    await expect(asked.get_by_text("You sell lamps. <img src=x>")).to_be_visible()
    await expect(asked.get_by_text("weather", exact=True)).to_be_visible()
    await expect(asked.get_by_text("The message of this run before it, as the feed has them.")).to_be_visible()
    took = details.get_by_role("region", name="What it took")
    await expect(took.get_by_role("term").filter(has_text="Tokens in")).to_be_visible()
    await expect(took.get_by_role("definition").filter(has_text=re.compile("demo")).first).to_be_visible()
    answered = details.get_by_role("region", name="What the provider answered")
    await expect(answered.get_by_role("group")).to_contain_text("answered")
    document = details.get_by_role("region", name="The document")
    await expect(document.get_by_text("“assistant”")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(details).to_have_count(0)


async def test_a_prompt_is_shown_as_it_was_given_and_what_was_not_kept_is_said(window: Window, house: House) -> None:
    run_id = await house.waiting("story")
    await house.stack.signal(run_id, "tell")
    page = await window(f"/runs/{run_id}")
    await expect(status(page, "completed")).to_be_visible()
    await open_details(page)
    asked = page.get_by_role("dialog").get_by_role("region", name="What was asked")
    await expect(asked.get_by_text("Tell me of the sea.")).to_be_visible()
    await expect(asked.get_by_text("None was given.")).to_be_visible()

    page = await window(f"/runs/{await house.start('conversation')}")
    await expect(status(page, "completed")).to_be_visible()
    await open_details(page)
    details = page.get_by_role("dialog")
    await expect(details.get_by_text("What was asked was not kept.")).to_be_visible()
    await expect(details.get_by_text("1,204")).to_be_visible()
