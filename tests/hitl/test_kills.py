"""A question outlives the processes that asked it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.hitl.conftest import APP
from tests.hitl.test_on_temporal import asked, child_of
from tests.support.requests import accepted, answer, get
from tests.support.stack import Stack, stack_on


@pytest.mark.requirement("HITL-012")
async def test_a_question_survives_the_death_of_everything(
    own_temporal: DevServer, sqlite_database: str, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    async with stack_on(own_temporal, sqlite_database, tmp_path) as stack:
        worker, api = await stack.worker(APP, LOOPSTACK_TEST_NOTES=str(notes)), await stack.api()
        run_id = await asked(stack, "parent", {"question": "Who?", "options": ["Ada", "Bob"]})
        question = await child_of(stack, run_id)
        await asyncio.gather(worker.kill(), api.kill(), stack.temporal.kill())

        await stack.temporal.start()
        await asyncio.gather(worker.start(), api.start())
        await asyncio.gather(stack.working(worker), stack.serving(api))
        [task] = (await get(stack, "/tasks"))["items"]
        assert (task["run"]["id"], task["awaiting"]["transition"]) == (question, "user_answered")
        step = task["awaiting"]["step"]
        await accepted(stack, question, "user_answered", {"answer": "Ada"}, step=step)
        assert (await stack.run_is(run_id, "completed", limit=60)).result == "Ada"
        assert notes.read_text() == "ran\n", "the body of the tool that ran before the question ran once"


@pytest.mark.requirement("HITL-013")
async def test_an_answer_to_a_question_is_kept_while_no_worker_runs(stack: Stack) -> None:
    worker = await stack.worker(APP)
    await stack.api()
    run_id = await asked(stack, "ask_user", {"question": "Which?", "options": ["red", "blue"]})
    [awaited] = (await get(stack, f"/runs/{run_id}"))["awaiting"]
    await worker.kill()
    reply = await answer(stack, run_id, "user_answered", {"answer": "red"}, step=awaited["step"])
    assert (reply.status_code, reply.json()["status"]) == (202, "recorded"), reply.text
    await worker.start()
    assert (await stack.run_is(run_id, "completed")).result == {"answer": "red"}
