"""The workspaces page: made, renamed, starred and deleted, and the runs of one of them."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import expect

from tests.studio.conftest import House, Window


async def test_a_workspace_is_made_renamed_starred_and_deleted(window: Window, house: House) -> None:
    page = await window("/")
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Workspaces").click()
    await page.get_by_role("button", name="New workspace").click()
    await page.get_by_label("Title").fill("Move")
    await page.get_by_role("button", name="Make workspace").click()
    places = page.get_by_role("list", name="Workspaces")
    await expect(places.get_by_role("link", name="Move")).to_be_visible()

    await places.get_by_role("button", name="Move is a favourite").click()
    await expect(places.get_by_role("button", name="Move is a favourite")).to_have_attribute("aria-pressed", "true")
    await places.get_by_role("button", name="More about Move").click()
    await page.get_by_role("menuitem", name="Rename").click()
    await page.get_by_label("Title").fill("Big move")
    await page.get_by_role("button", name="Save").click()
    await expect(places.get_by_role("listitem").first).to_contain_text("Big move")

    await page.get_by_role("searchbox", name="Search workspaces").fill("nothing like it")
    await expect(page.get_by_text("No workspace matches.")).to_be_visible()
    await page.get_by_role("searchbox", name="Search workspaces").fill("big")
    await places.get_by_role("button", name="More about Big move").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(places.get_by_role("link", name="Big move")).to_have_count(0)


async def test_the_runs_of_a_workspace_are_one_click_away(window: Window, house: House) -> None:
    made = (await house.stack.http.post("/api/v1/workspaces", json={"title": "Garden"})).json()
    body: dict[str, Any] = {
        "workflow": "plain_review",
        "args": {},
        "workspace_id": made["id"],
        "title": "In the garden",
    }
    run_id = (await house.stack.http.post("/api/v1/runs", json=body)).json()["id"]
    await house.waiting("plain_review")
    page = await window("/workspaces")
    await page.get_by_role("link", name="Garden").click()
    await expect(page).to_have_url(re.compile("workspace="))
    rows = page.get_by_role("table", name="Runs").get_by_role("link")
    await expect(rows).to_have_count(1)
    await expect(rows).to_have_attribute("href", re.compile(run_id))
    await page.get_by_label("Workspace").select_option("All workspaces")
    await expect(rows).not_to_have_count(1)
