"""A run started and driven with nothing but the plain Temporal CLI."""

from __future__ import annotations

import pytest

from tests.acceptance.test_resets import resting
from tests.support.stack import Stack, eventually

START = ("workflow", "start", "--type")


async def start(stack: Stack, workflow: str, run_id: str, *more: str) -> None:
    await stack.temporal_cli(*START, workflow, "--task-queue", stack.app, "--workflow-id", run_id, *more)


async def closed_as(stack: Stack, run_id: str) -> str:
    """How the CLI says that a workflow closed: one task after the row, which ends in the last step."""
    handle = (await stack.client()).get_workflow_handle(run_id)

    async def closed() -> bool:
        return (await handle.describe()).close_time is not None

    await eventually(closed, what=f"the close of {run_id}")
    described = await stack.temporal_cli("workflow", "describe", "--workflow-id", run_id)
    return described["workflowExecutionInfo"]["status"]


@pytest.mark.requirement("TEMPORAL-005", "TEMPORAL-006", "TEMPORAL-007", "ENGINE-027", "ENGINE-061")
async def test_a_review_is_started_queried_and_answered_by_update(running: Stack) -> None:
    await start(running, "review", "cli-1-r1", "--input", '{"topic": "tea"}')
    row = await resting(running, "cli-1-r1")
    assert (row.place, row.args, row.user_id) == ("waiting_for_approval", {"topic": "tea"}, "local")
    assert running.texts("cli-1-r1") == ["All about tea."]

    answer = await running.temporal_cli("workflow", "query", "--workflow-id", "cli-1-r1", "--name", "loopstack.state")
    state = answer["queryResult"][0]
    assert (state["status"], state["place"], state["step"]) == ("waiting", "waiting_for_approval", 1)
    assert state["awaiting"] == ["decide"]

    status, _, error = await running.temporal_cli(
        *("workflow", "update", "execute", "--workflow-id", "cli-1-r1", "--name", "decide", "--input", '{"note": 1}'),
        check=False,
    )
    assert status == 1 and "approved: Field required" in error

    await running.temporal_cli(
        *("workflow", "update", "execute", "--workflow-id", "cli-1-r1", "--name", "decide"),
        *("--input", '{"approved": true}'),
    )
    row = await running.run_is("cli-1-r1", "completed")
    assert (row.place, row.result) == ("end", {"approved": True, "note": ""})
    assert await closed_as(running, "cli-1-r1") == "WORKFLOW_EXECUTION_STATUS_COMPLETED"


@pytest.mark.requirement("TEMPORAL-006")
async def test_a_signal_sent_before_any_worker_runs_is_applied(stack: Stack) -> None:
    await start(stack, "review", "r1")
    await stack.temporal_cli(
        *("workflow", "signal", "--workflow-id", "r1", "--name", "decide", "--input", '{"approved": false}')
    )
    await stack.worker()
    row = await stack.run_is("r1", "completed")
    assert row.result == {"approved": False, "note": ""}


@pytest.mark.requirement("TEMPORAL-005", "ENGINE-051")
async def test_bad_arguments_end_the_run_visibly_with_field_errors(running: Stack) -> None:
    await start(running, "review", "cli-3-bad", "--input", '{"topic": 7}')
    await start(running, "even", "cli-3-odd", "--input", '{"number": 3}')
    await start(running, "review", "cli-3-list", "--input", "[1]", "--input", "2")
    row = await running.run_is("cli-3-bad", "failed")
    assert row.error and row.error.code == "invalid_args"
    assert row.error.details["fields"] == [
        {"path": ["topic"], "message": "Input should be a valid string", "code": "string_type"}
    ]
    odd = await running.run_is("cli-3-odd", "failed")
    assert odd.error and "only even numbers" in odd.error.message
    assert (await running.run_is("cli-3-list", "failed")).can_retry is False
    assert await closed_as(running, "cli-3-bad") == "WORKFLOW_EXECUTION_STATUS_FAILED"


@pytest.mark.requirement("ENGINE-040", "ENGINE-041")
async def test_unknown_and_unfitting_signals_are_recorded_and_change_nothing(running: Stack) -> None:
    await start(running, "review", "cli-4-r1")
    before = await running.run_is("cli-4-r1", "waiting")
    signal = ("workflow", "signal", "--workflow-id", "cli-4-r1", "--name")
    await running.temporal_cli(*signal, "no_such_thing", "--input", '"x"')
    await running.temporal_cli(*signal, "decide", "--input", '{"approved": []}', "--input", "[]", "--input", "3")
    await running.temporal_cli(*signal, "decide")

    def rejections() -> list[str] | None:
        found = [data["code"] for kind, data in running.events("cli-4-r1") if kind == "trigger.rejected"]
        return found if len(found) == 3 else None

    assert await eventually(rejections) == ["unknown_trigger", "invalid_payload", "invalid_payload"]
    after = await running.run_is("cli-4-r1", "waiting")
    assert (after.place, after.next_step) == (before.place, before.next_step)
    await running.temporal_cli(*signal, "decide", "--input", '{"approved": true}')
    await running.run_is("cli-4-r1", "completed")


@pytest.mark.requirement("TEMPORAL-004", "TEMPORAL-001")
async def test_web_and_cli_list_the_real_messages_with_descriptions(running: Stack) -> None:
    await start(running, "review", "cli-5-r1")
    await resting(running, "cli-5-r1")
    answered = await running.temporal_cli("workflow", "metadata", "--workflow-id", "cli-5-r1")
    metadata = answered["queryResult"][0]
    definition = metadata["definition"]
    names = [entry["name"] for entry in definition["updateDefinitions"]]
    reserved = ["loopstack.move", "loopstack.pause", "loopstack.resume", "loopstack.retry", "loopstack.stop"]
    assert names == ["decide", *reserved]
    assert sorted(entry["name"] for entry in definition["signalDefinitions"]) == sorted([*names, "loopstack.child"])
    assert definition["updateDefinitions"][0]["description"] == "Review: waiting_for_approval → end"
    assert metadata["currentDetails"].startswith("Waiting at `waiting_for_approval` for `decide`")
    history = await running.temporal_cli("workflow", "show", "--workflow-id", "cli-5-r1")
    scheduled = next(e for e in history["events"] if e["eventType"] == "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED")
    attributes = scheduled["activityTaskScheduledEventAttributes"]
    assert (attributes["activityType"]["name"], attributes["activityId"]) == ("review.generate", "0-generate")
    assert "start → waiting_for_approval" in str(scheduled["userMetadata"]) or scheduled["userMetadata"]


@pytest.mark.requirement("TEMPORAL-008", "FAILURE-029", "FAILURE-030")
async def test_cancel_ends_a_waiting_run_and_a_running_body(running: Stack) -> None:
    await start(running, "review", "cli-6-waits")
    await start(running, "sleeper", "cli-6-sleeps")
    await running.run_is("cli-6-waits", "waiting")
    await running.run_is("cli-6-sleeps", "running")
    for run_id in ("cli-6-waits", "cli-6-sleeps"):
        await running.temporal_cli("workflow", "cancel", "--workflow-id", run_id)
    for run_id in ("cli-6-waits", "cli-6-sleeps"):
        row = await running.run_is(run_id, "canceled")
        assert row.ended_at is not None
        assert await closed_as(running, run_id) == "WORKFLOW_EXECUTION_STATUS_CANCELED"


@pytest.mark.requirement("ENGINE-070", "ENGINE-030")
async def test_a_timer_fires_when_nobody_answers_and_is_gone_when_somebody_does(running: Stack) -> None:
    await start(running, "reminder", "cli-7-late")
    await start(running, "reminder", "cli-7-quick", "--input", '{"seconds": 3600}')
    row = await running.run_is("cli-7-quick", "waiting")
    assert [(one.transition, one.kind, one.due is not None) for one in row.awaiting] == [
        ("answer", "person", True),
        ("expire", "timer", True),
    ]
    await running.temporal_cli(
        *("workflow", "signal", "--workflow-id", "cli-7-quick", "--name", "answer", "--input", '"here"')
    )
    assert (await running.run_is("cli-7-quick", "completed")).result == "here"
    assert (await running.run_is("cli-7-late", "completed")).result == "expired"
