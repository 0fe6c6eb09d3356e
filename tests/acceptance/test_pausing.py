"""Pause, resume and move, by Temporal's own messages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from loopstack_temporal.runs import Applied, Recorded, Refused
from tests.support.stack import Stack, eventually


async def pause(stack: Stack, run_id: str) -> None:
    await stack.temporal_cli("workflow", "signal", "-w", run_id, "--name", "loopstack.pause")
    await stack.run_is(run_id, "paused")


async def resume(stack: Stack, run_id: str) -> None:
    await stack.temporal_cli("workflow", "signal", "-w", run_id, "--name", "loopstack.resume")


@pytest.mark.requirement("ENGINE-074")
async def test_a_pause_lets_the_step_end_and_starts_no_other(running: Stack, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    run_id = await running.start("slow", {"gate": str(gate)})
    await eventually(lambda: running.store.runs.get(run_id) is not None, what="the row")
    await running.temporal_cli("workflow", "signal", "-w", run_id, "--name", "loopstack.pause")
    await eventually(lambda: (row := running.store.runs.get(run_id)) and row.paused_by, what="the pause in the row")
    gate.touch()
    row = await running.run_is(run_id, "paused", place="one")
    assert (row.paused_by, row.next_step) == ("local", 1)
    state = await running.temporal_cli("workflow", "query", "-w", run_id, "--name", "loopstack.state")
    assert state["queryResult"][0]["status"] == "paused"
    await resume(running, run_id)
    row = await running.run_is(run_id, "waiting", place="two")
    assert row.paused_at is None


@pytest.mark.requirement("ENGINE-074")
async def test_answers_that_come_during_a_pause_are_queued_and_applied_after_it(running: Stack) -> None:
    run_id = await running.start("slow")
    row = await running.run_is(run_id, "waiting")
    await pause(running, run_id)
    first = await running.trigger(run_id, "answer", "by update", at_step=row.next_step)
    assert first == Recorded(durable=True, queued=True)
    await running.signal(run_id, "answer", "by signal")
    assert isinstance(await running.trigger(run_id, "nothing_like_it"), Refused)
    assert (await running.run_is(run_id, "paused")).next_step == row.next_step
    await resume(running, run_id)
    assert (await running.run_is(run_id, "completed")).result == ["first", "second", "by update"]


async def test_pausing_twice_or_resuming_what_runs_is_refused_as_an_update(running: Stack) -> None:
    run_id = await running.start("slow")
    await running.run_is(run_id, "waiting")
    resumed = await running.trigger(run_id, "loopstack.resume")
    assert isinstance(resumed, Refused) and resumed.code == "no_effect"
    assert await running.trigger(run_id, "loopstack.pause") == Recorded(durable=True)
    again = await running.trigger(run_id, "loopstack.pause")
    assert isinstance(again, Refused) and again.code == "no_effect"
    await running.run_is(run_id, "paused")


@pytest.mark.requirement("ENGINE-070")
async def test_a_deadline_goes_on_during_a_pause_and_fires_after_it(running: Stack) -> None:
    run_id = await running.start("reminder", {"seconds": 5})
    row = await running.run_is(run_id, "waiting")
    await running.signal(run_id, "loopstack.pause")
    await running.run_is(run_id, "paused")
    due = row.awaiting[-1].due
    assert due is not None
    await eventually(lambda: datetime.now(UTC) > due, what="the deadline")
    assert (await running.run_is(run_id, "paused")).next_step == row.next_step
    await resume(running, run_id)
    assert (await running.run_is(run_id, "completed")).result == "expired"


@pytest.mark.requirement("ENGINE-072")
async def test_a_question_expires_in_spite_of_its_reminders(running: Stack) -> None:
    run_id = await running.start("insistent")
    first = await running.run_is(run_id, "waiting")
    expiry = {one.transition: one.due for one in first.awaiting}["expire"]
    seen: set[object] = set()

    def ended() -> bool:
        row = running.store.runs.get(run_id)
        assert row is not None
        seen.update(one.due for one in row.awaiting if one.transition == "expire")
        return row.ended_at is not None

    await eventually(ended, what="the expiry")
    assert seen == {expiry}
    steps = [step.transition for step in running.store.steps.page(run_id).items]
    assert steps[:2] == ["begin", "remind"] and steps[-1] == "expire"
    assert (await running.run_is(run_id, "completed")).result == ["reminded"] * (len(steps) - 2)


@pytest.mark.requirement("FAILURE-029")
async def test_a_paused_run_can_be_canceled(running: Stack) -> None:
    run_id = await running.start("slow")
    await running.run_is(run_id, "waiting")
    await pause(running, run_id)
    await running.temporal_cli("workflow", "cancel", "-w", run_id)
    await running.run_is(run_id, "canceled")


async def test_a_pause_outlives_the_worker_and_its_history(stack: Stack) -> None:
    worker = await stack.worker(LOOPSTACK_HISTORY_LIMIT="1")
    run_id = await stack.start("slow")
    await stack.run_is(run_id, "waiting")
    await stack.temporal_cli("workflow", "signal", "-w", run_id, "--name", "loopstack.pause")
    await stack.run_is(run_id, "paused")
    await stack.signal(run_id, "answer", "kept")
    await worker.kill()
    await worker.start()
    await stack.temporal_cli("workflow", "signal", "-w", run_id, "--name", "loopstack.resume")
    assert (await stack.run_is(run_id, "completed")).result == ["first", "second", "kept"]


@pytest.mark.requirement("TEMPORAL-019")
async def test_a_run_that_stands_still_can_be_moved_to_any_of_its_places(running: Stack) -> None:
    run_id = await running.start("slow")
    await running.run_is(run_id, "waiting", place="two")
    moved = await running.trigger(run_id, "loopstack.move", {"place": "aside"})
    assert moved == Applied(2, "aside")
    row = await running.run_is(run_id, "waiting", place="aside")
    assert [one.transition for one in row.awaiting] == ["leave"]
    await running.temporal_cli(
        "workflow", "signal", "-w", run_id, "--name", "loopstack.move", "--input", '{"place":"two"}'
    )
    row = await running.run_is(run_id, "waiting", place="two")
    # With its step it is held until the workflow hears of the commit that the row tells already.
    assert not isinstance(await running.trigger(run_id, "answer", "back", at_step=row.next_step), Refused)
    assert (await running.run_is(run_id, "completed")).result == ["first", "second", "back"]


async def test_a_parked_run_can_be_moved_away_from_what_failed(running: Stack) -> None:
    run_id = await running.start("payload_boss", {"fails": True})
    row = await running.run_is(run_id, "failed")
    moved = await running.trigger(run_id, "loopstack.move", {"place": "collecting"}, at_step=row.next_step)
    assert moved == Applied(row.next_step, "collecting")
    row = await running.run_is(run_id, "waiting")
    assert not row.has_error
    await running.trigger(run_id, "heard", "by hand")
    assert (await running.run_is(run_id, "completed")).result == "by hand"


@pytest.mark.parametrize("payload", [{"place": "nowhere"}, {"place": "end"}, {"place": 3}, {}, "two", None])
async def test_a_move_to_no_place_is_refused_and_nothing_changes(running: Stack, payload: object) -> None:
    run_id = await running.start("slow")
    row = await running.run_is(run_id, "waiting")
    moved = await running.trigger(run_id, "loopstack.move", payload)
    assert isinstance(moved, Refused) and moved.code == "invalid_payload"
    assert "start, one, two" in moved.message
    await running.trigger(run_id, "answer", "still here")
    done = await running.run_is(run_id, "completed")
    assert (done.result, done.epoch) == (["first", "second", "still here"], row.epoch)
