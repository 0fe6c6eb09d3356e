"""A run started, watched, answered and stopped with nothing but HTTP, on real processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.api.serving import Got, listening
from tests.support.requests import answer, get, listed, post, start, unused
from tests.support.stack import Stack, eventually, stack_on

YES = {"approved": True, "note": "good"}


@pytest.fixture(scope="module")
async def answered(served: Stack) -> str:
    """A review that was started and answered by HTTP."""
    run_id = await start(served, "review", {"topic": "tea"}, title="Tea")
    await served.run_is(run_id, "waiting")
    assert (await answer(served, run_id, "decide", YES)).status_code in (200, 202)
    await served.run_is(run_id, "completed")
    return run_id


# --- one run ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("API-010", "API-012", "API-013", "ENGINE-037", "ENGINE-061")
async def test_a_review_is_started_seen_waiting_and_answered(served: Stack) -> None:
    made = await post(served, "/runs", {"workflow": "review", "args": {"topic": "cake"}})
    assert made.status_code == 201, made.text
    run_id = made.json()["id"]
    await served.run_is(run_id, "waiting")

    run = await get(served, f"/runs/{run_id}")
    assert (run["status"], run["place"], run["args"]) == ("waiting", "waiting_for_approval", {"topic": "cake"})
    [awaited] = run["awaiting"]
    assert (awaited["transition"], awaited["step"], awaited["kind"]) == ("decide", 1, "person")
    assert awaited["schema"]["required"] == ["approved"]
    assert "decide" in run["sentence"].lower()

    reply = await answer(served, run_id, "decide", YES, step=awaited["step"])
    assert reply.status_code == 200, reply.text
    after = reply.json()
    assert (after["status"], after["place"], after["result"]) == ("completed", "end", YES)
    assert (after["awaiting"], after["step"]) == ([], 2)


@pytest.mark.requirement("API-011")
async def test_a_run_is_found_in_the_list_by_its_filters(served: Stack, answered: str) -> None:
    page = await get(served, "/runs", workflow="review", status="completed", search="Tea")
    assert answered in [run["id"] for run in page["items"]]
    assert answered not in [run["id"] for run in (await get(served, "/runs", status="waiting"))["items"]]


@pytest.mark.requirement("API-016")
async def test_the_steps_tell_what_happened_and_with_which_input(served: Stack, answered: str) -> None:
    page = await get(served, f"/runs/{answered}/steps")
    assert [(step["step"], step["transition"], step["from"], step["to"]) for step in page["items"]] == [
        (0, "generate", "start", "waiting_for_approval"),
        (1, "decide", "waiting_for_approval", "end"),
    ]
    step = await get(served, f"/runs/{answered}/steps/1")
    assert (step["payload"], step["sender"]["channel"]) == (YES, "api")
    assert step["state_after"] == {"draft": "All about tea."}


@pytest.mark.requirement("API-017")
async def test_the_documents_are_in_the_feed(served: Stack, answered: str) -> None:
    page = await get(served, f"/runs/{answered}/documents")
    assert [document["content"]["markdown"] for document in page["items"]] == ["All about tea."]
    history = await get(served, f"/documents/{page['items'][0]['id']}")
    assert len(history["versions"]) == 1


async def test_the_graph_shows_the_way_the_run_took(served: Stack, answered: str) -> None:
    graph = await get(served, f"/runs/{answered}/graph")
    assert {place["name"] for place in graph["places"]} == {"start", "waiting_for_approval", "end"}
    assert [(edge["transition"], edge["taken"]) for edge in graph["edges"]] == [("generate", 1), ("decide", 1)]


async def test_why_says_that_a_person_is_awaited_and_later_that_the_run_is_over(served: Stack) -> None:
    run_id = await start(served, "review")
    await served.run_is(run_id, "waiting")
    why = await get(served, f"/runs/{run_id}/why")
    assert (why["code"], {"code": "answer", "transition": "decide"} in why["actions"]) == ("person", True)
    assert (await answer(served, run_id, "decide", YES)).status_code in (200, 202)
    await served.run_is(run_id, "completed")
    assert (await get(served, f"/runs/{run_id}/why"))["code"] == "completed"


@pytest.mark.requirement("TEMPORAL-005")
async def test_a_run_started_with_the_temporal_cli_is_seen_and_answered_by_http(served: Stack) -> None:
    run_id = unused("by-cli")
    await served.temporal_cli(
        *("workflow", "start", "--type", "review", "--task-queue", served.app, "--workflow-id", run_id),
        *("--input", '{"topic": "rye"}'),
    )
    await listed(served, run_id)
    await served.run_is(run_id, "waiting")
    run = await get(served, f"/runs/{run_id}")
    assert (run["args"], run["user_id"], run["workspace_id"]) == ({"topic": "rye"}, "local", "default")
    assert (await answer(served, run_id, "decide", YES)).status_code in (200, 202)
    await served.run_is(run_id, "completed")


# --- stopping and retrying -------------------------------------------------------------------------------------------


@pytest.mark.requirement("FAILURE-029", "ENGINE-073")
async def test_cancel_ends_a_waiting_run_once(served: Stack) -> None:
    run_id = await start(served, "review")
    await served.run_is(run_id, "waiting")
    assert (await post(served, f"/runs/{run_id}/cancel", {"reason": "enough"})).status_code in (200, 202)
    ended = await served.run_is(run_id, "canceled")
    again = await post(served, f"/runs/{run_id}/cancel")
    assert (again.status_code, again.json()["status"]) == (200, "canceled")
    after = served.store.runs.get(run_id)
    assert after is not None and after.rev == ended.rev


@pytest.mark.requirement("FAILURE-029")
@pytest.mark.parametrize(
    ("workflow", "args"),
    [
        ("patient", {}),
        ("patient", {"asks": True}),
        ("flaky", {"failures": 9, "kind": "unwilling"}),
        ("slow", {}),
    ],
    ids=["in a retry delay", "at the target of a retry", "parked", "paused"],
)
async def test_whatever_a_run_waits_for_it_can_be_canceled(
    served: Stack, tmp_path: Path, workflow: str, args: dict[str, Any]
) -> None:
    run_id = await start(served, workflow, args | {"file": str(tmp_path / "count")})

    def stands() -> bool:
        row = served.store.runs.get(run_id)
        return row is not None and (row.retry is not None or row.can_retry or row.status == "waiting")

    await eventually(stands, what="the run to stand still")
    if workflow == "slow":
        assert (await post(served, f"/runs/{run_id}/pause")).status_code in (200, 202)
        await served.run_is(run_id, "paused")
    assert (await post(served, f"/runs/{run_id}/cancel")).status_code in (200, 202)
    row = await served.run_is(run_id, "canceled")
    assert row.ended_at is not None and row.retry is None and not row.can_retry


@pytest.mark.requirement("FAILURE-029")
async def test_a_pending_run_is_canceled_before_it_began(stack: Stack) -> None:
    worker = await stack.worker()
    await stack.api()
    await worker.kill()
    run_id = await start(stack, "review")
    assert (await post(stack, f"/runs/{run_id}/cancel")).status_code == 202
    row = stack.store.runs.get(run_id)
    assert row and row.status == "pending" and row.cancel_requested
    await worker.start()
    await stack.run_is(run_id, "canceled")
    assert stack.texts(run_id) == []


@pytest.mark.requirement("FAILURE-029", "ENGINE-031")
async def test_a_completed_run_can_be_neither_canceled_nor_answered(served: Stack, answered: str) -> None:
    for reply in (
        await post(served, f"/runs/{answered}/cancel"),
        await answer(served, answered, "decide", YES),
        await post(served, f"/runs/{answered}/retry"),
    ):
        assert reply.status_code == 409, reply.text
    assert (await get(served, f"/runs/{answered}"))["status"] == "completed"


@pytest.mark.requirement("FAILURE-020", "FAILURE-021", "API-014")
async def test_retry_runs_a_parked_transition_again_with_its_payload(served: Stack, tmp_path: Path) -> None:
    run_id = await start(served, "bumpy", {"failures": 1, "file": str(tmp_path / "count")})
    await served.run_is(run_id, "waiting")
    early = await post(served, f"/runs/{run_id}/retry")
    assert (early.status_code, early.json()["code"]) == (409, "not_retryable")
    await answer(served, run_id, "answer", "the payload")
    await served.run_is(run_id, "failed")
    parked = await get(served, f"/runs/{run_id}")
    assert (parked["can_retry"], parked["error_transition"], parked["has_error"]) == (True, "answer", True)
    reply = await post(served, f"/runs/{run_id}/retry")
    assert reply.status_code in (200, 202), reply.text
    assert (await served.run_is(run_id, "completed")).result == "took the payload"


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("API-020", "API-021")
async def test_a_stream_resumed_after_the_death_of_the_api_tells_every_event_once_and_in_order(stack: Stack) -> None:
    await stack.worker()
    api = await stack.api()
    run_id = unused("streamed")
    async with listening(stack.base_url, run_id=run_id) as stream:
        assert (await stream.next()).type == "hello"
        await start(stack, "review", run_id=run_id)
        heard = await stream.until("task.opened")
        await api.kill()
    await stack.signal(run_id, "decide", YES)
    await stack.run_is(run_id, "completed")

    await api.start()
    await stack.serving(api)
    last = [frame.id for frame in heard if frame.id][-1]
    async with listening(stack.base_url, last=last, run_id=run_id) as stream:
        while not _ended(heard[-1]):
            heard.append(await stream.next())
    told = [(frame.type, frame.data["rev"]) for frame in heard if frame.data.get("run_id") == run_id]
    kinds = [kind for kind, _ in stack.events(run_id)]
    assert told == list(zip(kinds, range(1, len(kinds) + 1), strict=True))
    assert kinds[0] == "run.created" and "document.saved" in kinds and "task.closed" in kinds


def _ended(frame: Got) -> bool:
    return frame.type == "run.changed" and frame.data["status"] == "completed"


# --- once, whatever dies ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("API-004")
async def test_a_repeated_start_and_a_repeated_answer_act_once(served: Stack) -> None:
    body = {"workflow": "rounds", "args": {"rounds": 2}}
    key = unused("start")
    first, second = await post(served, "/runs", body, key=key), await post(served, "/runs", body, key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    run_id = first.json()["id"]
    assert second.json()["id"] == run_id
    other = await post(served, "/runs", {"workflow": "rounds", "args": {"rounds": 9}}, key=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")

    await served.run_is(run_id, "waiting")
    key = unused("answer")
    replies = [await answer(served, run_id, "answer", "once", key=key) for _ in range(3)]
    assert all(reply.status_code in (200, 202) for reply in replies), [reply.text for reply in replies]
    await eventually(lambda: served.texts(run_id) == ["once"], what="the answer")
    row = await served.run_is(run_id, "waiting")
    assert (served.texts(run_id), row.next_step) == (["once"], 2)


@pytest.mark.requirement("API-004", "API-015")
@pytest.mark.parametrize("point", ["api.start.before_temporal", "api.start.after_temporal"])
async def test_a_start_repeated_after_the_death_of_the_api_is_one_run(stack: Stack, point: str) -> None:
    await stack.worker()
    body = {"workflow": "hello", "args": {"topic": "you"}}
    doomed = await stack.api(LOOPSTACK_FAILPOINTS=f"{point}=kill")
    with pytest.raises(httpx.TransportError):
        await post(stack, "/runs", body, key="start-1")
    await doomed.died()

    await stack.api()
    repeated = await post(stack, "/runs", body, key="start-1")
    assert repeated.status_code == 201, repeated.text
    await stack.run_is(repeated.json()["id"], "completed")
    assert [run["id"] for run in (await get(stack, "/runs"))["items"]] == [repeated.json()["id"]]
    assert stack.texts(repeated.json()["id"]) == ["Hello, you!"]


@pytest.mark.requirement("API-004", "API-013", "ENGINE-042")
async def test_an_answer_repeated_after_the_death_of_the_api_applies_once(stack: Stack) -> None:
    worker = await stack.worker()
    run_id = await stack.start("rounds", {"rounds": 2})
    await stack.run_is(run_id, "waiting")
    await worker.kill()
    doomed = await stack.api(LOOPSTACK_FAILPOINTS="signal.after_send=kill")
    with pytest.raises(httpx.TransportError):
        await answer(stack, run_id, "answer", "once", key="click-1")
    await doomed.died()

    await stack.api()
    repeated = await answer(stack, run_id, "answer", "once", key="click-1")
    assert (repeated.status_code, repeated.json()["status"]) == (202, "recorded"), repeated.text
    await worker.start()
    await eventually(lambda: stack.texts(run_id) == ["once"], what="the answer")
    await stack.run_is(run_id, "waiting")
    known = await answer(stack, run_id, "answer", "once", key="click-1")
    assert (known.status_code, known.json()["step"]) == (200, 2), known.text
    assert (await answer(stack, run_id, "answer", "twice", key="click-2")).status_code == 200
    assert (await stack.run_is(run_id, "completed")).result == ["once", "twice"]


# --- others away -----------------------------------------------------------------------------------------------------


async def test_a_run_asked_for_while_temporal_is_away_is_started_by_a_worker_later(
    own_temporal: DevServer, sqlite_database: str, tmp_path: Path
) -> None:
    async with stack_on(own_temporal, sqlite_database, tmp_path) as stack:
        await stack.worker(LOOPSTACK_STARTS_AFTER="1")
        await stack.api()
        await own_temporal.kill()
        made = await post(stack, "/runs", {"workflow": "hello", "args": {"topic": "again"}})
        assert (made.status_code, made.json()["status"]) == (201, "pending"), made.text
        assert "Temporal cannot be reached" in made.json()["sentence"]
        await own_temporal.start()
        row = await stack.run_is(made.json()["id"], "completed", limit=180)
        assert row.result == "Hello, again!"


@pytest.mark.requirement("API-022", "API-006")
async def test_everything_can_be_looked_at_while_neither_worker_nor_temporal_run(stack: Stack) -> None:
    worker = await stack.worker()
    run_id = await stack.start("review", {"topic": "tea"})
    await stack.run_is(run_id, "waiting")
    await worker.kill()
    await stack.api(TEMPORAL_ADDRESS="127.0.0.1:1")
    run = f"/runs/{run_id}"
    parts = [f"{run}{part}" for part in ("", "/steps", "/documents", "/graph", "/why")]
    looks: dict[str, Any] = {path: await get(stack, path) for path in ("/runs", "/workflows/review", "/tasks", *parts)}
    assert [run["id"] for run in looks["/runs"]["items"]] == [run_id]
    assert looks[run]["awaiting"][0]["transition"] == "decide"
    assert len(looks[f"{run}/documents"]["items"]) == 1
    health = await stack.http.get("/api/v1/health")
    assert health.status_code < 500 and health.json()["temporal"]["reachable"] is False
