"""What a document's class and a widget's entry say about places, levels, MIME types and fields, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.studio.conftest import House, Window
from tests.studio.document_flows import LEVELS, MIME_TYPES, SOURCE
from tests.studio.test_run_page import status


@pytest.mark.requirement("DOC-023", "DOC-030")
async def test_places_say_what_is_shown_and_what_is_operable(window: Window, house: House) -> None:
    run_id = await house.waiting("places")
    page = await window(f"/runs/{run_id}")
    go_on, finish = (page.get_by_role("button", name=name, exact=True) for name in ("Go on", "Finish"))
    send, notice = page.get_by_role("button", name="Send it"), page.get_by_text("Only at the first place.")
    await expect(go_on).to_be_enabled()
    await expect(finish).to_be_disabled()
    await expect(notice).to_be_visible()
    await expect(page.get_by_text("not yet")).to_be_visible()
    await expect(send).to_have_count(0)

    await go_on.click()
    await expect(send).to_be_visible()
    await expect(finish).to_be_enabled()
    await expect(go_on).to_have_count(0)
    await expect(notice).to_have_count(0)
    await page.get_by_role("textbox", name="Note").fill("now")
    await send.click()
    assert (await house.stack.run_is(run_id, "completed")).result == "now"


@pytest.mark.requirement("DOC-024")
async def test_texts_are_drawn_by_their_mime_type_and_documents_by_their_level(window: Window, house: House) -> None:
    page = await window(f"/runs/{await house.start('kinds')}")
    await expect(status(page, "completed")).to_be_visible()

    def article(title: str) -> Locator:
        return page.get_by_role("article", name=title, exact=True)

    await expect(article("text/markdown").get_by_role("heading", name="Headline")).to_be_visible()
    await expect(article("application/json").get_by_text("deeper")).to_be_visible()
    for mime in MIME_TYPES:
        if mime in ("text/markdown", "application/json"):
            continue
        await expect(article(mime)).to_contain_text(SOURCE)
        await expect(article(mime).locator("b", has_text="as it is")).to_have_count(0)

    colours: set[str] = set()
    for level in LEVELS:
        shown = article(f"level {level}")
        await expect(shown).to_have_class(re.compile(rf"\blevel-{level}\b"))
        colours.add(await shown.evaluate("one => getComputedStyle(one).borderLeftColor + getComputedStyle(one).color"))
    assert len(colours) == len(LEVELS), "each level looks different"


@pytest.mark.requirement("DOC-034")
async def test_every_option_of_a_field_has_its_effect(window: Window, house: House) -> None:
    run_id = await house.waiting("options")
    page = await window(f"/runs/{run_id}")
    form = page.get_by_role("form", name=re.compile("Options"))
    labels = form.locator("label.lab, legend.lab")
    await expect(labels.nth(0)).to_have_text("By title")
    await expect(labels.nth(1)).to_have_text("By label")
    await expect(form.get_by_label("By title")).to_have_attribute("placeholder", "Type here")
    await expect(form.get_by_label("Described")).to_have_accessible_description("What it is for")
    await expect(form.get_by_label("Helped")).to_have_accessible_description("How to fill it")
    await expect(form.get_by_label("Tall")).to_have_attribute("rows", "9")
    await expect(form.get_by_label("Fast")).to_have_attribute("readonly", "")
    await expect(form.get_by_label("Off", exact=True)).to_be_disabled()
    await expect(form.get_by_text("Secret")).to_have_count(0)
    await expect(form.get_by_label("Street and number")).to_have_value("Long Lane")

    async def tops(group: str) -> list[int]:
        radios = form.get_by_role("radiogroup", name=group).get_by_role("radio")
        return [await one.evaluate("it => it.closest('label').offsetTop") for one in await radios.all()]

    assert len(set(await tops("Beside"))) == 1
    assert len(set(await tops("Below"))) == 2
    await form.get_by_role("radio", name="Big").check()
    await form.get_by_role("combobox", name="Picked").select_option("y")

    await expect(form.get_by_placeholder("one tag")).to_have_count(1)
    tags = form.get_by_role("group", name="Tags")
    await expect(tags.get_by_role("button")).to_have_count(0)
    folded = form.get_by_role("group", name="Folded")
    await expect(folded.get_by_role("textbox")).to_have_count(0)
    await folded.get_by_role("button").click()
    await expect(folded.get_by_role("textbox").first).to_be_visible()

    await form.get_by_role("button", name="Send it").click()
    sent = (await house.stack.run_is(run_id, "completed")).result
    assert (sent["named"], sent["picked"], sent["secret"], sent["tags"]) == ("b", "y", "kept", ["first"])
