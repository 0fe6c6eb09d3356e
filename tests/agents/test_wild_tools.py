"""Tools that hang, raise, give nonsense or kill their process: the model hears of it, and the worker lives on."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from loopstack_temporal.execution.failing import MOST_CLAIMS
from tests.support.stack import Program, Stack

APP = "tests.agents.wild_app:app"
TOOLS = ["hang", "sleep", "raise", "odd", "huge", "exit", "die", "die_once", "keep"]


@pytest.fixture
async def worker(stack: Stack, tmp_path: Path) -> Program:
    """A worker that counts how often its model is asked."""
    files = {"LOOPSTACK_TEST_NOTES": str(tmp_path / "notes"), "LOOPSTACK_TEST_ASKED": str(tmp_path / "asked")}
    return await stack.worker(APP, **files)


async def start(stack: Stack, *calls: tuple[str, dict[str, Any]]) -> str:
    return await stack.start("agent", {"tools": TOOLS, "user_message": json.dumps([calls, "echo"])})


async def said(stack: Stack, run_id: str) -> list[str]:
    """What the model was told, once the run is completed."""
    result: Any = (await stack.run_is(run_id, "completed", limit=60)).result
    told: str = result["response"]
    return told.split(" | ")


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


async def test_what_goes_wrong_in_a_tool_is_told_to_the_model_and_concerns_nobody_else(
    stack: Stack, worker: Program
) -> None:
    names = ("hang", "sleep", "raise", "odd", "huge", "exit")
    calls: list[tuple[str, dict[str, Any]]] = [(name, {}) for name in names]
    run_id = await start(stack, *calls, ("keep", {"text": "milk"}))

    hang, sleep, raised, odd, huge, exited, kept = await said(stack, run_id)

    assert hang == "error: The tool `hang` did not end within its limit of 0.5 s."
    assert sleep == "error: The tool `sleep` did not end within its limit of 0.5 s."
    assert raised == "error: The tool `raise` failed: RuntimeError: no \ufffd luck ?"
    assert odd.startswith("error: The tool `odd` returned something that is no JSON: ")
    assert huge.startswith("hhh") and "bytes in all. The whole result is kept as the document `" in huge
    assert len(huge) < 70_000 and exited == "error: The tool `exit` failed: SystemExit: 3"
    assert kept == "kept milk" and stack.texts(run_id) == ["milk"]
    again = await start(stack, ("keep", {"text": "eggs"}))
    assert await said(stack, again) == ["kept eggs"] and worker.alive


async def test_a_tool_that_kills_its_process_is_called_again_and_nothing_else_is_done_twice(
    stack: Stack, worker: Program, tmp_path: Path
) -> None:
    run_id = await start(stack, ("keep", {"text": "milk"}), ("die", {}))
    await worker.died()
    await worker.start()

    assert await said(stack, run_id) == ["kept milk", "survived"]
    assert lines(tmp_path / "died") == 2 and lines(tmp_path / "asked") == 2
    assert stack.texts(run_id) == ["milk"]


async def test_a_tool_that_kills_its_process_and_must_not_be_repeated_waits_for_a_person(
    stack: Stack, worker: Program, tmp_path: Path
) -> None:
    run_id = await start(stack, ("die_once", {}))
    await worker.died()
    await worker.start()

    parked = await stack.run_is(run_id, "failed", limit=60)
    assert parked.error is not None and (parked.error.code, parked.can_retry) == ("effect_unknown", True)
    assert "`tool:die_once` was begun by an attempt that is gone" in parked.error.message
    assert lines(tmp_path / "died") == 1 and parked.ended_at is None
    other = await start(stack, ("keep", {"text": "eggs"}))
    assert await said(stack, other) == ["kept eggs"]
    await stack.trigger(run_id, "loopstack.retry")
    assert await said(stack, run_id) == ["survived"]
    assert lines(tmp_path / "died") == 2


async def test_a_step_that_kills_every_worker_is_parked_and_the_others_live(
    stack: Stack, worker: Program, tmp_path: Path
) -> None:
    run_id = await start(stack, ("die", {}))
    await worker.died()
    # As if it had gone on like this.
    with sqlite3.connect(stack.database_url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE step SET claims = ? WHERE run_id = ? AND status = 'running'", (MOST_CLAIMS, run_id))
    database.close()
    await worker.start()

    parked = await stack.run_is(run_id, "failed", limit=60)
    assert parked.error is not None and (parked.error.code, parked.can_retry) == ("step_keeps_dying", True)
    assert "was started 25 times and its worker vanished each time" in parked.error.message
    assert worker.alive and lines(tmp_path / "died") == 1
    await stack.trigger(run_id, "loopstack.retry")
    assert await said(stack, run_id) == ["survived"]
