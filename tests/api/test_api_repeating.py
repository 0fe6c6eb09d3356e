"""Requests that are sent twice with one `Idempotency-Key`, and ones whose first try broke."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from loopstack_temporal.errors import StoreUnavailable
from loopstack_temporal.runs import Recorded, Refused, StartRun, Trigger, TriggerOutcome
from loopstack_temporal.store.store import Store
from tests.api.desk import Desk
from tests.api.test_api_runs import start

DECIDE = "/runs/r-1/transitions/decide"
YES = {"payload": {"approved": True}, "step": 1}


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Both databases."""
    kind: str = request.param
    return kind


KEY = {"Idempotency-Key": "k-1"}


def _away(*_: object) -> None:
    raise StoreUnavailable("gone")


async def _broken(*_: object) -> None:
    raise RuntimeError("broken")


@pytest.mark.requirement("API-004")
async def test_a_repeated_start_makes_one_run(http: httpx.AsyncClient) -> None:
    body: dict[str, Any] = {"workflow": "review", "args": {"topic": "tea"}}

    first = await http.post("/runs", json=body, headers=KEY)
    second = await http.post("/runs", json=body, headers=KEY)

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len((await http.get("/runs")).json()["items"]) == 1


@pytest.mark.requirement("API-004")
async def test_a_repeated_answer_acts_once_whatever_happened_to_the_reply(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    again = {"step": 1}

    first = await http.post("/runs/r-1/transitions/again", json=again, headers=KEY)
    second = await http.post("/runs/r-1/transitions/again", json=again, headers=KEY)

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert len(desk.triggers) == 1


@pytest.mark.requirement("API-004")
async def test_a_repeated_202_tells_the_outcome_once_there_is_one(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    desk.slow = True
    first = await http.post(DECIDE, json=YES, headers=KEY)
    desk.slow = False

    second = await http.post(DECIDE, json=YES, headers=KEY)
    third = await http.post(DECIDE, json=YES, headers=KEY)

    assert first.status_code == 202
    assert (second.status_code, second.json()["status"]) == (200, "completed")
    assert third.json() == second.json()
    assert len(desk.triggers) == 2
    assert desk.triggers[0].id == desk.triggers[1].id


@pytest.mark.requirement("API-004")
async def test_an_answer_applied_by_an_api_that_died_is_not_refused_when_repeated(
    http: httpx.AsyncClient, desk: Desk
) -> None:
    await start(http, run_id="r-1")
    desk.slow = True
    await http.post(DECIDE, json=YES, headers=KEY)
    desk.slow = False
    await http.post(DECIDE, json=YES, headers={"Idempotency-Key": "k-other"})
    desk.applied[desk.triggers[0].id] = desk.applied[desk.triggers[1].id]

    answer = await http.post(DECIDE, json=YES, headers=KEY)

    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


@pytest.mark.requirement("API-004")
async def test_an_answer_applied_after_its_202_is_a_200_when_repeated_whatever_temporal_says(
    http: httpx.AsyncClient, desk: Desk
) -> None:
    await start(http, run_id="r-1")
    desk.workers = False
    first = await http.post(DECIDE, json=YES, headers=KEY)
    await desk.take(desk.triggers[0])
    desk.applied.clear()  # A signal's outcome is known to nobody but SQL.

    recorded = await http.post(DECIDE, json=YES, headers=KEY)

    assert first.status_code == 202
    assert (recorded.status_code, recorded.json()["status"]) == (200, "completed")


@pytest.mark.requirement("API-004")
@pytest.mark.parametrize("says", ["recorded", "ended", "away"])
async def test_an_answer_applied_while_it_was_delivered_again_is_a_200(
    http: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    await start(http, run_id="r-1")

    async def crossed(trigger: Trigger) -> TriggerOutcome:
        await desk.take(trigger)
        outcomes = {
            "recorded": Recorded(durable=True),
            "ended": Refused("run_ended", "It is over."),
            "away": Refused("temporal_unreachable", "Temporal cannot be reached."),
        }
        return outcomes[says]

    monkeypatch.setattr(desk, "trigger", crossed)
    answer = await http.post(DECIDE, json=YES, headers=KEY)

    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


@pytest.mark.requirement("API-004")
async def test_an_answer_whose_reply_failed_after_it_was_applied_is_not_refused_when_repeated(
    http: httpx.AsyncClient, desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start(http, run_id="r-1")

    with monkeypatch.context() as patched:
        patched.setattr(store.idempotency, "end", _away)
        lost = await http.post(DECIDE, json=YES, headers=KEY)
    answer = await http.post(DECIDE, json=YES, headers=KEY)

    assert lost.status_code == 503
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    assert len(desk.triggers) == 1


@pytest.mark.requirement("API-004")
async def test_an_answer_that_broke_halfway_is_applied_once_by_its_repetition(
    http: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start(http, run_id="r-1")

    async def breaks(trigger: Trigger) -> TriggerOutcome:
        await desk.take(trigger)
        raise RuntimeError("lost")

    with monkeypatch.context() as patched:
        patched.setattr(desk, "trigger", breaks)
        broken = await http.post("/runs/r-1/transitions/again", json={"step": 1}, headers=KEY)
    answer = await http.post("/runs/r-1/transitions/again", json={"step": 1}, headers=KEY)

    assert broken.status_code == 500
    assert (answer.status_code, answer.json()["step"]) == (200, 3)


@pytest.mark.requirement("API-004")
async def test_one_key_on_two_transitions_of_a_run_is_two_answers(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    long = {"Idempotency-Key": "k" * 200}

    again = await http.post("/runs/r-1/transitions/again", json={"step": 1}, headers=long)
    decided = await http.post(DECIDE, json={"payload": {"approved": True}, "step": 3}, headers=long)

    assert (again.status_code, again.json()["status"]) == (200, "waiting")
    assert (decided.status_code, decided.json()["status"]) == (200, "completed")
    one, two = (trigger.id for trigger in desk.triggers)
    assert one != two
    assert max(len(one), len(two)) <= 200


@pytest.mark.requirement("API-004")
async def test_a_key_with_another_body_is_refused_with_the_earlier_outcome(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")
    await http.post(DECIDE, json=YES, headers=KEY)

    answer = await http.post(DECIDE, json={"payload": {"approved": False}, "step": 1}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert answer.json()["earlier"]["status"] == 200
    assert answer.json()["earlier"]["body"]["result"] == {"approved": True}


@pytest.mark.requirement("API-004")
async def test_a_start_whose_api_died_before_temporal_is_finished_by_its_repetition(
    http: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    body: dict[str, Any] = {"workflow": "review", "args": {"topic": "tea"}}

    async def dies(_request: object) -> str:
        raise asyncio.CancelledError  # Like a process that ends: nothing is remembered, nothing given back.

    with monkeypatch.context() as patched:
        patched.setattr(desk, "start", dies)
        with pytest.raises(asyncio.CancelledError):
            await http.post("/runs", json=body, headers=KEY)

    answer = await http.post("/runs", json=body, headers=KEY)

    assert answer.status_code == 201
    assert answer.json()["status"] == "waiting"
    assert len((await http.get("/runs")).json()["items"]) == 1


@pytest.mark.requirement("API-004")
@pytest.mark.parametrize("broken", ["temporal", "view", "memory"])
async def test_a_start_that_failed_after_its_row_was_made_is_finished_by_its_repetition(
    http: httpx.AsyncClient, desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    body: dict[str, Any] = {"workflow": "review", "args": {"topic": "tea"}}
    part, name, how = {
        "temporal": (desk, "start", _broken),
        "view": (store.runs, "get", _away),
        "memory": (store.idempotency, "end", _away),
    }[broken]

    with monkeypatch.context() as patched:
        patched.setattr(part, name, how)
        if broken == "view":
            patched.setattr(desk, "workers", False)
        failed = await http.post("/runs", json=body, headers=KEY)
    answer = await http.post("/runs", json=body, headers=KEY)
    again = await http.post("/runs", json=body, headers=KEY)

    assert failed.status_code in (500, 503)
    assert answer.status_code == 201
    assert again.json() == answer.json()
    assert [run["id"] for run in (await http.get("/runs")).json()["items"]] == [answer.json()["id"]]
    assert desk.started == [answer.json()["id"]]


async def test_a_start_under_an_id_that_somebody_else_uses_on_temporal_leaves_no_run(
    http: httpx.AsyncClient, desk: Desk, store: Store
) -> None:
    desk.foreign.add("r-1")
    body = {"workflow": "review", "args": {"topic": "tea"}, "run_id": "r-1"}

    refused = await http.post("/runs", json=body, headers=KEY)
    again = await http.post("/runs", json=body, headers=KEY)
    left = await http.get("/runs/r-1")
    events, _ = store.events.after(None, run_id="r-1")
    desk.foreign.clear()

    for answer in (refused, again):
        assert (answer.status_code, answer.json()["code"]) == (409, "run_exists")
    assert left.status_code == 404
    # Somebody may have seen it come, and sees it go.
    assert [event.type for event in events] == ["run.deleted"]
    assert (await start(http, run_id="r-1"))["status"] == "waiting"


@pytest.mark.parametrize(("code", "status"), [("start_refused", 422), ("temporal_refused", 502)])
async def test_a_start_that_temporal_refuses_for_good_leaves_no_run_and_says_why(
    http: httpx.AsyncClient, desk: Desk, code: str, status: int
) -> None:
    desk.refuses = Refused(code, "Temporal says no.")
    body = {"workflow": "review", "args": {"topic": "tea"}, "run_id": "r-1"}

    refused = await http.post("/runs", json=body, headers=KEY)
    desk.refuses = None
    left = await http.get("/runs/r-1")
    again = await http.post("/runs", json=body, headers=KEY)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["detail"].startswith("Temporal says no.")
    assert left.status_code == 404
    # A request that can never be keeps its answer; what an operator has repaired meanwhile lets the same one in.
    assert again.status_code == (201 if code == "temporal_refused" else status)


async def test_a_start_that_temporal_denies_although_it_happened_is_a_run(
    http: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def denied(request: StartRun) -> Refused:
        await desk.work(request)
        return Refused("run_exists", "Somebody else uses this id.")

    monkeypatch.setattr(desk, "start", denied)

    assert (await start(http, run_id="r-1"))["status"] == "waiting"


@pytest.mark.requirement("API-004")
async def test_a_workspace_whose_reply_failed_is_made_once(
    http: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(store.idempotency, "end", _away)
        failed = await http.post("/workspaces", json={"title": "Desk"}, headers=KEY)
    answer = await http.post("/workspaces", json={"title": "Desk"}, headers=KEY)

    assert (failed.status_code, answer.status_code) == (503, 201)
    assert {one["title"] for one in (await http.get("/workspaces")).json()["items"]} == {"Default", "Desk"}
    assert len((await http.get("/workspaces")).json()["items"]) == 2


@pytest.mark.requirement("API-004")
async def test_a_workspace_is_made_once(http: httpx.AsyncClient) -> None:
    first = await http.post("/workspaces", json={"title": "Desk"}, headers=KEY)
    second = await http.post("/workspaces", json={"title": "Desk"}, headers=KEY)

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert len((await http.get("/workspaces")).json()["items"]) == 2
