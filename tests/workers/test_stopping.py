"""SIGTERM: no new work, time for running bodies, then the rest runs elsewhere at nobody's expense."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.stack import Program, Stack, eventually

APP = "tests.support.pooled:app"


async def named(stack: Stack, name: str, grace: float) -> Program:
    # A longer heartbeat: nobody is killed here, and a worker that stalls must not lose its body to the other one.
    more = {"LOOPSTACK_HEARTBEAT": "10", "LOOPSTACK_GRACEFUL_STOP": str(grace)}
    return await stack.worker(APP, LOOPSTACK_TEST_WORKER=name, **more)


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


async def begun(stack: Stack, file: Path, seconds: float, workflow: str = "slow") -> str:
    """A run whose body is running."""
    run_id = await stack.start(workflow, {"file": str(file), "seconds": seconds})
    await eventually(lambda: lines(file), what="the body")
    return run_id


async def untouched(stack: Stack, run_id: str, result: str) -> None:
    """The run completed, and nothing was counted against its author."""
    row = await stack.run_is(run_id, "completed", limit=180)
    assert (row.result, row.failures, row.has_error) == (result, {}, False)
    assert not [kind for kind, _ in stack.events(run_id) if kind == "step.failed"]


@pytest.mark.requirement("TEMPORAL-012")
async def test_a_body_that_ends_in_time_is_not_disturbed_and_new_work_goes_elsewhere(
    crew: Stack, tmp_path: Path
) -> None:
    first = await named(crew, "a", 15)
    run_id = await begun(crew, tmp_path / "one", 3)
    await named(crew, "b", 15)
    stopping = asyncio.create_task(first.stop())
    await eventually(lambda: "stops" in first.output, what="the stop")
    later = await begun(crew, tmp_path / "two", 0)
    assert await stopping == 0
    assert lines(tmp_path / "one") == ["began in a", "ended in a"]
    await untouched(crew, run_id, "a, retry_count=0")
    await untouched(crew, later, "b, retry_count=0")


@pytest.mark.requirement("TEMPORAL-012")
@pytest.mark.parametrize("workflow", ["slow", "slow_thread"])
async def test_a_body_that_takes_too_long_is_cut_off_and_runs_elsewhere_without_spending_a_try(
    crew: Stack, tmp_path: Path, workflow: str
) -> None:
    first = await named(crew, "a", 1)
    run_id = await begun(crew, tmp_path / "one", 600, workflow)
    await named(crew, "b", 1)
    assert await first.stop() == 0
    await untouched(crew, run_id, "b, retry_count=0")
    assert lines(tmp_path / "one") == ["began in a", "began in b", "ended in b"]


async def test_a_worker_whose_bodies_do_not_end_stops_with_a_failure_so_that_it_is_replaced(crew: Stack) -> None:
    worker = await crew.worker(APP)
    for _ in range(10):
        await crew.start("deaf")
    assert await worker.died() == 1
    assert "10 bodies did not end when told to; the worker drained itself" in worker.output
