"""Memory of a worker process after many runs. Run as a module it is such a process."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.measuring import Row
from benchmarks.rows import many
from benchmarks.sides import Side, opened, product_working, twin_working
from benchmarks.values import Sizes
from loopstack_temporal.temporal import process

NAME = "bench-memory"
STATUS = "/proc/{pid}/status"


async def memory(address: str, database_url: str, database: str, sizes: Sizes, folder: Path) -> list[Row]:
    """Resident memory after one run and after many; nothing where the system has no `/proc`."""
    if not tells_memory():
        return []
    found: dict[str, tuple[float, float]] = {}
    async with opened(address, database_url, NAME) as (product, twin):
        for name, side in (("product", product), ("twin", twin)):
            async with serving(name, address, database_url, folder, NAME) as pid:
                found[name] = await _load(side, pid, sizes)
    titles = ("memory of a worker after one run", f"memory after {sizes.runs} runs x {sizes.steps} steps")
    return [
        Row(title, database, "MiB", (found["product"][place],), (found["twin"][place],))
        for place, title in enumerate(titles)
    ]


async def _load(side: Side, pid: int, sizes: Sizes) -> tuple[float, float]:
    await many(side, 1, sizes.steps)
    before = resident(pid)
    await many(side, sizes.runs, sizes.steps)
    return before, resident(pid)


@asynccontextmanager
async def serving(side: str, address: str, database_url: str, folder: Path, name: str) -> AsyncGenerator[int]:
    """A worker of one side in a process of its own, on the task queue of `name`; gives its process id."""
    command = [sys.executable, "-m", "benchmarks.memory", side, address, database_url, name]
    with (folder / f"{name}-{side}.log").open("ab") as log:
        running = await process.spawn(command, output=log, folder=Path.cwd())
    try:
        # `spawn` replaces its starter by the command, so this is the worker's own id.
        yield running.pid
    finally:
        await process.stop(running)


def tells_memory() -> bool:
    """Whether the system tells of its processes in `/proc`."""
    return Path(STATUS.format(pid=os.getpid())).exists()


def resident(pid: int) -> float:
    """Resident memory of a process in MiB."""
    for line in Path(STATUS.format(pid=pid)).read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1_024
    raise LookupError(f"process {pid} tells no memory")


async def _serve(side: str, address: str, database_url: str, name: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with opened(address, database_url, name) as (product, twin):
        async with product_working(product) if side == "product" else twin_working(twin):
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:5]))
    gc.collect()
    # The Temporal SDK can abort an interpreter that exits right after a worker stopped.
    os._exit(0)
