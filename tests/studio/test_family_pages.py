"""Children in the feed of their parent, and what a model and its tools said."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.studio.conftest import House, Window
from tests.studio.family_flows import HELPER
from tests.studio.test_pages import live
from tests.studio.test_run_page import status


@pytest.mark.requirement("STUDIO-022")
async def test_an_inline_child_is_answered_in_the_parents_page_and_folds_when_it_is_done(
    window: Window, house: House
) -> None:
    run_id = await house.waiting("family")
    page = await window(f"/runs/{run_id}")
    child = page.get_by_role("region", name="A question for you")
    await child.get_by_role("textbox", name="Which colour shall it be?").fill("sea green")
    await child.get_by_role("button", name="Send answer").click()

    await expect(status(page, "completed")).to_be_visible()
    await expect(child.get_by_text("completed", exact=True)).to_be_visible()
    await expect(child.get_by_text("It shall be sea green.")).to_have_count(0)
    await child.get_by_role("button", name="Show A question for you").click()
    await expect(child.get_by_text("It shall be sea green.")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == "sea green"


@pytest.mark.requirement("STUDIO-004", "STUDIO-022")
async def test_the_card_of_a_linked_child_shows_how_it_stands_without_a_reload(window: Window, house: House) -> None:
    run_id = await house.waiting("family")
    page = await window(f"/runs/{run_id}")
    card = page.get_by_role("article").filter(has=page.get_by_role("link", name="Another question"))
    await expect(card.get_by_text("waiting", exact=True)).to_be_visible()
    linked = (await house.stack.http.get("/api/v1/runs", params={"parent_id": run_id})).json()["items"]
    asked = max(linked, key=lambda one: one["number"])
    answered = await house.stack.http.post(
        f"/api/v1/runs/{asked['id']}/transitions/say", json={"payload": {"answer": "red"}}
    )
    assert answered.status_code == 200, answered.text
    await expect(card.get_by_text("completed", exact=True)).to_be_visible()


@pytest.mark.requirement("STUDIO-031", "DOC-038")
async def test_a_conversation_shows_calls_with_their_results_and_folds_what_was_thought(
    window: Window, house: House
) -> None:
    page = await window(f"/runs/{await house.start('conversation')}")
    feed = page.get_by_role("list", name="What happened")
    weather = feed.get_by_role("group", name="Call of weather")
    await expect(weather.get_by_text('weather(city="Porto")')).to_be_visible()
    await expect(weather.get_by_text("17 degrees, light rain")).to_be_visible()
    broken = feed.get_by_role("group", name="Call of calculate")
    await expect(broken.get_by_text("Failed", exact=True)).to_be_visible()
    await expect(feed.get_by_role("group", name="You said")).to_have_count(1)
    await expect(feed.get_by_text("Two tools can answer this.")).to_be_hidden()
    await feed.get_by_text("Thinking", exact=True).click()
    await expect(feed.get_by_text("Two tools can answer this.")).to_be_visible()
    await expect(feed.get_by_text("small-1 · 1,204 in, 31 out").first).to_be_visible()
    await expect(feed.get_by_text(re.compile("reached the limit of tokens"))).to_be_visible()


@pytest.mark.requirement("LLM-030", "LLM-038", "STUDIO-031")
async def test_an_answer_is_drawn_while_it_is_written_and_becomes_its_document_in_place(
    window: Window, house: House
) -> None:
    run_id = await house.waiting("story")
    page = await window(f"/runs/{run_id}")
    await live(page)
    await expect(status(page, "waiting")).to_be_visible()
    feed = page.get_by_role("list", name="What happened")
    answer = feed.get_by_role("group", name="Assistant said")
    # The story begins when somebody looks: the page is here for all of it.
    await house.stack.signal(run_id, "tell")
    await expect(answer.get_by_text("writing …")).to_be_visible()
    await expect(answer).to_have_count(1)
    await expect(status(page, "completed")).to_be_visible()
    await expect(answer.get_by_text(re.compile("wave 40$"))).to_be_visible()
    await expect(answer.get_by_text("writing …")).to_have_count(0)
    await expect(answer).to_have_count(1)


@pytest.mark.requirement("AGENT-011")
async def test_a_chat_agent_takes_messages_and_lets_pending_tools_be_canceled(window: Window, house: House) -> None:
    args = {"system": HELPER, "tools": ["ask_clarification"], "user_message": "I want a lamp."}
    run_id = await house.waiting("chat_agent", args)
    page = await window(f"/runs/{run_id}")
    feed = page.get_by_role("list", name="What happened")
    dock = page.get_by_role("region", name="Your answer", exact=True)
    await expect(feed.get_by_role("region", name="Waiting for user answer...")).to_be_visible()
    await dock.get_by_role("button", name="Cancel pending tools", exact=True).click()
    await expect(feed.get_by_text(re.compile("^I heard: .*cancel"))).to_be_visible()

    await dock.get_by_role("textbox", name="Your reply").fill("Hello")
    await dock.get_by_role("button", name="Send", exact=True).click()
    await expect(feed.get_by_text("Good day.")).to_be_visible()
    await expect(dock.get_by_role("textbox", name="Your reply")).to_be_editable()


async def test_an_agents_question_is_answered_in_the_agents_own_page(window: Window, house: House) -> None:
    args = {"system": HELPER, "tools": ["ask_clarification"], "user_message": "I want a lamp."}
    page = await window(f"/runs/{await house.waiting('chat_agent', args)}")
    feed = page.get_by_role("list", name="What happened")
    question = feed.get_by_role("region", name="Waiting for user answer...")
    await question.get_by_role("textbox", name="For which room?").fill("The kitchen")
    await question.get_by_role("button", name="Send answer").click()
    await expect(feed.get_by_text("I heard: The kitchen")).to_be_visible()
