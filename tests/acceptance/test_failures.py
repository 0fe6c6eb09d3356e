"""The author's failures: tries, error places, parking, manual retry. The machine's failures stand in test_kills.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopstack_temporal.runs import Applied, Refused
from loopstack_temporal.store.records import RunRow
from tests.support.stack import Stack, eventually


def tries(file: Path) -> int:
    return int(file.read_text()) if file.exists() else 0


async def parked_again(stack: Stack, run_id: str, before: RunRow) -> RunRow:
    """The row once another step failed. A short step shows nothing while it runs: the status alone would not tell."""

    def look() -> RunRow | None:
        row = stack.store.runs.get(run_id)
        return row if row and row.status == "failed" and row.next_step > before.next_step else None

    return await eventually(look, what="another failed step")


@pytest.fixture
def count(tmp_path: Path) -> Path:
    """Where a flaky workflow counts its tries outside of the run."""
    return tmp_path / "count"


@pytest.mark.requirement("FAILURE-007", "ENGINE-057", "ENGINE-065")
async def test_a_body_that_fails_twice_and_then_works_completes(running: Stack, count: Path) -> None:
    run_id = await running.start("flaky", {"failures": 2, "file": str(count)})
    row = await running.run_is(run_id, "completed")
    assert row.result == "retry_count=2 n=1", "the state of failed tries is gone"
    assert running.texts(run_id) == ["written by every try"], "documents of failed tries are gone"
    errors = [doc.content for doc in running.store.documents.live(run_id) if doc.name == "error"]
    assert [(error["error"], error["type"], error["attempt"]) for error in errors] == [
        ("it did not work", "RuntimeError", 1),
        ("it did not work", "RuntimeError", 2),
    ]
    assert (row.has_error, row.failures) == (False, {})


@pytest.mark.requirement("FAILURE-011", "FAILURE-020", "FAILURE-021", "FAILURE-022")
async def test_a_spent_run_parks_and_every_manual_retry_runs_the_body_once(running: Stack, count: Path) -> None:
    run_id = await running.start("flaky", {"failures": 4, "file": str(count)})
    row = await running.run_is(run_id, "failed")
    assert (row.place, row.can_retry, row.ended_at, tries(count)) == ("start", True, None, 3)
    assert row.error and (row.error.type, row.error.message) == ("RuntimeError", "it did not work")

    await running.signal(run_id, "loopstack.retry")
    row = await parked_again(running, run_id, row)
    assert tries(count) == 4
    assert isinstance(await running.trigger(run_id, "loopstack.retry", at_step=row.next_step), Applied)
    row = await running.run_is(run_id, "completed")
    assert (row.result, tries(count)) == ("retry_count=4 n=1", 5)
    assert isinstance(await running.trigger(run_id, "loopstack.retry"), Refused)


@pytest.mark.requirement("FAILURE-021")
async def test_a_run_that_is_not_parked_cannot_be_retried(running: Stack) -> None:
    run_id = await running.start("review")
    before = await running.run_is(run_id, "waiting")
    outcome = await running.trigger(run_id, "loopstack.retry")
    assert isinstance(outcome, Refused) and outcome.code == "not_awaited"
    assert (await running.run_is(run_id, "waiting")).rev == before.rev


@pytest.mark.requirement("FAILURE-014")
async def test_an_error_that_is_not_worth_retrying_parks_at_once(running: Stack, count: Path) -> None:
    run_id = await running.start("flaky", {"failures": 9, "kind": "unwilling", "file": str(count)})
    row = await running.run_is(run_id, "failed")
    assert tries(count) == 1
    assert row.error and row.error.type == "Unwilling"


@pytest.mark.requirement("FAILURE-024", "FAILURE-025")
async def test_a_body_that_hangs_is_stopped_at_its_limit_and_counts_as_failed(running: Stack, count: Path) -> None:
    run_id = await running.start("hanging", {"file": str(count)})
    row = await running.run_is(run_id, "failed")
    assert tries(count) == 3
    assert row.error and row.error.code == "transition_timeout"
    assert row.error.message == "`work` did not end within its limit of 3 s"
    assert running.texts(run_id) == []


@pytest.mark.requirement("FAILURE-016", "FAILURE-017")
async def test_an_error_place_is_left_by_an_answer_with_the_state_from_before(running: Stack, count: Path) -> None:
    run_id = await running.start("rescue", {"failures": 1, "file": str(count)})
    row = await running.run_is(run_id, "waiting", place="broken")
    assert (row.has_error, tries(count)) == (True, 1)
    assert [doc.name for doc in running.store.documents.live(run_id)] == ["error"]
    await running.signal(run_id, "repair", "mended")
    row = await running.run_is(run_id, "completed")
    assert (row.result, row.has_error) == ("mended n=0", False)


@pytest.mark.requirement("ENGINE-009")
async def test_on_failure_fail_ends_the_run(running: Stack, count: Path) -> None:
    run_id = await running.start("fussy", {"failures": 1, "file": str(count)})
    row = await running.run_is(run_id, "failed")
    assert row.ended_at is not None and not row.can_retry


@pytest.mark.requirement("FAILURE-013", "FAILURE-020")
async def test_a_wait_that_fails_keeps_its_payload_for_the_retry(running: Stack, count: Path) -> None:
    run_id = await running.start("bumpy", {"failures": 2, "file": str(count)})
    await running.run_is(run_id, "waiting")
    await running.signal(run_id, "answer", "the payload")
    row = await running.run_is(run_id, "failed", place="asking")
    await running.signal(run_id, "loopstack.retry")
    await parked_again(running, run_id, row)
    assert tries(count) == 2
    await running.signal(run_id, "loopstack.retry")
    assert (await running.run_is(run_id, "completed")).result == "took the payload"


@pytest.mark.requirement("FAILURE-012")
async def test_a_pending_retry_is_visible_while_it_waits(running: Stack, count: Path) -> None:
    run_id = await running.start("flaky", {"failures": 2, "file": str(count)})
    await running.run_is(run_id, "completed")
    pending = [data["retry"] for kind, data in running.events(run_id) if kind == "run.changed" and data["retry"]]
    assert [(one["transition"], one["attempt"], one["max"]) for one in pending[:2]] == [("work", 2, 3), ("work", 3, 3)]
    statuses = [data["status"] for kind, data in running.events(run_id) if kind == "run.changed" and data["retry"]]
    assert set(statuses) == {"running"}
