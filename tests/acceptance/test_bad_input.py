"""Whatever arrives through a real API, as an update or as a signal: a clear refusal, nothing lost, still answerable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue

from loopstack_temporal.runs import Refused
from loopstack_temporal.store.records import RunRow
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.requests import API, answer, get, position, post, start, unused
from tests.support.stack import LIMIT, Stack, eventually, stack_on

JSON = {"Content-Type": "application/json"}
YES = {"approved": True}


@pytest.fixture
async def waiting(served: Stack) -> AsyncGenerator[RunRow]:
    """A review that waits for `decide`; whatever the test did, it must be as it was, and can be answered afterwards."""
    run_id = await start(served, "review", {"topic": "tea"})
    before = await served.run_is(run_id, "waiting")
    yield before
    await eventually(lambda: asks(served, run_id), what="the question")
    after = await served.run_is(run_id, "waiting")
    assert position(after) == position(before)
    assert served.texts(run_id) == ["All about tea."]
    assert (await answer(served, run_id, "decide", YES)).status_code in (200, 202)
    assert (await served.run_is(run_id, "completed")).result == {"approved": True, "note": ""}


async def asks(stack: Stack, run_id: str) -> bool:
    """Whether the workflow itself awaits an answer: it is done with every signal that came before."""
    state = await (await stack.client()).get_workflow_handle(run_id).query("loopstack.state")
    return state["awaiting"] == ["decide"]


async def rejections(stack: Stack, run_id: str, count: int) -> list[dict[str, Any]]:
    """The refusals in a run's log, once there are so many."""

    def look() -> list[dict[str, Any]] | None:
        found = [data for kind, data in stack.events(run_id) if kind == "trigger.rejected"]
        return found if len(found) >= count else None

    return await eventually(look, what=f"{count} rejections")


def fields(problem: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(field["path"]) for field in problem["fields"]]


# --- by HTTP ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("API-010", "ENGINE-051")
async def test_starts_that_cannot_be_are_refused_before_a_run_exists(served: Stack) -> None:
    run_id = unused("never")
    bodies: list[tuple[dict[str, Any], int, str, list[tuple[str, ...]]]] = [
        ({"workflow": "no_such_thing"}, 404, "unknown_workflow", []),
        ({"workflow": "review", "app": "no_such_app"}, 404, "unknown_workflow", []),
        ({"workflow": "review", "args": {"topic": 7}}, 422, "invalid_args", [("topic",)]),
        ({"workflow": "review", "args": ["tea"]}, 422, "invalid_args", [()]),
        ({"workflow": "chain", "args": {"steps": "many", "pause": []}}, 422, "invalid_args", [("pause",), ("steps",)]),
        ({"workflow": "review", "workspace_id": "nowhere"}, 404, "workspace_not_found", []),
        ({"args": {}}, 422, "invalid_input", [("workflow",)]),
    ]
    for body, status, code, paths in bodies:
        reply = await post(served, "/runs", {**body, "run_id": run_id})
        assert (reply.status_code, reply.json()["code"], fields(reply.json())) == (status, code, paths), reply.text
    assert served.store.runs.get(run_id) is None
    status, _, error = await served.temporal_cli("workflow", "describe", "--workflow-id", run_id, check=False)
    assert status == 1 and "not found" in error


@pytest.mark.requirement("ENGINE-051")
async def test_arguments_that_only_python_can_judge_fail_the_run_visibly(served: Stack) -> None:
    run_id = await start(served, "even", {"number": 3})
    row = await served.run_is(run_id, "failed")
    assert row.ended_at is not None and not row.can_retry
    shown = await get(served, f"/runs/{run_id}")
    assert shown["error"]["code"] == "invalid_args" and "only even numbers" in shown["error_message"]


@pytest.mark.requirement("API-013", "ENGINE-039", "ENGINE-040", "ENGINE-041")
async def test_answers_that_do_not_fit_are_refused_with_the_field(served: Stack, waiting: RunRow) -> None:
    for name, payload, status, code, paths in (
        ("no_such_transition", YES, 404, "unknown_transition", []),
        ("generate", YES, 404, "unknown_transition", []),
        ("loopstack.retry", None, 404, "unknown_transition", []),
        ("decide", None, 422, "invalid_payload", [()]),
        ("decide", {}, 422, "invalid_payload", [("approved",)]),
        ("decide", {"approved": "perhaps"}, 422, "invalid_payload", [("approved",)]),
        ("decide", {"approved": True, "note": 7}, 422, "invalid_payload", [("note",)]),
        ("decide", [True], 422, "invalid_payload", [()]),
    ):
        reply = await answer(served, waiting.id, name, payload)
        problem = reply.json()
        assert (reply.status_code, problem["code"], fields(problem)) == (status, code, paths), reply.text
    assert (await answer(served, "nobody", "decide", YES)).json()["code"] == "run_not_found"


@pytest.mark.requirement("ENGINE-039", "ENGINE-073")
async def test_an_answer_that_is_not_awaited_now_is_a_409_that_names_what_is(served: Stack) -> None:
    run_id = await start(served, "stages")
    before = await served.run_is(run_id, "waiting", place="one")
    reply = await answer(served, run_id, "second", "early")
    assert (reply.status_code, reply.json()["code"], reply.json()["awaited"]) == (409, "not_awaited", ["first"])
    for step in (0, 5):
        assert (await answer(served, run_id, "first", "x", step=step)).status_code == 409
    after = await served.run_is(run_id, "waiting")
    assert after.rev == before.rev
    assert (await answer(served, run_id, "first", "a", step=1)).status_code == 200


@pytest.mark.requirement("API-002")
async def test_bodies_that_are_no_request_are_refused(served: Stack, waiting: RunRow) -> None:
    path = f"{API}/runs/{waiting.id}/transitions/decide"
    for content, headers, status, code in (
        (b'{"payload": {"approved": tru', JSON, 400, "malformed_json"),
        (b'{"payload": NaN}', JSON, 400, "malformed_json"),
        (b"\xff\xfe", JSON, 400, "malformed_json"),
        (b'{"payload": "a\\u0000b"}', JSON, 400, "malformed_json"),
        (b"[" * 5_000, JSON, 400, "malformed_json"),
        (b'{"payload": {"approved": true}}', {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (b"payload=yes", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
        (b'{"answer": {"approved": true}}', JSON, 422, "invalid_input"),
        (b'{"payload": {"approved": true}, "step": "one"}', JSON, 422, "invalid_input"),
        (b'["payload"]', JSON, 422, "invalid_input"),
    ):
        reply = await served.http.post(path, content=content, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (status, code), (content[:40], reply.text)
        assert reply.headers["content-type"] == "application/problem+json"
        assert "Traceback" not in reply.text


async def test_a_body_of_ten_megabytes_is_refused(served: Stack, waiting: RunRow) -> None:
    body = b'{"payload": {"approved": true, "note": "' + b"x" * 10_000_000 + b'"}}'
    path = f"{served.base_url}{API}/runs/{waiting.id}/transitions/decide"
    reply = await asyncio.to_thread(httpx.post, path, content=body, headers=JSON, timeout=30)
    assert (reply.status_code, reply.json()["code"]) == (413, "too_large")


# --- by update -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("ENGINE-041")
async def test_updates_that_do_not_fit_are_refused_with_the_field(served: Stack, waiting: RunRow) -> None:
    updates: list[tuple[str, Any, str, list[list[str]]]] = [
        ("no_such_transition", YES, "not_awaited", []),
        ("generate", YES, "not_awaited", []),
        ("loopstack.retry", None, "not_awaited", []),
        ("loopstack.nonsense", None, "not_awaited", []),
        ("decide", None, "invalid_payload", [[]]),
        ("decide", {}, "invalid_payload", [["approved"]]),
        ("decide", {"approved": True, "note": []}, "invalid_payload", [["note"]]),
        ("decide", "yes", "invalid_payload", [[]]),
        ("decide", [[[[[]]]]], "invalid_payload", [[]]),
    ]
    for name, payload, code, paths in updates:
        outcome = await served.trigger(waiting.id, name, payload)
        assert isinstance(outcome, Refused) and outcome.code == code, (name, payload, outcome)
        assert [field["path"] for field in outcome.facts.get("fields", [])] == paths


@pytest.mark.requirement("TEMPORAL-006")
async def test_updates_with_none_or_too_many_arguments_never_break_the_run(served: Stack, waiting: RunRow) -> None:
    update = ("workflow", "update", "execute", "--workflow-id", waiting.id, "--name", "decide")
    for inputs in ((), ("--input", "{}"), ("--input", "1", "--input", "2", "--input", "3", "--input", "4")):
        status, _, error = await served.temporal_cli(*update, *inputs, check=False)
        assert status == 1 and "does not fit" in error, error


# --- by signal -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("ENGINE-040", "ENGINE-041")
async def test_signals_that_do_not_fit_are_written_to_the_log_with_the_field(served: Stack, waiting: RunRow) -> None:
    for name, args in (
        ("decide", ()),
        ("decide", ({"approved": True, "note": 7},)),
        ("decide", ("yes", None, 3, 4)),
        ("no_such_transition", (YES,)),
        ("loopstack.nonsense", (YES,)),
    ):
        await served.signal(waiting.id, name, *args)
    found = await rejections(served, waiting.id, 5)
    assert sorted(one["code"] for one in found) == ["invalid_payload"] * 3 + ["unknown_trigger"] * 2
    faults: list[list[dict[str, Any]]] = [one["fields"] or [] for one in found]
    assert sorted(fault["path"] for some in faults for fault in some) == [[], [], ["note"]]


async def test_hostile_envelopes_of_signals_never_break_the_run(served: Stack, waiting: RunRow) -> None:
    bad: dict[str, Any] = {"approved": []}
    envelopes: list[Any] = [
        {"id": 7, "at_step": "one", "by": ["x"], "channel": {}},
        {"id": "x" * 10_000, "at_step": True, "by": "x" * 10_000, "channel": "x" * 10_000},
        {"id": "", "at_step": 1.5, "by": None, "channel": None},
        {"id": "a\x00b", "by": "a\x00b", "channel": "a\x00b"},
        {"at_step": 10**30},
        {"at_step": -(10**30)},
        {"by": "<script>alert(1)</script>", "channel": "'; DROP TABLE run; --"},
        [],
        "meta",
        0,
        {"id": {"id": {"id": "deep"}}},
    ]
    for meta in envelopes:
        await served.signal(waiting.id, "decide", bad, meta)
    found = await rejections(served, waiting.id, len(envelopes) - 1)
    assert {one["code"] for one in found} <= {"invalid_payload", "answered"}
    assert all(len(one["by"]) <= 200 and len(one["channel"]) <= 32 for one in found)


UNREADABLE = {
    "an encoding nobody knows": Payload(metadata={"encoding": b"binary/nonsense"}, data=b"\x00\xff"),
    "no encoding": Payload(data=b"{}"),
    "no JSON": Payload(metadata={"encoding": b"json/plain"}, data=b'{"approved": tru'),
    "deep": Payload(metadata={"encoding": b"json/plain"}, data=b"[" * 5_000 + b"]" * 5_000),
    "NaN": Payload(metadata={"encoding": b"json/plain"}, data=b'{"approved": NaN}'),
    "half a surrogate pair": Payload(metadata={"encoding": b"json/plain"}, data=b'{"note": "\\ud83d"}'),
}


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("name", ["decide", "no_such_transition"])
async def test_payloads_that_cannot_be_read_never_break_the_run(
    served: Stack, waiting: RunRow, kind: str, name: str
) -> None:
    handle = (await served.client()).get_workflow_handle(waiting.id)
    unreadable = RawValue(UNREADABLE[kind])
    for args in ([unreadable], [{"approved": 1, "note": 7}, unreadable]):
        await handle.signal(name, args=args)
        with pytest.raises(WorkflowUpdateFailedError):
            await asyncio.wait_for(handle.execute_update(name, args=args), LIMIT)  # pyright: ignore[reportUnknownMemberType]


async def test_texts_that_postgresql_cannot_hold_never_break_a_run(
    temporal: DevServer, postgres_database: str, tmp_path: Path
) -> None:
    async with stack_on(temporal, postgres_database, tmp_path) as stack:
        await stack.worker()
        run_id = await stack.start("rounds", {"rounds": 2})
        await stack.run_is(run_id, "waiting")
        nul = "a\x00b"
        await stack.signal(run_id, "answer", "fine", {"id": nul, "by": nul, "channel": nul})
        await stack.signal(run_id, "later" + nul, nul, {"id": nul, "by": nul, "channel": nul})
        await stack.signal(run_id, "answer", nul)
        assert (await stack.run_is(run_id, "completed")).result == ["fine", nul]


async def test_a_flood_of_bad_signals_leaves_the_run_answerable(served: Stack, waiting: RunRow) -> None:
    await asyncio.gather(*(served.signal(waiting.id, f"nonsense_{number % 7}", number) for number in range(100)))
    assert len(await rejections(served, waiting.id, 100)) == 100
