"""docs/people.md: its blocks are saved under the names they begin with, and run as one application."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.docs.test_blocks import blocks, blurbs_command
from tests.support.requests import answer, get
from tests.support.stack import ROOT, Stack, stack_on

PAGE = (ROOT / "docs/people.md").read_text()


@pytest.fixture
async def desk(own_temporal: DevServer, sqlite_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """The page's application with a worker and an API; its name is the one of the page's commands."""
    for body in blocks("python", PAGE):
        (tmp_path / body.partition("\n")[0].removeprefix("# ")).write_text(body)
    async with stack_on(own_temporal, sqlite_database, tmp_path) as stack:
        stack.app = "desk"
        path = f"{tmp_path}{os.pathsep}{stack.environment()['PYTHONPATH']}"
        await stack.worker(str(tmp_path / "desk.py"), PYTHONPATH=path)
        await stack.api()
        yield stack


async def test_the_page_does_what_it_says(desk: Stack) -> None:
    (commands,) = blocks("bash", PAGE)
    start, signal, result = commands.strip().splitlines()
    await blurbs_command(desk, start)
    await desk.run_is("badge-1", "waiting")
    refused = await answer(desk, "badge-1", "user_answered", {"answer": "ann"})
    assert (refused.status_code, refused.json()["fields"][0]["message"]) == (422, "ann has a badge already")
    await blurbs_command(desk, signal)
    assert "ben, by local" in await blurbs_command(desk, result)
    late = await answer(desk, "badge-1", "user_answered", {"answer": "cid"}, step=1)
    assert (late.status_code, late.json()["code"], late.json()["answered_by"]) == (409, "answered", "local")

    impatient = await desk.start("badge", {"patience": 0.3})
    assert (await desk.run_is(impatient, "completed")).result == "nobody"

    letter = await desk.start("letter")
    await desk.run_is(letter, "waiting")
    [question] = (await get(desk, "/runs", parent_id=letter))["items"]
    await desk.run_is(question["id"], "waiting")
    [task] = (await get(desk, "/tasks"))["items"]
    assert (task["run"]["id"], task["awaiting"]["transition"]) == (question["id"], "user_answered")
    assert task["awaiting"]["due"] is not None
    assert (await answer(desk, question["id"], "user_answered", {"answer": "pink"})).status_code == 200
    assert (await desk.run_is(letter, "completed")).result == "on pink paper"
