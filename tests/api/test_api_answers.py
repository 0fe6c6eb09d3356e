"""Answers, retries and cancels over HTTP."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.api.desk import WAIT_PLACE, Desk
from tests.api.test_api_runs import start

DECIDE = "/runs/r-1/transitions/decide"
YES = {"payload": {"approved": True}, "step": 1}


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Both databases."""
    kind: str = request.param
    return kind


@pytest.mark.requirement("API-013")
async def test_an_answer_gives_the_run_after_the_step(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")

    answer = await http.post(DECIDE, json=YES)

    assert answer.status_code == 200
    run = answer.json()
    assert (run["status"], run["place"], run["result"]) == ("completed", "end", {"approved": True})
    assert run["awaiting"] == []
    assert run["sentence"].startswith("Completed in ")
    assert desk.triggers[0].at_step == 1
    assert desk.triggers[0].sender.channel == "api"


async def test_a_browser_answers_as_the_studio(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")

    await http.post(DECIDE, json=YES, headers={"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"})

    assert desk.triggers[0].sender.channel == "studio"


@pytest.mark.requirement("API-013")
async def test_a_bad_payload_is_refused_at_its_field_before_temporal_is_asked(
    http: httpx.AsyncClient, desk: Desk
) -> None:
    await start(http, run_id="r-1")

    answer = await http.post(DECIDE, json={"payload": {"approved": "perhaps", "note": "x" * 21}})

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_payload"
    assert answer.json()["fields"] == [
        {"path": ["approved"], "message": "must be true or false", "code": "type"},
        {"path": ["note"], "message": "must have at most 20 characters", "code": "maxLength"},
    ]
    assert desk.triggers == []


async def test_a_payload_only_the_worker_can_judge_comes_back_the_same_way(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")

    answer = await http.post(DECIDE, json={"payload": {"approved": True, "note": "no pydantic"}})

    assert answer.status_code == 422
    assert answer.json()["fields"] == [{"path": ["note"], "message": "says no", "code": "value_error"}]
    assert (await http.get("/runs/r-1")).json()["place"] == WAIT_PLACE


@pytest.mark.requirement("API-013")
async def test_unknown_runs_and_names_are_not_found(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")

    run = await http.post("/runs/nobody/transitions/decide", json=YES)
    name = await http.post("/runs/r-1/transitions/decied", json=YES)
    automatic = await http.post("/runs/r-1/transitions/generate", json={})
    reserved = await http.post("/runs/r-1/transitions/loopstack.retry", json={})

    assert (run.status_code, run.json()["code"]) == (404, "run_not_found")
    assert (name.status_code, name.json()["code"]) == (404, "unknown_transition")
    assert "`decide`, `again`" in name.json()["detail"]
    assert automatic.status_code == 404
    assert reserved.status_code == 404


@pytest.mark.requirement("API-013")
async def test_what_is_not_awaited_is_refused_and_says_what_is(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    await start(http, run_id="r-2", workflow="deploy", args={})
    ended = await http.post(DECIDE, json=YES)

    again = await http.post("/runs/r-1/transitions/again", json={})

    assert ended.status_code == 200
    assert (again.status_code, again.json()["code"]) == (409, "run_ended")
    assert again.json()["awaited"] == []
    # To the question that ended the run somebody was faster, which says more than that it is over.
    late = await http.post(DECIDE, json=YES)
    assert (late.status_code, late.json()["code"], late.json()["answered_by"]) == (409, "answered", "local")
    assert len(desk.triggers) == 1


async def test_the_slower_of_two_learns_who_was_faster(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")

    one, two = await asyncio.gather(
        http.post("/runs/r-1/transitions/again", json={"step": 1}),
        http.post("/runs/r-1/transitions/again", json={"step": 1}),
    )
    late = await http.post(DECIDE, json=YES)

    assert sorted((one.status_code, two.status_code)) == [200, 409]
    for problem in (two.json() if two.status_code == 409 else one.json(), late.json()):
        assert problem["code"] == "answered"
        assert problem["answered_by"] == "local"
        assert problem["transition"] == "again"
        assert problem["at"].endswith("Z")
        assert problem["detail"] == "local answered `again` already."


@pytest.mark.requirement("API-013")
async def test_without_a_worker_an_answer_is_recorded(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    desk.workers = False

    answer = await http.post(DECIDE, json=YES, headers={"Idempotency-Key": "k-1"})

    assert answer.status_code == 202
    assert answer.json() == {
        "status": "recorded",
        "run_id": "r-1",
        "transition": "decide",
        "trigger_id": desk.triggers[0].id,
        "sentence": "Recorded. No worker has taken it yet.",
    }


async def test_an_accepted_answer_that_takes_long_is_told_apart(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    desk.slow = True

    answer = await http.post(DECIDE, json=YES)

    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")


@pytest.mark.requirement("API-014")
async def test_a_parked_run_is_retried_and_only_a_parked_one(http: httpx.AsyncClient, desk: Desk) -> None:
    parked = await start(http, run_id="r-1", workflow="deploy", args={})

    retried = await http.post("/runs/r-1/retry")
    again = await http.post("/runs/r-1/retry", json={})

    assert parked["can_retry"] is True
    assert parked["error"]["code"] == "permission"
    assert parked["sentence"] == "“Deploy” failed: permission denied."
    assert (retried.status_code, retried.json()["status"]) == (200, "completed")
    assert desk.triggers[0].name == "loopstack.retry"
    assert desk.triggers[0].payload is None
    assert (again.status_code, again.json()["code"]) == (409, "not_retryable")


async def test_a_retry_can_bring_another_payload(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1", workflow="deploy", args={})

    await http.post("/runs/r-1/retry", json={"payload": {"a": 1}})

    assert desk.triggers[0].payload == {"payload": {"a": 1}}


@pytest.mark.requirement("API-014")
async def test_cancel_can_be_repeated_and_a_completed_run_refuses_it(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")
    await start(http, run_id="r-2")
    await http.post("/runs/r-2/transitions/decide", json={"payload": {"approved": True}})

    first = await http.post("/runs/r-1/cancel", json={"reason": "wrong customer"})
    second = await http.post("/runs/r-1/cancel")
    completed = await http.post("/runs/r-2/cancel")

    assert (first.status_code, first.json()["status"]) == (202, "canceled")
    assert (second.status_code, second.json()["status"]) == (200, "canceled")
    assert (completed.status_code, completed.json()["code"]) == (409, "run_ended")


async def test_what_needs_temporal_says_so_while_it_is_away_and_works_afterwards(
    http: httpx.AsyncClient, desk: Desk
) -> None:
    await start(http, run_id="r-1")
    await start(http, run_id="r-2")
    desk.away = True

    answer = await http.post(DECIDE, json=YES, headers={"Idempotency-Key": "k-1"})
    cancel = await http.post("/runs/r-2/cancel", headers={"Idempotency-Key": "k-2"})
    desk.away = False
    answered = await http.post(DECIDE, json=YES, headers={"Idempotency-Key": "k-1"})
    canceled = await http.post("/runs/r-2/cancel", headers={"Idempotency-Key": "k-2"})

    assert (answer.status_code, answer.json()["code"]) == (503, "temporal_unreachable")
    assert (cancel.status_code, cancel.json()["code"]) == (503, "temporal_unreachable")
    assert (answered.status_code, answered.json()["status"]) == (200, "completed")
    assert (canceled.status_code, canceled.json()["status"]) == (202, "canceled")


async def test_a_run_temporal_never_had_is_canceled_at_once(http: httpx.AsyncClient, desk: Desk) -> None:
    desk.away = True
    await start(http, run_id="r-1")
    desk.away = False

    canceled = await http.post("/runs/r-1/cancel")

    assert (canceled.status_code, canceled.json()["status"]) == (202, "canceled")


async def test_an_answer_without_a_step_is_for_the_question_that_the_row_shows(
    http: httpx.AsyncClient, desk: Desk
) -> None:
    await start(http, run_id="r-1")
    await start(http, run_id="r-2", workflow="deploy", args={})
    parked = (await http.get("/runs/r-2")).json()

    await http.post("/runs/r-1/transitions/again", json={})
    await http.post(DECIDE, json={"payload": {"approved": True}, "step": 3})
    await http.post("/runs/r-2/retry")

    assert [trigger.at_step for trigger in desk.triggers] == [1, 3, parked["step"]]


async def test_an_answer_to_a_run_that_is_under_way_names_no_step(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    await desk.begin("r-1", "again")

    answer = await http.post(DECIDE, json={"payload": {"approved": True}})

    assert answer.status_code == 409
    assert desk.triggers[0].at_step is None


@pytest.mark.requirement("API-009")
async def test_workspaces_are_renamed_marked_and_deleted(http: httpx.AsyncClient) -> None:
    made = (await http.post("/workspaces", json={"title": "Desk"})).json()
    path = f"/workspaces/{made['id']}"

    await http.patch(path, json={"title": "Support desk", "favourite": True})
    listed = (await http.get("/workspaces")).json()["items"]
    deleted = await http.delete(path)
    kept = await http.delete("/workspaces/default")

    assert (listed[0]["title"], listed[0]["favourite"]) == ("Support desk", True)
    assert deleted.status_code == 204
    assert (await http.get(path)).status_code == 404
    assert (kept.status_code, kept.json()["code"]) == (409, "workspace_default")
