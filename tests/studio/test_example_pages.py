"""Examples as people see them."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.studio.conftest import House, Window


@pytest.mark.requirement("EXAMPLE-007")
async def test_documents_of_every_basic_kind_are_drawn(window: Window, house: House) -> None:
    run_id = await house.start("ui_documents")
    await house.stack.run_is(run_id, "completed")
    page = await window(f"/runs/{run_id}")
    main = page.get_by_role("main")

    await expect(main.get_by_text("This is a message.")).to_be_visible()
    await expect(main.get_by_role("heading", name="A shopping list")).to_be_visible()
    await expect(main.get_by_role("cell", name="flour", exact=True)).to_be_visible()
    await expect(main.locator("em", has_text="six")).to_be_visible()
    await expect(main.get_by_text("<b>as it is</b>")).to_be_visible()
    await expect(main.get_by_text("This error is only here to be looked at.")).to_be_visible()
