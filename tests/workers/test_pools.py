"""Pools in processes of their own: each step runs where it is routed, and nowhere else."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.stack import Program, Stack, eventually

APP = "tests.support.pooled:app"


async def pool(stack: Stack, *names: str, **more: str) -> Program:
    """A worker process that serves these pools."""
    return await stack.worker(
        APP, LOOPSTACK_WORKER_POOLS=",".join(names), LOOPSTACK_TEST_WORKER="+".join(names) or "all", **more
    )


@pytest.mark.requirement("TEMPORAL-010")
async def test_a_step_runs_in_a_worker_of_its_pool_and_the_others_never_there(crew: Stack) -> None:
    await asyncio.gather(pool(crew, "default"), pool(crew, "gpu"))
    runs = [await crew.start("train") for _ in range(5)]
    renders = [await crew.start("render") for _ in range(5)]
    for run_id in runs:
        row = await crew.run_is(run_id, "completed")
        assert row.result == ["prepare in default", "fit in gpu", "report in default"]
    for run_id in renders:
        row = await crew.run_is(run_id, "completed")
        assert row.result == ["draw in gpu", "publish in default"]


@pytest.mark.requirement("TEMPORAL-010")
async def test_without_a_worker_of_its_pool_a_run_waits_and_why_names_the_pool(crew: Stack) -> None:
    await asyncio.gather(pool(crew, "default"), crew.api(LOOPSTACK_APP=APP))
    run_id = await crew.start("train")
    await crew.run_is(run_id, "running", place="prepared")

    async def says_so() -> bool:
        found = (await crew.http.get(f"/api/v1/runs/{run_id}/why")).json()
        return found["code"] == "no_worker" and "gpu" in found["text"]  # The API may have looked before any was there.

    await eventually(says_so, what="why")
    sentence = f"Ready to go on, but no worker for pool “gpu” of “{crew.app}” is running"
    why = (await crew.http.get(f"/api/v1/runs/{run_id}/why")).json()
    assert why["text"].startswith(sentence)
    assert (await crew.http.get(f"/api/v1/runs/{run_id}")).json()["sentence"] == f"{sentence}."

    await pool(crew, "gpu")
    assert (await crew.run_is(run_id, "completed")).result[1] == "fit in gpu"


@pytest.mark.requirement("TEMPORAL-010")
async def test_an_answer_that_its_pool_cannot_take_is_kept_and_why_says_so_beforehand(crew: Stack) -> None:
    await asyncio.gather(pool(crew, "default"), crew.api(LOOPSTACK_APP=APP))
    run_id = await crew.start("ask")
    row = await crew.run_is(run_id, "waiting")
    why = (await crew.http.get(f"/api/v1/runs/{run_id}/why")).json()
    assert why["code"] == "person"
    assert why["text"].endswith("; no worker for pool “gpu” is running.")
    answered = await crew.http.post(
        f"/api/v1/runs/{run_id}/transitions/answer", json={"payload": "yes", "step": row.next_step}
    )
    assert answered.status_code == 202, answered.text
    await pool(crew, "gpu")
    assert (await crew.run_is(run_id, "completed")).result == "yes"


async def test_a_pool_alone_carries_nothing_of_the_apps_own_queue(crew: Stack) -> None:
    await asyncio.gather(pool(crew, "gpu"), crew.api(LOOPSTACK_APP=APP))
    started = await crew.http.post("/api/v1/runs", json={"workflow": "train", "run_id": f"train-{crew.app}"})
    assert started.status_code == 201, started.text
    sentence = f"Ready to start, but no worker for pool “default” of “{crew.app}” is running"

    async def says_so() -> bool:
        # The API keeps for a moment which workers there are, and may have looked before any was.
        return (await crew.http.get(f"/api/v1/runs/train-{crew.app}/why")).json()["text"].startswith(sentence)

    await eventually(says_so, what="why")
    await pool(crew, "default")
    await crew.run_is(f"train-{crew.app}", "completed")


async def test_one_process_serves_all_pools_by_default(stack: Stack) -> None:
    await pool(stack)
    row = await stack.run_is(await stack.start("train"), "completed")
    assert row.result == ["prepare in all", "fit in all", "report in all"]


async def test_a_second_worker_process_on_sqlite_is_refused_with_a_message_that_names_postgresql(stack: Stack) -> None:
    await pool(stack, "default")
    second = stack.program(APP, LOOPSTACK_WORKER_POOLS="gpu")
    await second.start()
    assert await second.died() == 2
    assert "SQLite admits one worker at a time" in second.output
    assert "PostgreSQL" in second.output
