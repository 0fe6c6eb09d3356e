"""A form with every field: drawn as named, checked before it is sent, and sent in its types."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.studio.conftest import House, Window


async def opened(window: Window, house: House) -> tuple[Locator, str]:
    run_id = await house.waiting("fields")
    page = await window(f"/runs/{run_id}")
    form = page.get_by_role("form", name=re.compile("Everything"))
    await expect(form).to_be_visible()
    return form, run_id


def named(label: str) -> re.Pattern[str]:
    """A field's label, whether or not it may stay empty."""
    return re.compile(f"^{label}( optional)?$")


@pytest.mark.requirement("STUDIO-033")
async def test_fields_are_drawn_by_their_widgets_and_by_their_types_without_one(window: Window, house: House) -> None:
    form, run_id = await opened(window, house)
    await expect(form.get_by_label("Note")).to_have_js_property("tagName", "TEXTAREA")
    await expect(form.get_by_role("radiogroup", name="Language").get_by_role("radio")).to_have_count(2)
    await expect(form.get_by_role("combobox", name="Tone")).to_have_value("0")
    await expect(form.get_by_role("checkbox", name="Urgent")).not_to_be_checked()
    await expect(form.get_by_role("switch", name="Public")).not_to_be_checked()
    await expect(form.get_by_role("slider", name="Loudness")).to_have_value("2")
    await expect(form.get_by_role("region", name="Snippet")).to_have_text("print('read me')")
    await expect(form.get_by_role("group", name="Advice").locator("strong")).to_have_text("short")
    await expect(form.get_by_role("textbox", name="Subject")).to_have_value("Offer")

    await form.get_by_role("radio", name="German").check()
    await form.get_by_role("combobox", name="Tone").select_option("Friendly")
    await form.get_by_role("checkbox", name="Urgent").check()
    await form.get_by_role("switch", name="Public").check()
    await form.get_by_role("slider", name="Loudness").fill("7")
    await form.get_by_role("button", name="Send it").click()
    sent = (await house.stack.run_is(run_id, "completed")).result
    names = ("language", "tone", "urgent", "public", "loudness", "note", "snippet")
    assert [sent[name] for name in names] == ["german", "friendly", True, True, 7, "Two\nlines", "print('read me')"]


@pytest.mark.requirement("STUDIO-034")
async def test_values_come_back_in_their_types_and_limits_are_checked_before(window: Window, house: House) -> None:
    form, run_id = await opened(window, house)
    wrong = {"Amount": "10", "Subject": "of", "Mail": "ines", "Site": "example", "Price": "cheap"}
    for label, text in wrong.items():
        await form.get_by_label(named(label)).fill(text)
    await form.get_by_role("button", name="Send it").click()
    for label in wrong:
        await expect(form.get_by_label(named(label))).to_have_attribute("aria-invalid", "true")
    assert [kind for kind, _ in house.stack.events(run_id)].count("step.committed") == 1

    right = {"Amount": "7", "Subject": "Order", "Mail": "marek@example.com", "Site": "https://example.org"}
    for label, text in (
        right | {"Price": "2.5", "Held on": "2027-01-31", "Begins": "14:45", "Secret": "swordfish"}
    ).items():
        await form.get_by_label(named(label)).fill(text)
    await expect(form.get_by_label("Secret")).to_have_attribute("type", "password")
    await form.get_by_role("combobox", name="Size").select_option("Large")
    await form.get_by_role("button", name="Send it").click()
    sent = (await house.stack.run_is(run_id, "completed")).result
    assert {name: sent[name] for name in ("amount", "price", "size")} == {"amount": 7, "price": 2.5, "size": 2}
    assert {name: sent[name][:10] for name in ("held_on", "mail", "secret")} == {
        "held_on": "2027-01-31",
        "mail": "marek@exam",
        "secret": "swordfish",
    }
    assert sent["begins"].startswith("14:45")


@pytest.mark.requirement("STUDIO-035")
async def test_lists_nested_optional_and_union_parts_are_edited(window: Window, house: House) -> None:
    form, run_id = await opened(window, house)
    tags = form.get_by_role("group", name=re.compile("^Tags"))
    await tags.get_by_role("button", name="Add").click()
    await tags.get_by_role("textbox").last.fill("second")
    await tags.get_by_role("button", name="Move entry 2 up").click()
    await tags.get_by_role("button", name="Add").click()
    await tags.get_by_role("button", name="Remove entry 3").click()

    people = form.get_by_role("group", name=re.compile("^People"))
    await people.get_by_role("button", name=re.compile("Add")).click()
    await people.get_by_label("Name").last.fill("Joana")
    await people.get_by_label(re.compile("^Age")).last.fill("41")

    await form.get_by_role("group", name=re.compile("^Owner")).get_by_label("Name").fill("Tom")
    await form.get_by_role("switch", name="Set Deputy").check()
    await form.get_by_role("group", name=re.compile("^Deputy")).get_by_label("Name").fill("Ana")
    shape = form.get_by_role("group", name=re.compile("^Shape"))
    await shape.get_by_role("combobox").select_option("Square")
    await shape.get_by_label("Side").fill("3")

    colours = form.get_by_role("group", name=re.compile("^Colours"))
    await expect(colours.get_by_role("textbox")).to_have_count(2)
    await expect(colours.get_by_role("button")).to_have_count(0)
    extra = form.get_by_role("group", name=re.compile("^Extra"))
    await expect(extra.get_by_role("textbox")).to_have_count(0)
    await extra.get_by_role("button", name="Show").click()
    await expect(extra.get_by_role("textbox")).to_have_count(2)

    await form.get_by_role("button", name="Send it").click()
    sent = (await house.stack.run_is(run_id, "completed")).result
    assert sent["tags"] == ["second", "first"]
    assert [(each["name"], each.get("age")) for each in sent["people"]] == [("Ines", None), ("Joana", 41)]
    assert (sent["owner"]["name"], sent["deputy"]["name"]) == ("Tom", "Ana")
    assert sent["shape"] == {"kind": "square", "side": 3}
