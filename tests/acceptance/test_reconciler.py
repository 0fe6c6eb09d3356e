"""What operators do to workflows behind our back: rows tell the truth, parents hear of it, nothing *runs* for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from temporalio.client import WorkflowHandle

from loopstack_temporal.runs import Applied
from loopstack_temporal.store.idempotency import KEPT_FOR
from loopstack_temporal.store.records import RunRow
from loopstack_temporal.store.tables import idempotency
from loopstack_temporal.temporal.client import TemporalRuns
from loopstack_temporal.temporal.devserver import DevServer
from loopstack_temporal.temporal.reconciler import Reconciler
from loopstack_temporal.temporal.settings import WorkerSettings
from tests.acceptance.test_resets import NOTHING_AGAIN, reset, resting, rewound, to_rest_after
from tests.support.stack import Program, Stack, eventually, stack_on

OFTEN = {"LOOPSTACK_RECONCILE_EVERY": "0.4", "LOOPSTACK_STARTS_AFTER": "0.4"}


@pytest.fixture
async def crew(temporal: DevServer, postgres_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """An application on PostgreSQL, which admits several workers."""
    async with stack_on(temporal, postgres_database, tmp_path) as made:
        yield made


async def attentive(stack: Stack, **more: str) -> Program:
    """A worker that looks at what happens outside several times a second."""
    return await stack.worker(**OFTEN, **more)


async def reconciler(stack: Stack, name: str = "a test") -> Reconciler:
    """A reconciler whose rounds the test counts. Its lease is as short as the rounds of a worker in a hurry."""
    client = await stack.client()
    settings = WorkerSettings(reconcile_every=0.01, starts_after=0.01)
    return Reconciler(stack.app, name, client, TemporalRuns(client), stack.store, settings)


async def terminate(stack: Stack, run_id: str) -> None:
    await stack.temporal_cli("workflow", "terminate", "-w", run_id, "--reason", "no longer needed")


async def ended(stack: Stack, run_id: str, status: str = "failed") -> RunRow:
    """Wait until the row of a run has ended."""

    def look() -> RunRow | None:
        row = stack.store.runs.get(run_id)
        return row if row and row.ended_at is not None else None

    row = await eventually(look, what=f"the end of {run_id}")
    assert row.status == status, row
    return row


def endings(stack: Stack, run_id: str) -> list[dict[str, Any]]:
    return [data for kind, data in stack.events(run_id) if kind == "run.changed" and data["ended_at"]]


# --- ended by force --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("TEMPORAL-008")
async def test_a_waiting_run_that_was_terminated_is_shown_as_ended_with_the_reason(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("review")
    await stack.run_is(run_id, "waiting")
    await terminate(stack, run_id)
    row = await ended(stack, run_id)
    assert row.error and row.error.code == "terminated_outside" and "no longer needed" in row.error.message
    assert (row.can_retry, row.awaiting) == (False, ())
    [told] = endings(stack, run_id)
    assert (told["status"], told["error_message"]) == ("failed", row.error.message)


async def test_a_running_run_that_was_terminated_ends_and_its_body_writes_nothing_more(
    stack: Stack, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    worker = await attentive(stack)
    run_id = await stack.start("slow", {"gate": str(gate)})
    await stack.run_is(run_id, "running")
    await terminate(stack, run_id)
    row = await ended(stack, run_id)
    gate.touch()
    await worker.stop()  # So nothing can come of the body any more.
    assert row.error and row.error.code == "terminated_outside"
    assert [step.status for step in stack.store.steps.page(run_id).items] in ([], ["closed"])


async def test_a_run_that_was_deleted_in_temporal_is_shown_as_ended(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("review")
    await stack.run_is(run_id, "waiting")
    await stack.temporal_cli("workflow", "delete", "-w", run_id)
    row = await ended(stack, run_id)
    assert row.error and row.error.code in ("deleted_outside", "terminated_outside")


async def test_a_run_whose_workflow_is_gone_and_whose_id_somebody_else_uses_is_shown_as_ended(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("review")
    row = await stack.run_is(run_id, "waiting")
    client = await stack.client()
    await terminate(stack, run_id)
    await client.start_workflow("somebody_elses", id=run_id, task_queue="elsewhere")
    row = await ended(stack, run_id)
    assert row.error and row.error.code in ("deleted_outside", "terminated_outside")


async def test_a_run_that_exceeded_a_limit_somebody_gave_its_workflow_is_shown_as_ended(stack: Stack) -> None:
    await attentive(stack)
    run_id = await _opened_within_a_limit(stack)
    row = await ended(stack, run_id)
    assert row.error and row.error.code == "timed_out_outside"


async def _opened_within_a_limit(stack: Stack) -> str:
    """A run with a time limit for its workflow, which was long enough for the run to get its row."""
    client = await stack.client()
    limit = timedelta(seconds=2)
    while True:
        run_id = f"limited-to-{limit.total_seconds():g}"
        handle = await client.start_workflow("review", id=run_id, task_queue=stack.app, execution_timeout=limit)

        async def known_or_closed(handle: WorkflowHandle[Any, Any] = handle) -> bool:
            return stack.store.runs.get(handle.id) is not None or (await handle.describe()).close_time is not None

        await eventually(known_or_closed, what="the row of a run, or the end of its workflow")
        if stack.store.runs.get(run_id):
            return run_id
        limit *= 2


async def test_a_run_that_was_terminated_and_ended_can_be_reset_and_goes_on(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("stages")
    await resting(stack, run_id)
    await terminate(stack, run_id)
    await ended(stack, run_id)
    await reset(stack, run_id, *await to_rest_after(stack, run_id, "0-begin"), *NOTHING_AGAIN)
    await stack.run_is(run_id, "waiting", place="one")
    assert isinstance(await stack.trigger(run_id, "first", "a"), Applied)
    assert isinstance(await stack.trigger(run_id, "second", "b"), Applied)
    assert (await stack.run_is(run_id, "completed")).result == ["a", "b"]


# --- families --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("CHILD-008")
async def test_the_parent_of_a_terminated_child_hears_that_it_failed(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("boss", {"jobs": [{"asks": True}]})
    await stack.run_is(f"{run_id}-0-0", "waiting")
    await terminate(stack, f"{run_id}-0-0")
    row = await stack.run_is(run_id, "completed")
    [heard] = row.result
    assert heard.startswith("0 failed: The workflow was terminated in Temporal") and "no longer needed" in heard


@pytest.mark.requirement("TEMPORAL-008")
async def test_the_children_of_a_terminated_parent_are_canceled(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("grandparent", {"asks": True})
    await stack.run_is(f"{run_id}-0-0-0-0", "waiting")
    await terminate(stack, run_id)
    await ended(stack, run_id)
    await ended(stack, f"{run_id}-0-0", "canceled")
    await ended(stack, f"{run_id}-0-0-0-0", "canceled")
    assert stack.texts(f"{run_id}-0-0-0-0") == ["a question", "canceled in good order"]


async def test_children_of_a_step_that_a_reset_undid_are_canceled(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("boss", {"jobs": [{"asks": True}]})
    await stack.run_is(f"{run_id}-0-0", "waiting")
    await reset(stack, run_id, "--type", "FirstWorkflowTask", *NOTHING_AGAIN)
    await rewound(stack, run_id)
    await ended(stack, f"{run_id}-0-0", "canceled")
    again = await stack.run_is(f"{run_id}-0-0-e2", "waiting")
    await stack.trigger(again.id, "answer", "in time")
    assert (await stack.run_is(run_id, "completed")).result == ["0 in time"]


async def test_a_child_whose_parent_died_before_starting_it_is_started_and_reports(stack: Stack) -> None:
    worker = await attentive(stack, LOOPSTACK_FAILPOINTS="act.before_return=kill@2")
    run_id = await stack.start("boss", {"jobs": [{"text": "tea"}]})
    assert await worker.died() != 0
    child = stack.store.runs.get(f"{run_id}-0-0")
    assert child and (child.status, child.temporal_run_id) == ("pending", None)
    # Temporal gives the parent's step to another worker when its heartbeats have stopped for three seconds.
    made = await reconciler(stack)
    await eventually(lambda: _started(made, stack, child.id), what="the start of the child")
    await attentive(stack)
    assert (await stack.run_is(run_id, "completed")).result == ["0 TEA"]
    assert await _memo(stack, child.id) == {
        "start_token": child.start_token,
        "parent": {"run_id": run_id, "callback": "heard"},
    }


async def test_a_child_that_nobody_waits_for_is_not_started_any_more(stack: Stack) -> None:
    worker = await attentive(stack, LOOPSTACK_FAILPOINTS="act.before_return=kill@2")
    run_id = await stack.start("boss", {"jobs": [{"text": "tea"}]})
    assert await worker.died() != 0
    await terminate(stack, run_id)
    await attentive(stack)
    await ended(stack, run_id)
    child = await ended(stack, f"{run_id}-0-0", "canceled")
    assert (child.epoch, child.temporal_run_id) == (0, None)


async def test_reports_that_a_reset_of_the_parent_dropped_are_told_again(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("boss", {"jobs": [{"text": "tea"}, {"asks": True}]})
    await eventually(lambda: (row := stack.store.runs.get(run_id)) and row.next_step >= 2, what="the first report")
    await reset(stack, run_id, *await to_rest_after(stack, run_id, "0-begin"), *NOTHING_AGAIN)
    await rewound(stack, run_id)
    await stack.trigger(f"{run_id}-0-1", "answer", "at last")
    assert (await stack.run_is(run_id, "completed")).result == ["0 TEA", "1 at last"]


# --- left alone ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("REL-008")
async def test_a_run_that_was_reset_while_no_worker_ran_is_left_alone(stack: Stack) -> None:
    worker = await attentive(stack)
    run_id = await stack.start("stages")
    await resting(stack, run_id)
    await stack.trigger(run_id, "first", "a")
    where = await to_rest_after(stack, run_id, "0-begin")
    await worker.kill()
    await reset(stack, run_id, *where, *NOTHING_AGAIN)
    made = await reconciler(stack)
    for _ in range(3):
        await made.look()
    row = stack.store.runs.get(run_id)
    assert row and (row.status, row.place) == ("waiting", "two")
    await made.close()
    await worker.start()
    await rewound(stack, run_id)
    await stack.run_is(run_id, "waiting", place="one")


async def test_runs_of_a_worker_that_was_killed_for_long_are_left_alone_and_go_on(stack: Stack, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    worker = await attentive(stack, LOOPSTACK_HISTORY_LIMIT="1")
    slow = await stack.start("slow", {"gate": str(gate)})
    waiting = await stack.start("review")
    await stack.run_is(slow, "running")
    await stack.run_is(waiting, "waiting")
    await worker.kill()
    made = await reconciler(stack)
    for _ in range(3):
        await made.look()
    await made.close()
    assert [stack.store.runs.get(run_id).ended_at for run_id in (slow, waiting)] == [None, None]  # pyright: ignore[reportOptionalMemberAccess]
    gate.touch()
    await worker.start()
    await stack.run_is(slow, "waiting", place="two")
    await stack.trigger(waiting, "decide", {"approved": True})
    await stack.run_is(waiting, "completed")


async def test_one_look_is_not_enough(stack: Stack) -> None:
    worker = await stack.worker()
    run_id = await stack.start("review")
    await stack.run_is(run_id, "waiting")
    await worker.kill()
    await terminate(stack, run_id)
    made = await reconciler(stack)
    await made.look()
    row = stack.store.runs.get(run_id)
    assert row and row.status == "waiting"
    await made.look()
    await ended(stack, run_id)


# --- several workers -------------------------------------------------------------------------------------------------


async def test_two_reconcilers_at_once_end_a_run_once(crew: Stack) -> None:
    worker = await crew.worker()
    family = [await crew.start("boss", {"jobs": [{"asks": True}]}) for _ in range(4)]
    children = [f"{run_id}-0-0" for run_id in family]
    for child in children:
        await crew.run_is(child, "waiting")
        await terminate(crew, child)
    both = [await reconciler(crew, "one"), await reconciler(crew, "two")]

    async def looked() -> bool:
        # With leases of a few milliseconds both are at it.
        await asyncio.gather(*(one.look() for one in both))
        rows = [crew.store.runs.get(run_id) for run_id in family]
        return all(row and row.status == "completed" for row in rows)

    await eventually(looked, what="the end of all")
    assert worker.alive
    for run_id, child in zip(family, children, strict=True):
        assert len(endings(crew, child)) == 1
        steps = crew.store.steps.page(run_id).items
        assert [step.transition for step in steps] == ["begin", "heard", "finish"]


async def test_when_the_worker_that_looks_dies_another_one_goes_on(crew: Stack) -> None:
    first, second = await attentive(crew), await attentive(crew)
    for worker in (first, second):
        run_id = await crew.start("review")
        await crew.run_is(run_id, "waiting")
        await terminate(crew, run_id)
        await ended(crew, run_id)
        if worker is first:
            await worker.kill()


async def _started(made: Reconciler, stack: Stack, run_id: str) -> bool:
    await made.start_forgotten()
    return await TemporalRuns(await stack.client()).current_run(run_id) is not None


async def _memo(stack: Stack, run_id: str) -> Any:
    described = await (await stack.client()).get_workflow_handle(run_id).describe()
    return await described.memo_value("loopstack")


# --- what is kept for a time ------------------------------------------------------------------------------------------


async def test_keys_of_requests_are_forgotten_when_their_time_is_over(stack: Stack) -> None:
    store = stack.store
    for key in ("old", "new"):
        store.idempotency.begin("starts", key, "hash")
    with store.database.write() as connection:
        aged = sa.update(idempotency).where(idempotency.c.key == "old")
        connection.execute(aged.values(created_at=datetime.now(UTC) - KEPT_FOR))
    await (await reconciler(stack)).look()
    with store.database.read() as connection:
        assert connection.execute(sa.select(idempotency.c.key)).scalars().all() == ["new"]
