"""The graph of a run: its way, how often it was taken, and what it leads to."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.studio.conftest import House, Window

CROWDED = """(graph) => {
  const boxes = [...graph.querySelectorAll("text")].map((one) => one.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  return boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) => meet(a, b))).length;
}"""
SMALLEST = (
    "(graph) => Math.min(...[...graph.querySelectorAll('text')].map((one) => one.getBoundingClientRect().height))"
)


@pytest.mark.requirement("STUDIO-021")
async def test_the_graph_shows_the_way_with_counts_and_opens_steps(window: Window, house: House) -> None:
    run_id = await house.waiting("detour")
    page = await window(f"/runs/{run_id}?panel=graph")
    details = page.get_by_role("complementary", name="Details of the run")
    graph = details.get_by_role("img", name="Graph of this run")
    for place in ("start", "counting", "mending", "end"):
        await expect(graph.get_by_text(place, exact=True)).to_be_visible()
    ways = details.get_by_role("list", name="Places and transitions as a list")
    await expect(ways.get_by_text("mending, the run is here")).to_be_attached()
    await expect(ways.get_by_role("button", name="Again → counting, automatic, 2 times")).to_be_attached()
    await expect(ways.get_by_role("button", name="Deliver → mending, on error, 1 time")).to_be_attached()
    await expect(ways.get_by_role("button", name="Give up → end, waits for a person")).to_be_attached()
    await expect(graph.get_by_text("2 times")).to_be_visible()
    await expect(graph.locator("text", has_text="Deliver on error")).to_be_visible()

    await graph.get_by_text("Begin", exact=True).click()
    await expect(details.get_by_role("heading", name="Step 0 Begin")).to_be_visible()
    await expect(page).to_have_url(re.compile("step=0"))
    await ways.get_by_role("button", name=re.compile("^Again")).focus()
    await page.keyboard.press("Enter")
    await expect(details.get_by_role("heading", name="Step 2 Again")).to_be_visible()


@pytest.mark.requirement("STUDIO-021")
async def test_a_graph_of_thirty_places_can_be_read(window: Window, house: House) -> None:
    run_id = await house.start("long_way")
    await house.stack.run_is(run_id, "completed", limit=60)
    page = await window(f"/runs/{run_id}?panel=graph")
    graph = page.get_by_role("img", name="Graph of this run")
    await expect(graph.get_by_text("stop_28", exact=True)).to_be_attached()
    assert await graph.evaluate(CROWDED) == 0
    assert await graph.evaluate(SMALLEST) >= 12
