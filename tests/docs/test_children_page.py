"""docs/children.md: its blocks are saved under the names they begin with, and run as one application."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from loopstack_temporal.store.records import RunFilter
from loopstack_temporal.temporal.devserver import DevServer
from tests.docs.test_blocks import blocks
from tests.support.stack import ROOT, Stack, eventually, stack_on

PAGE = (ROOT / "docs/children.md").read_text()


@pytest.fixture
async def kitchen(temporal: DevServer, sqlite_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """The page's application with a worker."""
    for body in blocks("python", PAGE):
        (tmp_path / body.partition("\n")[0].removeprefix("# ")).write_text(body)
    async with stack_on(temporal, sqlite_database, tmp_path) as stack:
        stack.app = "kitchen"
        path = f"{tmp_path}{os.pathsep}{stack.environment()['PYTHONPATH']}"
        await stack.worker(str(tmp_path / "app.py"), PYTHONPATH=path)
        yield stack


async def test_the_page_does_what_it_says(kitchen: Stack) -> None:
    expected = {
        "dinner": ["1.", "hot soup"],
        "banquet": ["hot soup", "hot cake", "1 failed: a stone cannot be cooked"],
        "menu": ["soup completed", "stone failed", "cake skipped"],
    }
    runs = {name: await kitchen.start(name) for name in expected}
    for name, run_id in runs.items():
        assert (await kitchen.run_is(run_id, "completed")).result == expected[name]
    failing = await kitchen.start("dinner", {"name": "stone"})
    assert (await kitchen.run_is(failing, "completed")).result == ["1.", "a stone cannot be cooked"]


async def test_the_courier_of_the_page_is_sent_away(kitchen: Stack) -> None:
    run_id = await kitchen.start("delivery")
    courier = await kitchen.run_is(f"{run_id}-0-0", "waiting")
    await kitchen.trigger(run_id, "lose_patience")
    assert (await kitchen.run_is(run_id, "completed")).result == "canceled"
    words = [dict(one.content)["text"] for one in kitchen.store.documents.live(courier.id)]
    assert words == ["ding dong", "then not"]

    run_id = await kitchen.start("delivery")
    found = await eventually(lambda: kitchen.store.runs.page(RunFilter(parent_id=run_id)).items, what="the courier")
    await kitchen.run_is(found[0].id, "waiting")
    await (await kitchen.client()).get_workflow_handle(run_id).cancel()
    await kitchen.run_is(run_id, "canceled")
    assert (await kitchen.run_is(found[0].id, "canceled")).parent_id == run_id
