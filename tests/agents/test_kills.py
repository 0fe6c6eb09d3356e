"""Agents whose worker is killed: what was answered is not asked again, and what was called is not called again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.agents.conftest import AGENTS
from tests.support.stack import Stack

CALLS = [["keep", {"text": "milk"}], ["keep", {"text": "eggs"}]]


@pytest.mark.parametrize("point", ["effect.after_record=kill@3", "body.end=kill@3"])
async def test_finished_calls_of_a_killed_step_are_taken_from_the_journal(
    stack: Stack, tmp_path: Path, point: str
) -> None:
    notes = tmp_path / "notes.txt"
    worker = await stack.worker(AGENTS, LOOPSTACK_TEST_NOTES=str(notes), LOOPSTACK_FAILPOINTS=point)
    args = {"tools": ["keep"], "user_message": json.dumps([CALLS, "echo"])}
    run_id = await stack.start("agent", args)
    await worker.died()
    await stack.worker(AGENTS, LOOPSTACK_TEST_NOTES=str(notes))

    result: Any = (await stack.run_is(run_id, "completed")).result
    assert result["response"] == "kept milk | kept eggs"
    assert sorted(notes.read_text().splitlines()) == ["kept eggs", "kept milk"], "each body ran once"
    assert sorted(stack.texts(run_id)) == ["eggs", "milk"], "what the calls saved is there, once"
