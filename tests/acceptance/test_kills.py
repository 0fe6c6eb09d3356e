"""kill -9 of every process, on both databases: runs go on by themselves and every document exists once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from loopstack_temporal.runs import Applied, Recorded
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Stack, eventually, stack_on

CHAIN = {"steps": 12, "pause": 0.05, "documents": 2}
EXPECTED = [f"{step}.{number}" for step in range(1, 13) for number in range(2)]


@pytest.fixture
async def both(temporal: DevServer, database_url: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """A stack on SQLite and on PostgreSQL, on the shared Temporal server."""
    async with stack_on(temporal, database_url, tmp_path) as made:
        yield made


@pytest.fixture
async def alone(own_temporal: DevServer, database_url: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """A stack whose Temporal server the test kills."""
    async with stack_on(own_temporal, database_url, tmp_path) as made:
        yield made


async def step_reached(stack: Stack, run_id: str, step: int) -> None:
    def look() -> bool:
        row = stack.store.runs.get(run_id)
        return row is not None and row.next_step >= step

    await eventually(look, what=f"step {step}")


def assert_whole(stack: Stack, run_id: str) -> None:
    """Each document once and in order, each step once, events gapless."""
    assert stack.texts(run_id) == EXPECTED
    committed = [data["step"] for kind, data in stack.events(run_id) if kind == "step.committed"]
    assert committed == list(range(14))


@pytest.mark.requirement("ENGINE-076", "FAILURE-026", "FAILURE-027", "REL-001")
async def test_a_worker_killed_in_the_middle_of_a_chain(both: Stack) -> None:
    worker = await both.worker()
    run_id = await both.start("chain", CHAIN)
    for step in (3, 7):
        await step_reached(both, run_id, step)
        await worker.kill()
        await worker.start()
    row = await both.run_is(run_id, "completed", limit=180)
    assert (row.result, row.failures, row.has_error) == (12, {}, False)
    assert_whole(both, run_id)


@pytest.mark.parametrize(
    "point", ["act.start@3", "body.end@3", "commit.locked@3", "commit.mid_documents@2", "commit.before_commit@3"]
)
@pytest.mark.requirement("DOC-015", "FAILURE-026", "REL-001")
async def test_a_worker_killed_at_a_failpoint_loses_and_doubles_nothing(both: Stack, point: str) -> None:
    await _killed_at(both, point)


@pytest.mark.requirement("REL-001")
@pytest.mark.parametrize("point", ["commit.after_commit@3", "act.before_return@3"])
async def test_a_worker_killed_after_its_commit_does_not_run_the_step_again(both: Stack, point: str) -> None:
    run_id = await _killed_at(both, point)
    committed: set[int] = set()
    for kind, data in both.events(run_id):
        # Before its commit a step starts visibly when its body takes long, as on a slow machine.
        assert kind != "step.started" or data["step"] not in committed, "an attempt claimed a committed step again"
        if kind == "step.committed":
            committed.add(data["step"])


async def _killed_at(stack: Stack, point: str) -> str:
    name, _, count = point.partition("@")
    worker = await stack.worker(LOOPSTACK_FAILPOINTS=f"{name}=kill@{count}")
    run_id = await stack.start("chain", CHAIN)
    await worker.died()
    await stack.worker()
    await stack.run_is(run_id, "completed", limit=180)
    assert_whole(stack, run_id)
    return run_id


@pytest.mark.requirement("ENGINE-038")
async def test_everything_killed_while_a_person_is_awaited(alone: Stack) -> None:
    worker, api = await alone.worker(), await alone.api()
    run_id = await alone.start("review", {"topic": "tea"})
    before = await alone.run_is(run_id, "waiting")
    await asyncio.gather(worker.kill(), api.kill(), alone.temporal.kill())

    await alone.temporal.start()
    await worker.start()
    await api.start()
    await alone.working(worker)
    await alone.serving(api)
    row = await alone.run_is(run_id, "waiting")
    assert (row.place, row.next_step, row.rev) == (before.place, before.next_step, before.rev)
    answered = await alone.http.post(
        f"/api/v1/runs/{run_id}/transitions/decide", json={"payload": {"approved": True}, "step": row.next_step}
    )
    assert answered.status_code in (200, 202), answered.text
    assert (await alone.run_is(run_id, "completed")).result == {"approved": True, "note": ""}
    assert alone.texts(run_id) == ["All about tea."]


async def test_the_temporal_server_killed_in_the_middle_of_a_chain(alone: Stack) -> None:
    await alone.worker()
    run_id = await alone.start("chain", CHAIN)
    await step_reached(alone, run_id, 4)
    await alone.temporal.kill()
    await alone.temporal.start()
    await alone.run_is(run_id, "completed", limit=180)
    assert_whole(alone, run_id)


async def test_an_answer_sent_while_no_worker_runs_survives_the_death_of_the_temporal_server(alone: Stack) -> None:
    worker = await alone.worker()
    run_id = await alone.start("rounds", {"rounds": 2})
    row = await alone.run_is(run_id, "waiting")
    await worker.kill()
    outcome = await alone.trigger(run_id, "answer", "sent to nobody", id="click-1", at_step=row.next_step)
    assert outcome == Recorded(durable=True)
    await alone.temporal.kill()
    await alone.temporal.start()
    await alone.worker()
    await eventually(lambda: alone.texts(run_id) == ["sent to nobody"], what="the answer")

    again = await alone.trigger(run_id, "answer", "sent to nobody", id="click-1", at_step=row.next_step)
    assert isinstance(again, Applied | Recorded), "the same click is no second answer"
    row = await alone.run_is(run_id, "waiting")
    await alone.trigger(run_id, "answer", "second", at_step=row.next_step)
    assert (await alone.run_is(run_id, "completed")).result == ["sent to nobody", "second"]
