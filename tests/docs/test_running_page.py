"""docs/running.md: its blocks are saved under the names they begin with, and run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.docs.test_blocks import blocks
from tests.support.ports import new_port
from tests.support.stack import LIMIT, ROOT, Program, Stack, eventually, stack_on

PAGE = (ROOT / "docs/running.md").read_text()


@pytest.fixture
async def shop(temporal: DevServer, sqlite_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """The page's files in a folder of their own, without any process yet."""
    for body in blocks("python", PAGE):
        (tmp_path / body.partition("\n")[0].removeprefix("# ")).write_text(body)
    async with stack_on(temporal, sqlite_database, tmp_path) as stack:
        yield stack


async def output_of(shop: Stack, *command: str, **environment: str) -> str:
    """What a command prints."""
    made = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=shop.folder,
        env=shop.environment(**environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(made.communicate(), LIMIT)
    assert made.returncode == 0, out.decode()
    return out.decode()


@asynccontextmanager
async def serving(shop: Stack, path: str, *command: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A program of the page that answers HTTP at `path`."""
    port = str(new_port())
    found = shop.environment()["PYTHONPATH"]
    environment = shop.environment(PORT=port, PYTHONPATH=f"{shop.folder}:{found}")
    words = [port if word == "PORT" else word for word in command]
    program = Program("page", [sys.executable, *words], environment, shop.folder / "page.log")
    shop.programs.append(program)
    await program.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=LIMIT) as http:

        async def answers() -> bool:
            assert program.alive, program.output
            try:
                return (await http.get(path)).status_code < 500
            except httpx.TransportError:
                return False

        await eventually(answers, what=f"the program {command}")
        yield http


async def test_a_program_starts_answers_and_waits(shop: Stack) -> None:
    await shop.worker(str(shop.folder / "orders.py"))
    assert (await output_of(shop, "start.py")).splitlines() == [
        "waiting ('pack',)",
        "`send` is not awaited now; awaited: `pack`.",
        "coffee packed by bob",
        "completed 9",
    ]


@pytest.mark.requirement("APP-013")
async def test_routes_start_and_trigger_runs(shop: Stack) -> None:
    await shop.worker(str(shop.folder / "orders.py"))
    async with serving(shop, "/docs", "-m", "uvicorn", "web:api", "--port", "PORT") as http:
        run_id = (await http.post("/orders", json={"item": "tea"})).json()
        await shop.run_is(run_id, "waiting")
        packed = await http.post(f"/orders/{run_id}/packed", params={"by": "ann"})
        assert packed.json() == {"item": "tea", "packed_by": "ann"}


async def test_a_stateless_program_needs_nothing(shop: Stack) -> None:
    nothing = {"LOOPSTACK_DATABASE_URL": "", "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    assert (await output_of(shop, "quick.py", **nothing)).splitlines() == ["completed 4", "KeyError"]


async def test_the_tests_of_the_page_pass(shop: Stack) -> None:
    assert "2 passed" in await output_of(shop, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_orders.py")


async def test_a_program_of_ones_own_works_beside_its_routes(shop: Stack) -> None:
    async with serving(shop, "/api/v1/health", str(shop.folder / "program.py")) as http:
        run_id = (await http.post("/orders", json={"item": "tea"})).json()
        await shop.run_is(run_id, "waiting")
        run = (await http.get(f"/api/v1/runs/{run_id}")).json()
        assert (run["app"], run["place"]) == ("orders", "packing")
    assert await shop.programs[-1].stop() == 0, shop.programs[-1].output


async def test_a_configuration_is_read_by_the_run_and_refused_if_it_does_not_fit(shop: Stack) -> None:
    greeted, refused = (await output_of(shop, "greetings.py")).splitlines()
    assert greeted == "Good day, Ann!"
    assert refused.startswith("('exclamation_marks',)")
