"""Child runs on a real server: started with the commit, reported once, canceled with their parent."""

from __future__ import annotations

from typing import Any

import pytest

from loopstack_temporal.store.records import RunFilter, RunRow
from tests.support.stack import Stack, eventually


def children(stack: Stack, run_id: str) -> list[RunRow]:
    return list(stack.store.runs.page(RunFilter(parent_id=run_id, order="oldest")).items)


def links(stack: Stack, run_id: str) -> list[dict[str, Any]]:
    return [dict(doc.content) for doc in stack.store.documents.live(run_id) if doc.name == "link"]


@pytest.mark.requirement("CHILD-003", "CHILD-007", "CHILD-012", "CHILD-014", "CHILD-025")
async def test_children_start_with_the_commit_and_report_their_results(running: Stack) -> None:
    run_id = await running.start("boss", {"jobs": [{"text": "tea"}, {"text": "milk"}, {"text": "sugar"}]})
    row = await running.run_is(run_id, "completed")
    assert row.result == ["0 TEA", "1 MILK", "2 SUGAR"]
    found = children(running, run_id)
    assert [(child.id, child.parent_id, child.status) for child in found] == [
        (f"{run_id}-0-{number}", run_id, "completed") for number in range(3)
    ]
    assert {(child.workspace_id, child.user_id, child.root_id) for child in found} == {
        (row.workspace_id, row.user_id, run_id)
    }
    assert links(running, run_id) == [
        {"run_id": child.id, "label": f"Job {number}", "embed": True, "expanded": True}
        for number, child in enumerate(found)
    ]


@pytest.mark.requirement("CHILD-002", "CHILD-015", "FAILURE-001")
async def test_a_step_that_fails_leaves_no_child_and_the_one_that_works_leaves_each_once(running: Stack) -> None:
    run_id = await running.start("boss", {"jobs": [{"text": "tea"}, {"text": "milk"}], "first_fails": 2})
    row = await running.run_is(run_id, "completed")
    assert row.result == ["0 TEA", "1 MILK"]
    assert [child.id for child in children(running, run_id)] == [f"{run_id}-0-0", f"{run_id}-0-1"]
    assert len(links(running, run_id)) == 2
    saved = [data["name"] for kind, data in running.events(run_id) if kind == "document.saved"]
    assert sorted(saved) == ["error", "error", "link", "link"], "what failed attempts saved was never told"
    assert len(running.store.steps.get(run_id, 0).after["asked"]) == 2, "nor is their state left"


@pytest.mark.requirement("CHILD-008", "FAILURE-034", "FAILURE-035")
async def test_a_failed_child_ends_and_tells_its_parent_why(running: Stack) -> None:
    run_id = await running.start("boss", {"jobs": [{"text": "tea", "fails": True}, {"text": "milk"}]})
    row = await running.run_is(run_id, "completed")
    assert row.result == ["0 failed: no tea left", "1 MILK"]
    failed = children(running, run_id)[0]
    assert (failed.status, failed.can_retry) == ("failed", False) and failed.ended_at is not None


@pytest.mark.requirement("CHILD-008", "CHILD-016")
async def test_a_canceled_child_tells_its_parent(running: Stack) -> None:
    run_id = await running.start("boss", {"jobs": [{"asks": True}]})
    row = await running.run_is(run_id, "waiting")
    assert [(one.transition, one.kind) for one in row.awaiting] == [("heard", "child")]
    child = await running.run_is(f"{run_id}-0-0", "waiting")
    await (await running.client()).get_workflow_handle(child.id).cancel()
    row = await running.run_is(run_id, "completed")
    assert row.result == ["0 canceled: The child run `job` was canceled."]
    assert running.texts(child.id) == ["a question", "canceled in good order"]


@pytest.mark.requirement("FAILURE-036", "CHILD-013")
async def test_a_failed_child_goes_to_the_error_place_of_the_wait(running: Stack) -> None:
    run_id = await running.start("strict_boss", {"text": "tea", "fails": True})
    row = await running.run_is(run_id, "waiting", place="broken")
    assert row.has_error and row.error and "no tea left" in row.error.message
    assert links(running, run_id) == [], "a hidden child has no card"
    await running.trigger(run_id, "repair", "milk", at_step=row.next_step)
    assert (await running.run_is(run_id, "completed")).result == "repaired with milk"


@pytest.mark.requirement("FAILURE-035", "CHILD-013")
async def test_a_method_that_takes_only_the_payload_does_not_run_for_a_failed_child(running: Stack) -> None:
    run_id = await running.start("payload_boss", {"text": "tea", "fails": True})
    row = await running.run_is(run_id, "failed")
    assert row.can_retry and row.error and row.error.code == "child_failed"
    assert [link["embed"] for link in links(running, run_id)] == [False]
    # A person may say what the child should have given.
    await running.signal(run_id, "loopstack.retry", {"payload": "milk"})
    assert (await running.run_is(run_id, "completed")).result == "milk"


@pytest.mark.requirement("FAILURE-018")
async def test_a_child_that_recovered_from_its_error_place_reports_once_and_as_completed(running: Stack) -> None:
    run_id = await running.start("hopeful_boss")
    child = await running.run_is(f"{run_id}-0-0", "waiting", place="broken")
    assert child.has_error
    row = running.store.runs.get(run_id)
    assert row and row.next_step == 1, "being at the error place is no end"
    await running.trigger(child.id, "repair", "mended", at_step=child.next_step)
    assert not (await running.run_is(child.id, "completed")).has_error
    await eventually(lambda: (row := running.store.runs.get(run_id)) and row.next_step == 2, what="the report")
    await running.trigger(run_id, "enough", at_step=2)
    assert (await running.run_is(run_id, "completed")).result == ["completed mended"]


async def test_children_of_children_report_all_the_way_up(running: Stack) -> None:
    run_id = await running.start("grandparent", {"text": "tea"})
    row = await running.run_is(run_id, "completed")
    assert row.result == "0 TEA"
    grandchild = children(running, children(running, run_id)[0].id)[0]
    assert grandchild.root_id == run_id


@pytest.mark.requirement("FAILURE-031", "FAILURE-032")
async def test_cancel_ends_children_first_and_lets_everybody_have_the_last_word(running: Stack) -> None:
    run_id = await running.start("grandparent", {"asks": True})
    boss = (await eventually(lambda: children(running, run_id), what="the boss"))[0]
    job = (await eventually(lambda: children(running, boss.id), what="the job"))[0]
    await running.run_is(job.id, "waiting")
    await (await running.client()).get_workflow_handle(run_id).cancel()
    row = await running.run_is(run_id, "canceled")
    middle, last = running.store.runs.get(boss.id), running.store.runs.get(job.id)
    assert middle and last and (middle.status, last.status) == ("canceled", "canceled")
    assert last.ended_at and middle.ended_at and row.ended_at
    assert last.ended_at <= middle.ended_at <= row.ended_at, "depth first"
    assert running.texts(job.id) == ["a question", "canceled in good order"]


@pytest.mark.requirement("CHILD-010", "CHILD-024")
async def test_reports_that_come_twice_or_are_made_up_change_nothing(running: Stack) -> None:
    run_id = await running.start("boss", {"jobs": [{"text": "tea"}, {"asks": True}]})
    await eventually(lambda: (row := running.store.runs.get(run_id)) and row.next_step >= 2, what="the first report")
    first, second = f"{run_id}-0-0", f"{run_id}-0-1"
    report = {"child_id": first, "status": "completed", "callback": "heard"}
    for made_up in (
        report,
        report,
        {"child_id": "nobody", "status": "completed", "callback": "heard"},
        {"child_id": second, "status": "completed", "callback": "heard"},
        {"child_id": second, "status": "completed", "callback": "elsewhere"},
        {"child_id": first},
        "nonsense",
        None,
    ):
        await running.signal(run_id, "loopstack.child", made_up)
    await running.signal(run_id, "never", None, {"id": f"child:{second}:heard"})
    await running.trigger(second, "answer", "at last")
    row = await running.run_is(run_id, "completed")
    assert row.result == ["0 TEA", "1 at last"]
    assert "trigger.rejected" in [event for event, _ in running.events(run_id)]


@pytest.mark.requirement("CHILD-001", "CHILD-004")
async def test_wrong_calls_of_run_fail_in_the_body_and_leave_no_child(running: Stack) -> None:
    for wrong, text in (
        ("args", "number"),
        ("callback", "no such wait transition"),
        ("show", "a child is shown as"),
        ("name", "has no workflow"),
    ):
        run_id = await running.start("wrong_boss", {"text": wrong})
        row = await running.run_is(run_id, "failed")
        assert row.error and text in row.error.message, row.error
        assert children(running, run_id) == []


@pytest.mark.requirement("CHILD-009", "CHILD-010")
async def test_reports_are_neither_lost_nor_doubled_by_kills_and_new_histories(stack: Stack) -> None:
    worker = await stack.worker(LOOPSTACK_HISTORY_LIMIT="2")
    jobs = [{"text": str(number), "seconds": 0.1 * number} for number in range(8)]
    run_id = await stack.start("boss", {"jobs": jobs})
    await eventually(lambda: (row := stack.store.runs.get(run_id)) and row.next_step >= 3, what="some reports")
    await worker.kill()
    await worker.start()
    row = await stack.run_is(run_id, "completed", limit=180)
    assert row.result == [f"{number} {number}" for number in range(8)]
    assert (row.epoch > 1, len(children(stack, run_id))) == (True, 8)


async def test_children_of_undone_steps_are_nobodys_and_their_reports_are_refused(running: Stack) -> None:
    run_id = await running.start("boss", {"jobs": [{"asks": True}]})
    await running.run_is(f"{run_id}-0-0", "waiting")
    await running.temporal_cli("workflow", "reset", "-w", run_id, "--type", "FirstWorkflowTask", "--reason", "again")
    again = f"{run_id}-0-0-e2"
    row = await running.run_is(again, "waiting")
    await running.trigger(f"{run_id}-0-0", "answer", "too late")
    await eventually(
        lambda: any(kind == "trigger.rejected" for kind, _ in running.events(run_id)), what="the refusal of the report"
    )
    await running.trigger(again, "answer", "in time", at_step=row.next_step)
    assert (await running.run_is(run_id, "completed")).result == ["0 in time"]


@pytest.mark.requirement("CHILD-011")
async def test_tools_start_children_and_hand_on_whom_to_tell(running: Stack) -> None:
    run_id = await running.start("delegating", {"text": "tea"})
    row = await running.run_is(run_id, "completed")
    assert row.result == [f"{run_id}-0-0", f"{run_id}-0-0", "TEA"]
    assert [(link["label"], link["embed"]) for link in links(running, run_id)] == [("Delegated", False)]
    run_id = await running.start("delegating", {"text": "nobody"})
    row = await running.run_is(run_id, "failed")
    assert row.error and "`delegating` has no such wait transition; it has `heard`" in row.error.message
    assert children(running, run_id) == []
