"""The first look: counts by status, new runs, new failures."""

from __future__ import annotations

import httpx
import pytest

from loopstack_temporal.store.records import NewRun
from loopstack_temporal.store.store import Store
from tests.api.desk import APP
from tests.api.test_api_runs import start


@pytest.mark.requirement("API-018")
async def test_counts_new_runs_and_new_errors_come_in_one_call_without_children(
    http: httpx.AsyncClient, store: Store
) -> None:
    shop = (await http.post("/workspaces", json={"title": "Shop"})).json()["id"]
    for number in range(3):
        await start(http, run_id=f"review-{number}")
    await start(http, run_id="failed", workflow="deploy", args={})
    await start(http, run_id="here", workspace_id=shop)
    await start(http, run_id="broken", workflow="deploy", args={}, workspace_id=shop)
    store.runs.create(
        NewRun("child", APP, "review", shop, "local", {}, "t", parent_id="here", root_id="here", title="Child")
    )

    everything = (await http.get("/dashboard")).json()
    one = (await http.get("/dashboard", params={"workspace_id": shop, "limit": 1})).json()
    nowhere = await http.get("/dashboard", params={"workspace_id": "nowhere"})

    assert (everything["overall"]["total"], everything["workspace"]) == (6, None)
    expected = {"waiting": 4, "failed": 2, "pending": 0, "running": 0, "paused": 0, "completed": 0, "canceled": 0}
    assert everything["overall"]["statuses"] == expected
    assert [run["id"] for run in everything["recent"]] == [
        "broken",
        "here",
        "failed",
        "review-2",
        "review-1",
        "review-0",
    ]
    assert [run["id"] for run in everything["errors"]] == ["broken", "failed"]
    assert everything["errors"][0]["error_message"].startswith("permission denied")
    assert one["overall"] == everything["overall"]
    assert (one["workspace"]["total"], one["workspace"]["statuses"]["waiting"]) == (2, 1)
    assert [[run["id"] for run in one[name]] for name in ("recent", "errors")] == [["broken"], ["broken"]]
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "workspace_not_found")
