"""Fan-out and sequence on a real server."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.store.records import RunFilter, RunRow
from tests.support.apps import app
from tests.support.stack import Stack, eventually

Item = dict[str, Any]


def children(stack: Stack, run_id: str) -> list[RunRow]:
    return list(stack.store.runs.page(RunFilter(parent_id=run_id, order="oldest"), limit=100).items)


def job(text: str, **more: Any) -> Item:
    return {"workflow": "job", "args": {"text": text, **more}, "show": "link"}


async def completed(stack: Stack, workflow: str, **args: Any) -> tuple[str, Any]:
    run_id = await stack.start(workflow, args)
    return run_id, (await stack.run_is(run_id, "completed", limit=180)).result


@pytest.mark.requirement("CHILD-017")
async def test_the_children_of_a_fan_out_run_at_the_same_time(running: Stack) -> None:
    meeting = {"workflow": "meeting", "args": {"name": uuid4().hex, "size": 20}, "show": "hidden"}
    run_id, result = await completed(running, "fan_out", items=[meeting] * 20)
    assert [one["key"] for one in result["results"]] == [str(number) for number in range(20)]
    assert sorted(one["data"] for one in result["results"]) == list(range(1, 21)), "nobody left before all were there"
    assert (result["has_errors"], result["error_count"]) == (False, 0)
    assert {child.parent_step for child in children(running, run_id)} == {0}, "all with one commit"


async def test_a_limit_keeps_the_others_waiting_for_their_turn(running: Stack) -> None:
    meeting = {"workflow": "meeting", "args": {"name": uuid4().hex, "size": 3}, "show": "hidden"}
    run_id, result = await completed(running, "fan_out", items=[meeting] * 9, concurrency=3)
    assert max(one["data"] for one in result["results"]) == 3
    assert len(children(running, run_id)) == 9


@pytest.mark.requirement("CHILD-018", "CHILD-022")
async def test_the_first_failure_cancels_the_other_children(running: Stack) -> None:
    items = {"asks": job("coffee", asks=True), "fails": job("tea", fails=True), "late": job("milk")}
    run_id, result = await completed(running, "fan_out", items=items, concurrency=2)
    assert {key: (one["status"], one["error"]) for key, one in result["results"].items()} == {
        "asks": ("canceled", "A sibling's failure canceled this child."),
        "fails": ("failed", "no tea left"),
        "late": ("skipped", "An earlier item failed, so this one was not started."),
    }
    assert (result["has_errors"], result["error_count"]) == (True, 3)
    assert [child.status for child in children(running, run_id)] == ["canceled", "failed"]


@pytest.mark.requirement("CHILD-019")
async def test_all_settled_lets_every_child_reach_its_end(running: Stack) -> None:
    items = [job("coffee", asks=True), job("tea", fails=True) | {"label": "tea"}, job("milk")]
    run_id = await running.start("fan_out", {"items": items, "mode": "allSettled"})
    asking = (await eventually(lambda: children(running, run_id), what="the children"))[0]
    await eventually(lambda: [c.status for c in children(running, run_id)] == ["waiting", "failed", "completed"])
    row = await running.run_is(asking.id, "waiting")
    await running.trigger(asking.id, "answer", "yes", at_step=row.next_step)
    result = (await running.run_is(run_id, "completed")).result
    assert [(one["key"], one["status"], one["data"]) for one in result["results"]] == [
        ("0", "completed", "yes"),
        ("tea", "failed", None),
        ("2", "completed", "MILK"),
    ]


@pytest.mark.requirement("CHILD-021")
@pytest.mark.parametrize(("mode", "last"), [("all", "skipped"), ("allSettled", "completed")])
async def test_a_sequence_goes_on_after_a_failure_only_if_it_is_told_to(running: Stack, mode: str, last: str) -> None:
    items = {"first": job("coffee"), "second": job("tea", fails=True), "third": job("milk")}
    run_id, result = await completed(running, "sequence", items=items, mode=mode)
    assert {key: one["status"] for key, one in result["results"].items()} == {
        "first": "completed",
        "second": "failed",
        "third": last,
    }
    if last == "skipped":
        assert result["results"]["third"]["error"] == "An earlier item failed, so this one was not started."
    spans = [(child.created_at, child.ended_at) for child in children(running, run_id)]
    assert all(end and end <= begin for (_, end), (begin, _) in pairwise(spans)), "never two"


@pytest.mark.requirement("CHILD-020")
@pytest.mark.parametrize("flow", ["fan_out", "sequence"])
async def test_nothing_to_do_is_done_at_once(running: Stack, flow: str) -> None:
    assert (await completed(running, flow, items=[]))[1] == {"results": [], "has_errors": False, "error_count": 0}
    assert (await completed(running, flow, items={}))[1]["results"] == {}


@pytest.mark.requirement("CHILD-020")
@pytest.mark.parametrize("flow", ["fan_out", "sequence"])
async def test_items_that_cannot_start_are_refused_before_any_child_starts(running: Stack, flow: str) -> None:
    limit = {"concurrency": 1} if flow == "fan_out" else {}
    for wrong, text in (
        ({"workflow": "nobody"}, "has no workflow `nobody`"),
        ({"workflow": "number", "args": {"number": "many"}}, "number"),
    ):
        run_id = await running.start(flow, {"items": [job("tea"), wrong], **limit})
        row = await running.run_is(run_id, "failed")
        assert row.error and text in row.error.message
        assert children(running, run_id) == []


@pytest.mark.requirement("CHILD-006", "CHILD-023")
async def test_parents_take_the_outcomes_as_models(running: Stack) -> None:
    assert not {"number", "fan_out", "sequence"} & set(resolve(app).listed), "nobody lists what is only a child"
    fan_out, sequence = await running.start("fan_out_parent", {"number": 4}), await running.start("sequence_parent")
    row = await running.run_is(fan_out, "completed")
    assert row.result == {"type": "FanOutResult", "total": 6, "errors": 0}
    assert (await running.run_is(sequence, "completed")).result == ["JOB 0"]


async def test_a_canceled_fan_out_takes_its_children_with_it(running: Stack) -> None:
    run_id = await running.start("fan_out", {"items": [job("a", asks=True), job("b", asks=True)]})
    await eventually(lambda: [child.status for child in children(running, run_id)] == ["waiting", "waiting"])
    await (await running.client()).get_workflow_handle(run_id).cancel()
    await running.run_is(run_id, "canceled")
    assert [child.status for child in children(running, run_id)] == ["canceled", "canceled"]


@pytest.mark.requirement("CHILD-024")
async def test_reports_that_come_twice_do_not_end_a_fan_out_early(running: Stack) -> None:
    run_id = await running.start("fan_out", {"items": [job("tea"), job("milk", asks=True)]})
    first, second = f"{run_id}-0-0", f"{run_id}-0-1"
    await eventually(lambda: (row := running.store.runs.get(run_id)) and row.next_step >= 2, what="the first report")
    for _ in range(3):
        await running.signal(
            run_id, "loopstack.child", {"child_id": first, "status": "completed", "callback": "child_ended"}
        )
    row = await running.run_is(second, "waiting")
    await running.trigger(second, "answer", "at last", at_step=row.next_step)
    result = (await running.run_is(run_id, "completed")).result
    assert [one["data"] for one in result["results"]] == ["TEA", "at last"]
