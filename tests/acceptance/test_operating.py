"""Pause, resume and move through HTTP, as the studio uses them."""

from __future__ import annotations

import pytest

from tests.support.stack import Stack


@pytest.mark.requirement("ENGINE-074")
async def test_a_run_is_paused_and_resumed_through_the_api(served: Stack) -> None:
    run_id = await served.start("slow")
    await served.run_is(run_id, "waiting")
    path = f"/api/v1/runs/{run_id}"
    idle = await served.http.post(f"{path}/resume")
    assert (idle.status_code, idle.json()["code"]) == (409, "no_effect")

    key = {"Idempotency-Key": "pause-1"}
    paused = await served.http.post(f"{path}/pause", headers=key)
    assert paused.status_code in (200, 202), paused.text
    step = (await served.run_is(run_id, "paused")).next_step
    assert (await served.http.post(f"{path}/pause", headers=key)).status_code in (200, 202)
    again = await served.http.post(f"{path}/pause")
    assert (again.status_code, again.json()["code"]) == (409, "no_effect")

    answered = await served.http.post(f"{path}/transitions/answer", json={"payload": "later", "step": step})
    assert (answered.status_code, answered.json()["status"]) in ((202, "queued"), (202, "recorded"))
    assert (await served.http.get(path)).json()["status"] == "paused"

    assert (await served.http.post(f"{path}/resume")).status_code in (200, 202)
    row = await served.run_is(run_id, "completed")
    assert row.result == ["first", "second", "later"]
    ended = await served.http.post(f"{path}/pause")
    assert (ended.status_code, ended.json()["code"]) == (409, "run_ended")


async def test_a_run_is_moved_through_the_api(served: Stack) -> None:
    run_id = await served.start("slow")
    await served.run_is(run_id, "waiting")
    path = f"/api/v1/runs/{run_id}/move"
    unknown = await served.http.post(path, json={"place": "nowhere"})
    assert (unknown.status_code, unknown.json()["fields"][0]["path"]) == (422, ["place"])
    tried = await served.http.post(path, json={"place": "aside", "dry_run": True})
    assert (tried.status_code, tried.json()["place"]) == (200, "two")

    headers = {"Idempotency-Key": "move-1"}
    body = {"place": "aside", "reason": "the customer called"}
    moved = await served.http.post(path, json=body, headers=headers)
    assert moved.status_code in (200, 202), moved.text
    row = await served.run_is(run_id, "waiting", place="aside")
    assert (await served.http.post(path, json=body, headers=headers)).json()["step"] == row.next_step
    step = served.store.steps.get(run_id, 2).row
    assert step.trigger and step.trigger.payload == body

    await served.http.post(f"/api/v1/runs/{run_id}/transitions/leave", json={"payload": "bye"})
    assert (await served.run_is(run_id, "completed")).result == ["left", "bye"]
    ended = await served.http.post(path, json={"place": "two"})
    assert (ended.status_code, ended.json()["code"]) == (409, "run_ended")


async def test_the_sentence_of_a_parent_says_that_it_waits_for_a_child(served: Stack) -> None:
    run_id = await served.start("boss", {"jobs": [{"asks": True}]})
    await served.run_is(run_id, "waiting")
    await served.run_is(f"{run_id}-0-0", "waiting")
    run = (await served.http.get(f"/api/v1/runs/{run_id}")).json()
    assert [one["kind"] for one in run["awaiting"]] == ["child"]
    listed = (await served.http.get("/api/v1/runs", params={"parent_id": run_id})).json()["items"]
    assert [one["id"] for one in listed] == [f"{run_id}-0-0"]
