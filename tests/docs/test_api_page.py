"""docs/api.md: its session runs against a worker and an API, and its tables name every route, event and code."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.docs.pages import names, saved, section
from tests.docs.test_blocks import blocks
from tests.support.stack import LIMIT, ROOT, Stack, stack_on

PAGE = (ROOT / "docs/api.md").read_text()
CONTRACT = json.loads((ROOT / "studio/openapi.json").read_text())


@pytest.fixture
async def shop(temporal: DevServer, sqlite_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """The page's application with a worker and an API."""
    for body in blocks("python", PAGE):
        saved(body, tmp_path)
    async with stack_on(temporal, sqlite_database, tmp_path) as stack:
        stack.app = "orders"
        await stack.worker(str(tmp_path / "orders.py"))
        await stack.api()
        yield stack


async def test_the_session_of_the_page_does_what_it_says(shop: Stack) -> None:
    session = await asyncio.create_subprocess_exec(
        sys.executable,
        "session.py",
        cwd=shop.folder,
        env=shop.environment(API=f"{shop.base_url}/api/v1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(session.communicate(), LIMIT)
    lines = out.decode().splitlines()
    assert session.returncode == 0, out.decode()
    assert lines[0] == "201 True"
    assert lines[1].endswith("pack {'type': 'string'}")
    assert lines[2] == "{'markdown': 'Please pack tea.'}"
    assert lines[3] == "422 invalid_payload application/problem+json"
    assert lines[4] == "200 tea, packed by ann"
    assert lines[5] == "409 answered local"
    assert lines[7] == "['note', 'pack']"


def test_every_route_is_on_the_page() -> None:
    routes = section(PAGE, "## Routes")
    said = {word for name in names(routes) for word in re.split(r"[ ,]+", name)}
    for full in CONTRACT["paths"]:
        path = full.removeprefix("/api/v1")
        assert path in said or path.removeprefix("/runs/{run_id}") in said, path


def test_every_event_is_on_the_page() -> None:
    events = CONTRACT["components"]["schemas"]["StudioEvent"]["discriminator"]["mapping"]
    assert set(events) - names(section(PAGE, "## Events")) == set()


def test_the_codes_of_the_page_are_those_of_the_code() -> None:
    table = "\n".join(line for line in section(PAGE, "## Problems").splitlines() if re.match(r"\| \d", line))
    facts = {name for group in re.findall(r"\(([^)]*)\)", table) for name in names(group)}
    sources = [*(ROOT / "api").rglob("*.py"), *(ROOT / "loopstack_temporal").rglob("*.py")]
    text = "\n".join(path.read_text() for path in sources)
    assert [code for code in names(table) - facts if f'"{code}"' not in text] == []
    problem = CONTRACT["components"]["schemas"]["Problem"]["properties"]
    assert facts <= set(problem)
