"""`temporal workflow reset`: what came after the reset point is void, and the run goes on from there."""

from __future__ import annotations

from typing import Any

import pytest

from loopstack_temporal.runs import Applied
from loopstack_temporal.store.records import RunRow
from tests.support.requests import answer, get
from tests.support.stack import Stack, eventually

NOTHING_AGAIN = ("--reapply-exclude", "All")


async def reset(stack: Stack, run_id: str, *how: str) -> None:
    """Reset a run as an operator does."""
    await stack.temporal_cli("workflow", "reset", "--workflow-id", run_id, "--reason", "a test", *how)


async def to_rest_after(stack: Stack, run_id: str, activity_id: str) -> tuple[str, str]:
    """Where to reset to: the workflow task that followed a step, so that the run stands right after it."""
    history = await stack.temporal_cli("workflow", "show", "--workflow-id", run_id)
    scheduled: str | None = None
    done = False
    for event in history["events"]:
        kind: str = event["eventType"]
        facts: dict[str, Any] = event.get("activityTaskScheduledEventAttributes") or {}
        if facts.get("activityId") == activity_id:
            scheduled = event["eventId"]
        completed: dict[str, Any] = event.get("activityTaskCompletedEventAttributes") or {}
        done = done or (scheduled is not None and completed.get("scheduledEventId") == scheduled)
        if done and kind == "EVENT_TYPE_WORKFLOW_TASK_COMPLETED":
            return "--event-id", event["eventId"]
    raise AssertionError(f"no workflow task after {activity_id}")


async def resting(stack: Stack, run_id: str) -> RunRow:
    """A run that waits, for Temporal as well: an answer sent earlier may stand in the history before the step's end."""
    row = await stack.run_is(run_id, "waiting")
    handle = (await stack.client()).get_workflow_handle(run_id)

    async def nothing_pending() -> bool:
        described = (await handle.describe()).raw_description
        return not described.pending_activities and not described.HasField("pending_workflow_task")

    await eventually(nothing_pending, what="the rest of the workflow")
    return row


async def answered(stack: Stack, answers: dict[str, str], *, by: str = "update") -> str:
    """A run of `stages` that got these answers."""
    run_id = await stack.start("stages")
    for step, (transition, payload) in enumerate(answers.items(), 1):
        row = await resting(stack, run_id)
        if by == "signal":
            await stack.signal(run_id, transition, payload)
        else:
            assert isinstance(await stack.trigger(run_id, transition, payload, at_step=row.next_step), Applied)
        await eventually(lambda step=step: _next_step(stack, run_id) == step + 1, what=transition)
    return run_id


def _next_step(stack: Stack, run_id: str) -> int:
    row = stack.store.runs.get(run_id)
    return row.next_step if row else -1


def rewinds(stack: Stack, run_id: str) -> list[tuple[int, int]]:
    return [(data["step"], data["epoch"]) for kind, data in stack.events(run_id) if kind == "run.rewound"]


async def rewound(stack: Stack, run_id: str, count: int = 1) -> None:
    await eventually(lambda: len(rewinds(stack, run_id)) == count, what="the rewind")


async def test_a_waiting_run_goes_back_to_an_earlier_wait_and_is_answered_again(running: Stack) -> None:
    run_id = await answered(running, {"first": "a"})
    assert running.texts(run_id) == ["latest: a", "a"]
    await reset(running, run_id, *await to_rest_after(running, run_id, "0-begin"), *NOTHING_AGAIN)

    await rewound(running, run_id)
    row = await running.run_is(run_id, "waiting", place="one")
    assert (row.next_step, row.epoch, [one.transition for one in row.awaiting]) == (1, 2, ["first"])
    assert rewinds(running, run_id) == [(1, 2)]
    assert running.texts(run_id) == ["nothing yet"], "what the undone step replaced is back"
    assert [step.step for step in running.store.steps.page(run_id).items] == [0]

    assert isinstance(await running.trigger(run_id, "first", "b", at_step=1), Applied)
    assert isinstance(await running.trigger(run_id, "second", "c", at_step=2), Applied)
    assert (await running.run_is(run_id, "completed")).result == ["b", "c"]
    assert running.texts(run_id) == ["latest: c", "b", "c"]


async def test_a_completed_run_is_open_again_and_completes_with_another_answer(running: Stack) -> None:
    run_id = await answered(running, {"first": "a", "second": "b"})
    ended = await running.run_is(run_id, "completed")
    assert ended.ended_at is not None
    await reset(running, run_id, *await to_rest_after(running, run_id, "1-first"), *NOTHING_AGAIN)

    await rewound(running, run_id)
    row = await running.run_is(run_id, "waiting", place="two")
    assert (row.ended_at, row.result, row.next_step) == (None, None, 2)
    assert running.texts(run_id) == ["latest: a", "a"]
    assert isinstance(await running.trigger(run_id, "second", "c", at_step=2), Applied)
    assert (await running.run_is(run_id, "completed")).result == ["a", "c"]
    assert running.texts(run_id) == ["latest: c", "a", "c"]


async def test_signals_that_temporal_sends_again_apply_again(running: Stack) -> None:
    run_id = await answered(running, {"first": "a", "second": "b"}, by="signal")
    await running.run_is(run_id, "completed")
    await reset(running, run_id, *await to_rest_after(running, run_id, "0-begin"))

    await rewound(running, run_id)
    row = await running.run_is(run_id, "completed")
    assert (row.result, row.epoch) == (["a", "b"], 2)
    assert running.texts(run_id) == ["latest: b", "a", "b"]
    assert [step.step for step in running.store.steps.page(run_id).items] == [0, 1, 2]


async def test_of_updates_that_temporal_sends_again_those_in_reach_apply_and_the_run_waits_for_the_rest(
    running: Stack,
) -> None:
    run_id = await answered(running, {"first": "a", "second": "b"}, by="update")
    await running.run_is(run_id, "completed")
    await reset(running, run_id, *await to_rest_after(running, run_id, "0-begin"))

    await rewound(running, run_id)
    await running.run_is(run_id, "waiting", place="two")
    assert running.texts(run_id) == ["latest: a", "a"]
    assert isinstance(await running.trigger(run_id, "second", "c", at_step=2), Applied)
    assert (await running.run_is(run_id, "completed")).result == ["a", "c"]


async def test_a_signal_kept_before_the_reset_point_is_delivered_again(running: Stack) -> None:
    run_id = await running.start("stages")
    await running.run_is(run_id, "waiting", place="one")
    await running.signal(run_id, "second", "early")
    await eventually(lambda: "trigger.kept" in [kind for kind, _ in running.events(run_id)], what="the note")
    await running.signal(run_id, "first", "a")
    await running.run_is(run_id, "completed")
    await reset(running, run_id, *await to_rest_after(running, run_id, "1-first"), *NOTHING_AGAIN)

    await rewound(running, run_id)
    assert (await running.run_is(run_id, "completed")).result == ["a", "early"]
    assert running.texts(run_id) == ["latest: early", "a", "early"]


async def test_a_reset_to_the_first_task_begins_anew_with_the_same_arguments(running: Stack) -> None:
    run_id = await running.start("review", {"topic": "rye"})
    before = await running.run_is(run_id, "waiting")
    await running.trigger(run_id, "decide", {"approved": False})
    await running.run_is(run_id, "completed")
    await reset(running, run_id, "--type", "FirstWorkflowTask", *NOTHING_AGAIN)

    await rewound(running, run_id)
    row = await running.run_is(run_id, "waiting")
    assert (row.epoch, row.next_step, row.number, row.args) == (2, 1, before.number, {"topic": "rye"})
    assert running.texts(run_id) == ["All about rye."]
    assert isinstance(await running.trigger(run_id, "decide", {"approved": True}, at_step=1), Applied)
    assert (await running.run_is(run_id, "completed")).result == {"approved": True, "note": ""}


async def test_a_run_can_be_reset_again_and_again(running: Stack) -> None:
    run_id = await answered(running, {"first": "a", "second": "b"})
    for number, activity in enumerate(("1-first", "0-begin", "0-begin"), 1):
        await reset(running, run_id, *await to_rest_after(running, run_id, activity), *NOTHING_AGAIN)
        await rewound(running, run_id, number)
        row = await running.run_is(run_id, "waiting")
        assert row.epoch == number + 1
        for step in range(row.next_step, 3):
            await resting(running, run_id)
            name = ("first", "second")[step - 1]
            assert isinstance(await running.trigger(run_id, name, f"{number}{name}", at_step=step), Applied)
        await running.run_is(run_id, "completed")
    row = await running.run_is(run_id, "completed")
    assert row.result == ["3first", "3second"]
    assert running.texts(run_id) == ["latest: 3second", "3first", "3second"]


async def test_the_api_shows_the_reset_run_and_answers_it(served: Stack) -> None:
    run_id = await answered(served, {"first": "a"})
    await reset(served, run_id, *await to_rest_after(served, run_id, "0-begin"), *NOTHING_AGAIN)
    await rewound(served, run_id)
    [awaited] = (await get(served, f"/runs/{run_id}"))["awaiting"]
    assert (awaited["transition"], awaited["step"]) == ("first", 1)
    reply = await answer(served, run_id, "first", "b", step=1)
    assert (reply.status_code, reply.json()["place"]) == (200, "two"), reply.text
    shown = await get(served, f"/runs/{run_id}/documents")
    assert [document["content"]["markdown"] for document in shown["items"]] == ["latest: b", "b"]


@pytest.mark.parametrize("at", ["the last task", "the first task"])
async def test_a_run_that_went_on_in_a_fresh_history_can_be_reset_in_it(stack: Stack, at: str) -> None:
    await stack.worker(LOOPSTACK_HISTORY_LIMIT="3")
    run_id = await stack.start("rounds", {"rounds": 6})
    for number in range(4):
        row = await stack.run_is(run_id, "waiting")
        assert isinstance(await stack.trigger(run_id, "answer", str(number), at_step=row.next_step), Applied)
        await eventually(lambda number=number: len(stack.texts(run_id)) == number + 1, what="the answer")
    epoch = (await stack.run_is(run_id, "waiting")).epoch
    assert epoch > 1
    shown = await stack.temporal_cli("workflow", "show", "--workflow-id", run_id)
    kinds = [event["eventType"] for event in shown["events"]]
    task = len(kinds) - kinds[::-1].index("EVENT_TYPE_WORKFLOW_TASK_COMPLETED")
    how = ("--event-id", str(task)) if at == "the last task" else ("--type", "FirstWorkflowTask")
    await reset(stack, run_id, *how, *NOTHING_AGAIN)
    await eventually(lambda: (row := stack.store.runs.get(run_id)) and row.epoch > epoch, what="the reset")
    while (row := await stack.run_is(run_id, "waiting", "completed")).status == "waiting":
        await stack.trigger(run_id, "answer", "again", at_step=row.next_step)
        await eventually(lambda step=row.next_step: _next_step(stack, run_id) > step, what="the answer")
    assert row.result is not None and (len(row.result), row.result[-1]) == (6, "again")
