"""The commands of docs/operating.md, run in the order in which they stand there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.docs.test_blocks import blocks, blurbs_command
from tests.support.stack import ROOT, Stack, stack_on

PAGE = (ROOT / "docs/operating.md").read_text()
RUN = "trip-1"


@pytest.fixture
async def travel(own_temporal: DevServer, sqlite_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    (tmp_path / "travel_app.py").write_text(blocks("python", PAGE)[0])
    async with stack_on(own_temporal, sqlite_database, tmp_path) as stack:
        await stack.worker(str(tmp_path / "travel_app.py"))
        yield stack


@pytest.mark.requirement("TEMPORAL-007")
async def test_every_line_of_the_page_does_what_is_said(travel: Stack) -> None:
    lines = iter([line for block in blocks("bash", PAGE) for line in block.strip().splitlines()])

    async def run(part: str) -> str:
        line = next(lines)
        assert part in line, f"{line}\nis not about {part}"
        return await blurbs_command(travel, line)

    await run("start")
    await travel.run_is(RUN, "waiting", place="booking")
    assert '"booking"' in await run("loopstack.state")
    assert "trip" in await run("describe")
    await run("list")
    await run("--name book")
    await travel.run_is(RUN, "failed")
    await run("loopstack.retry")
    await travel.run_is(RUN, "failed")
    await run('{"payload"')
    await travel.run_is(RUN, "waiting", place="booked")
    await run("--name travel")
    await travel.run_is(RUN, "running", place="booked")
    await run("loopstack.stop")
    row = await travel.run_is(RUN, "waiting", place="booked")
    assert travel.store.steps.get(RUN, row.next_step - 1).row.status == "closed"
    await run("loopstack.pause")
    await travel.run_is(RUN, "paused")
    await run("loopstack.resume")
    await travel.run_is(RUN, "waiting", place="booked")
    await run("loopstack.move")
    await travel.run_is(RUN, "waiting", place="booking")
    await run("reset")
    row = await travel.run_is(RUN, "waiting", place="booking")
    assert row.args == {"to": "Rome"}
    await run("cancel")
    await travel.run_is(RUN, "canceled")
    assert next(lines, None) is None
