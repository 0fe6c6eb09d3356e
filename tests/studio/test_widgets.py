"""Every widget in a real browser: what it shows, and what it sends."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.studio.conftest import House, Window
from tests.studio.test_run_page import status


@pytest.mark.requirement("STUDIO-027", "STUDIO-028")
async def test_questions_are_answered_in_words_with_yes_or_no_and_by_choosing(window: Window, house: House) -> None:
    run_id = await house.waiting("questions")
    page = await window(f"/runs/{run_id}")
    words = page.get_by_role("textbox", name="What is **wrong** with it?")
    await expect(page.get_by_text("wrong", exact=True)).to_be_visible()
    await words.fill("  too dark  ")
    await page.get_by_role("button", name="Send answer").click()

    sure = page.get_by_role("group", name="Delete all of it?")
    await expect(sure.get_by_role("button")).to_have_text(["No", "Yes"])
    await sure.get_by_role("button", name="No").click()

    colours = page.get_by_role("group", name="Which colour?")
    await expect(colours.get_by_role("radio")).to_have_count(2)
    await colours.get_by_role("radio", name="red").focus()
    await page.keyboard.press("2")
    await expect(colours.get_by_role("radio", name="blue")).to_be_checked()
    await page.keyboard.press("Control+Enter")

    frame = page.get_by_role("group", name="And the frame?")
    await frame.get_by_role("radio", name="Other").check()
    await page.get_by_role("textbox", name="Your own answer").fill("no frame")
    await page.get_by_role("button", name="Send answer").click()
    await expect(status(page, "completed")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == [{"answer": "too dark"}, {"answer": "no"}, {"answer": "blue"}, {"answer": "no frame"}]


@pytest.mark.requirement("DOC-035", "DOC-036", "DOC-037")
async def test_documents_are_shown_as_their_widgets_say(window: Window, house: House) -> None:
    page = await window(f"/runs/{await house.start('gallery')}")
    await expect(status(page, "completed")).to_be_visible()
    feed = page.get_by_role("list", name="What happened")
    await expect(feed.get_by_role("group", name="You said").get_by_text("all")).to_be_visible()
    await expect(feed.get_by_text("The archive is read only.")).to_be_visible()
    await expect(feed.get_by_role("cell", name="North Glass").first).to_be_visible()
    await expect(feed.locator(".tok-word", has_text="def")).to_be_visible()
    await expect(feed.get_by_text("no **marks** here")).to_be_visible()
    await expect(
        feed.get_by_role("group", name="Error in “Show”").get_by_text("The archive is closed.")
    ).to_be_visible()
    await expect(feed.get_by_role("link", name="This very run")).to_have_attribute("href", re.compile("^/runs/"))
    await expect(feed.get_by_role("region", name="Code")).to_contain_text("print('hello')")
    await expect(feed.get_by_role("article", name="Data").get_by_text("deeper")).to_be_visible()
    await expect(feed.get_by_role("article", name="Inner state").get_by_text("cache")).to_be_visible()
    await expect(feed.get_by_text(re.compile("No widget named"))).to_have_count(0)


async def test_changes_fold_what_is_the_same_and_pictures_of_others_are_links(window: Window, house: House) -> None:
    page = await window(f"/runs/{await house.start('gallery')}")
    changes = page.get_by_role("region", name="Changed text: changes")
    await expect(changes.get_by_text("new end")).to_be_visible()
    await expect(changes.get_by_text("line 3", exact=True)).to_have_count(0)
    await changes.get_by_role("button", name=re.compile("lines the same")).click()
    await expect(changes.get_by_text("line 3", exact=True)).to_be_visible()

    picture = page.get_by_role("img", name="A red dot")
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("naturalWidth", 1)
    await expect(page.get_by_role("img", name="From elsewhere")).to_have_count(0)
    await expect(page.get_by_role("link", name=re.compile("Image from elsewhere.example"))).to_be_visible()

    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download orders.csv").click()
    assert (await download.value).suggested_filename == "orders.csv"
    bar = page.get_by_role("progressbar", name="Import")
    await expect(bar).to_have_attribute("aria-valuetext", "30 of 40")
    await expect(bar).to_have_js_property("position", 0.75)


async def test_an_approval_a_list_of_secrets_and_a_sign_in_are_answered(window: Window, house: House) -> None:
    back = house.address("/oauth/callback?code=c-1&state=s-1")
    run_id = await house.waiting("grants", {"address": back})
    page = await window(f"/runs/{run_id}")
    call = page.get_by_role("group", name="Approve send_mail")
    await expect(call.get_by_text("ines@example.com")).to_be_visible()
    await expect(call.get_by_text("mail leaves the house only after a person agreed")).to_be_visible()
    await call.get_by_role("button", name="Deny").click()
    await call.get_by_role("button", name="Deny with this reason").click()
    await expect(call.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    await call.get_by_label("Reason").fill("wrong person")
    await call.get_by_role("button", name="Deny with this reason").click()

    secrets = page.get_by_role("group", name="Secrets")
    await expect(secrets.get_by_role("listitem")).to_have_text(
        [re.compile("MAIL_TOKEN.*set"), re.compile("SHOP_KEY.*not set")]
    )
    await expect(secrets.get_by_role("textbox")).to_have_count(0)
    await secrets.get_by_role("button", name="Save & Continue").click()

    sign_in = page.get_by_role("group", name="Connect Calendar")
    await expect(sign_in.get_by_text("read")).to_be_visible()
    await sign_in.get_by_role("button", name="Sign in at Calendar").click()
    await expect(status(page, "completed")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == [
        {"decision": "deny", "reason": "wrong person", "digest": "sha256:9f86d081"},
        {"keys": ["MAIL_TOKEN", "SHOP_KEY"]},
        {"code": "c-1", "state": "s-1"},
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("code=c-1&state=somebody-elses", "Something came back that does not belong to this question."),
        ("error=access_denied&state=s-1", "The sign-in was refused: access_denied"),
    ],
)
async def test_a_sign_in_that_is_refused_or_of_another_question_sends_nothing(
    window: Window, house: House, answer: str, said: str
) -> None:
    run_id = await house.waiting("grants", {"address": house.address(f"/oauth/callback?{answer}")})
    for transition, place in (("decide", "setting"), ("secrets_set", "connecting")):
        await house.stack.trigger(run_id, transition, {})
        await house.stack.run_is(run_id, "waiting", place=place)
    page = await window(f"/runs/{run_id}")
    await page.get_by_role("button", name="Sign in at Calendar").click()
    await expect(page.get_by_text(said)).to_be_visible()
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(status(page, "waiting")).to_be_visible()


@pytest.mark.requirement("STUDIO-032")
async def test_a_document_without_a_widget_is_its_fields_when_it_is_not_its_turn(window: Window, house: House) -> None:
    page = await window(f"/runs/{await house.waiting('no_widget')}")
    facts = page.get_by_role("article", name="Bare facts")
    await expect(facts.get_by_role("term")).to_have_text("Town")
    await expect(facts.get_by_role("definition")).to_have_text("Lisbon")
    await expect(facts.get_by_role("textbox")).to_have_count(0)


async def chat(window: Window, house: House) -> tuple[Page, str]:
    run_id = await house.waiting("chat")
    return await window(f"/runs/{run_id}"), run_id


@pytest.mark.requirement("STUDIO-036")
async def test_a_prompt_sends_by_enter_and_breaks_the_line_by_shift_enter(window: Window, house: House) -> None:
    page, run_id = await chat(window, house)
    prompt = page.get_by_placeholder("Write something")
    await expect(page.get_by_role("button", name="Say it")).to_be_visible()
    await prompt.focus()
    await page.keyboard.type("first")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second")
    await expect(prompt).to_have_value("first\nsecond")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Answered by you")).to_be_visible()
    await expect(prompt).to_have_value("")
    await page.get_by_role("button", name="Leave", exact=True).click()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == ["first\nsecond"]
    # The run is over: nothing is left to type into.
    await expect(prompt).to_have_count(0)


@pytest.mark.requirement("STUDIO-037")
async def test_buttons_send_no_payload_and_look_as_their_author_says(window: Window, house: House) -> None:
    page, run_id = await chat(window, house)
    await page.get_by_role("button", name="Nod", exact=True).click()
    await expect(page.get_by_text("Answered by you")).to_be_visible()
    leave = page.get_by_role("button", name="Leave", exact=True)
    await expect(leave).to_have_class(re.compile("danger"))
    await leave.click()
    await expect(status(page, "completed")).to_be_visible()
    row = await house.stack.run_is(run_id, "completed")
    assert row.result == [None]
