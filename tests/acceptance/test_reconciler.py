"""What operators do to workflows behind our back: rows tell the truth, parents hear of it, nothing *runs* for ever."""

from __future__ import annotations

import pytest

from loopstack_temporal.store.records import RunFilter, RunRow
from tests.acceptance.test_resets import NOTHING_AGAIN, to_rest_after
from tests.support.stack import Program, Stack, eventually

OFTEN = {"LOOPSTACK_RECONCILE_EVERY": "0.4", "LOOPSTACK_STARTS_AFTER": "0.4"}


async def attentive(stack: Stack) -> Program:
    """A worker that looks at what happens outside several times a second."""
    return await stack.worker(**OFTEN)


async def terminate(stack: Stack, run_id: str, reason: str = "no longer needed") -> None:
    await stack.temporal_cli("workflow", "terminate", "-w", run_id, "--reason", reason)


async def ended(stack: Stack, run_id: str, status: str = "failed") -> RunRow:
    """Wait until the row of a run has ended."""

    def look() -> RunRow | None:
        row = stack.store.runs.get(run_id)
        return row if row and row.ended_at is not None else None

    row = await eventually(look, what=f"the end of {run_id}")
    assert row.status == status, row
    return row


@pytest.mark.requirement("TEMPORAL-008")
async def test_a_waiting_run_that_was_terminated_is_shown_as_ended_with_the_reason(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("review")
    await stack.run_is(run_id, "waiting")
    await terminate(stack, run_id)
    row = await ended(stack, run_id)
    assert row.error and row.error.code == "terminated_outside" and "no longer needed" in row.error.message
    assert (row.can_retry, row.awaiting) == (False, ())
    kind, data = stack.events(run_id)[-1]
    assert (kind, data["status"], data["error_message"]) == ("run.changed", "failed", row.error.message)


async def test_a_running_run_that_was_terminated_ends_and_its_body_writes_nothing_more(stack: Stack) -> None:
    await attentive(stack)
    run_id = await stack.start("slow", {"seconds": 3})
    await stack.run_is(run_id, "running")
    await terminate(stack, run_id)
    row = await ended(stack, run_id)
    assert row.error and row.error.code == "terminated_outside"
    assert [step.status for step in stack.store.steps.page(run_id).items] in ([], ["closed"])
