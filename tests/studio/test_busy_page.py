"""The page of a run that works: a person stops its step, and says something in the meantime."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.studio.conftest import House, Window
from tests.studio.test_run_page import status


@pytest.mark.requirement("BEYOND-014")
@pytest.mark.parametrize("phone", [False, True])
async def test_a_person_steers_a_run_that_works_and_stops_its_step(window: Window, house: House, phone: bool) -> None:
    run_id = await house.start("talk")
    page = await window(f"/runs/{run_id}", phone=phone)
    main = page.get_by_role("main")
    stop = main.get_by_role("button", name="Stop step")
    await expect(stop).to_be_visible()

    reply = page.get_by_role("textbox", name="Your reply")
    for word in ("left", "right"):
        await reply.fill(word)
        await page.get_by_role("button", name="Say it now").click()
        queued = main.get_by_text("Queued by you, not read yet").locator("..").filter(has_text=word)
        await expect(queued).to_be_visible()
        await expect(reply).to_have_value("")
        await expect(reply).to_be_focused()
    await expect(main.get_by_text("it is kept until its turn")).to_have_count(2)

    await stop.click()
    await expect(status(page, "waiting")).to_be_visible()
    await expect(main.get_by_text("Stopped", exact=False).first).to_be_visible()
    await expect(stop).to_have_count(0)
    row = await house.stack.run_is(run_id, "waiting", place="asking")
    assert house.stack.store.steps.get(run_id, row.next_step - 1).row.status == "closed"

    await house.stack.trigger(run_id, "ask", "go on")
    await expect(main.get_by_text("Queued by you, not read yet")).to_have_count(0)
    await expect(stop).to_be_visible()
    row = await house.stack.run_is(run_id, "running")
    steps = house.stack.store.steps.page(run_id).items
    assert [step.transition for step in steps if step.trigger] == ["ask", "steer", "steer"]
