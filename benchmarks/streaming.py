"""What a text costs that a model writes while many people watch: processor time of the worker and of the API."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.measuring import Row
from benchmarks.memory import serving, tells_memory
from benchmarks.sides import ProductSide, opened
from benchmarks.talking import TOKENS_A_SECOND
from benchmarks.values import Sizes
from loopstack_temporal.temporal import process

NAME = "bench-stream"
STAT = "/proc/{pid}/stat"
END = b"live.end"
PATIENCE = 30.0
API = str(Path(__file__).parents[1] / "api")


@dataclass(frozen=True, slots=True)
class _Processes:
    worker: int
    api: int
    address: str


async def stream(address: str, database_url: str, database: str, sizes: Sizes, folder: Path) -> list[Row]:
    """Shares of one core while one text is written and watched; nothing where the system has no `/proc`."""
    if not tells_memory():
        return []
    shares: list[tuple[float, float]] = []
    async with opened(address, database_url, NAME) as (product, _):
        async with _running(address, database_url, folder) as processes:
            await _watched(product, processes, sizes, 1)  # The first one loads what is loaded once.
            shares = [await _watched(product, processes, sizes, sizes.readers) for _ in range(sizes.streams)]
    title = f"{TOKENS_A_SECOND} tokens/s to {sizes.readers} readers"
    parts = {"API": [api for _, api in shares], "worker": [worker for worker, _ in shares]}
    parts |= {"both": [sum(share) for share in shares]}
    return [Row(f"{title}, {name}", database, "% of a core", tuple(found), ()) for name, found in parts.items()]


async def _watched(side: ProductSide, processes: _Processes, sizes: Sizes, readers: int) -> tuple[float, float]:
    """Worker's and API's share of a core while one text is written to so many readers."""
    run_id = await side.run("telling", {"tokens": sizes.tokens})
    step = await side.waiting(run_id)
    pids, listening = (processes.worker, processes.api), asyncio.Barrier(readers + 1)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=processes.address, timeout=PATIENCE, limits=limits, trust_env=False
    ) as client:
        async with asyncio.timeout(2 * PATIENCE + sizes.tokens / TOKENS_A_SECOND), asyncio.TaskGroup() as reading:
            for _ in range(readers):
                reading.create_task(_read(client, run_id, listening))
            await listening.wait()
            began, before = time.monotonic(), [_seconds(pid) for pid in pids]
            await side.say(run_id, "Tell.", step)
    passed = time.monotonic() - began
    worker, api = (100 * (_seconds(pid) - earlier) / passed for pid, earlier in zip(pids, before, strict=True))
    await side.finished(run_id)
    return worker, api


async def _read(client: httpx.AsyncClient, run_id: str, listening: asyncio.Barrier) -> None:
    """Follow a run until its text has ended."""
    tail = b""
    async with client.stream("GET", "/api/v1/events", params={"run_id": run_id, "live": "true"}) as answer:
        answer.raise_for_status()
        await listening.wait()
        async for piece in answer.aiter_raw():
            tail = tail[-len(END) :] + piece
            if END in tail:
                return
    raise ConnectionError(f"the stream of run {run_id} ended before its text")


@asynccontextmanager
async def _running(address: str, database_url: str, folder: Path) -> AsyncGenerator[_Processes]:
    port = process.free_port()
    environment = {
        **os.environ,
        "LOOPSTACK_DATABASE_URL": database_url,
        "LOOPSTACK_PORT": str(port),
        "TEMPORAL_ADDRESS": address,
        "PYTHONPATH": os.pathsep.join([API, os.environ.get("PYTHONPATH", "")]),
    }
    async with serving("product", address, database_url, folder, NAME) as worker:
        with (folder / "stream-api.log").open("ab") as log:
            command = [sys.executable, "-m", "loopstack_api"]
            api = await process.spawn(command, environment=environment, output=log, folder=Path.cwd())
        try:
            found = _Processes(worker, api.pid, f"http://127.0.0.1:{port}")
            await _answering(found.address)
            yield found
        finally:
            await process.stop(api)


async def _answering(address: str) -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=address, trust_env=False) as client:
        while True:
            try:
                if (await client.get("/api/v1/health")).status_code < 500:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)


def _seconds(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(STAT.format(pid=pid)).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
