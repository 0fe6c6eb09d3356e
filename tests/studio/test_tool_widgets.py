"""Calls of tools as their tools want them drawn."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.studio.conftest import House, Window


@pytest.mark.requirement("TOOL-029")
async def test_a_tool_s_widget_draws_its_calls_and_other_calls_show_name_arguments_and_result(
    window: Window, house: House
) -> None:
    run_id = await house.start("tools_at_work")
    await house.stack.run_is(run_id, "completed")
    page = await window(f"/runs/{run_id}")
    calls = page.get_by_role("list", name="What happened").get_by_role("group", name="Call of")

    orders = calls.nth(0)
    await expect(orders.get_by_role("columnheader")).to_have_text(["supplier", "late"])
    await expect(orders.get_by_role("cell")).to_have_text(["North Glass", "9"])
    # What was really asked and answered is one fold away.
    await expect(orders.get_by_text('late_orders(since="May")')).to_be_hidden()
    await orders.get_by_text("Call of late_orders as it was made").click()
    await expect(orders.get_by_text('late_orders(since="May")')).to_be_visible()
    await expect(orders.get_by_text('"secret"')).to_be_visible()

    await expect(calls.nth(1).locator(".plus")).to_contain_text("three")
    await expect(calls.nth(2).get_by_role("term")).to_have_text("Addressee")
    await expect(calls.nth(2).get_by_role("definition")).to_have_text("Ines")

    await expect(calls.nth(3).get_by_text('weather(city="Rome")')).to_be_visible()
    await expect(calls.nth(3).get_by_text("Sun in Rome.")).to_be_visible()
    # A call that failed or is not answered has nothing to draw but itself.
    await expect(calls.nth(4).get_by_text("no such month")).to_be_visible()
    await expect(calls.nth(4).get_by_role("table")).to_have_count(0)
    await expect(calls.nth(5).get_by_text("not answered yet")).to_be_visible()
