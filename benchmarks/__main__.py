"""`python -m benchmarks`: measure the product beside its hand-written twin and print one table."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import sys
import tempfile
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import report
from benchmarks.databases import database, version_of
from benchmarks.measuring import Row
from benchmarks.memory import memory
from benchmarks.rows import ROWS
from benchmarks.sides import working
from benchmarks.streaming import stream
from benchmarks.values import FULL, QUICK, Bench, Sizes
from loopstack_temporal.errors import LoopstackError
from loopstack_temporal.temporal.devserver import DevServer, DevServerOptions

APART = {"memory": memory, "stream": stream}
"""Measured with processes of their own, before the others: while the server is fresh and nothing else runs."""
NAMES = (*ROWS, *APART)
KINDS = {"sqlite": ("sqlite",), "postgresql": ("postgresql",), "both": ("sqlite", "postgresql")}


async def measure(names: Sequence[str], kinds: Sequence[str], sizes: Sizes) -> tuple[list[Row], list[str]]:
    """All rows of all databases on one Temporal server, and the databases' versions."""
    rows: list[Row] = []
    versions: list[str] = []
    with tempfile.TemporaryDirectory(prefix="loopstack-bench-", ignore_cleanup_errors=True) as given:
        folder = Path(given)
        options = DevServerOptions(database=folder / "temporal.db", log_level="error")
        async with DevServer(options, log=folder / "temporal.log") as server:
            for kind in kinds:
                with database(kind, folder) as url:
                    versions.append(report.sqlite_version() if kind == "sqlite" else version_of(url))
                    rows += await _measure_on(server.address, url, kind, names, sizes, folder)
    return rows, versions


async def _measure_on(address: str, url: str, kind: str, names: Sequence[str], sizes: Sizes, folder: Path) -> list[Row]:
    rows: list[Row] = []
    for name in (name for name in names if name in APART):
        rows += await _told(kind, name, APART[name](address, url, kind, sizes, folder))
    async with working(address, url, f"bench-{kind}") as pair:
        for name in (name for name in names if name in ROWS):
            rows += await _told(kind, name, ROWS[name](Bench(pair, kind, sizes)))
    return rows


async def _told(kind: str, name: str, measuring: Awaitable[list[Row]]) -> list[Row]:
    """Say what is being measured, and what came out: the whole series takes long."""
    print(f"  {kind}: {name} …", file=sys.stderr, flush=True)
    rows = await measuring
    print(report.table(rows), file=sys.stderr, flush=True)
    return rows


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=NAMES, help="measure this only; may be given again")
    parser.add_argument("--database", choices=list(KINDS), default="both")
    parser.add_argument(
        "--quick", action="store_true", help="small sizes: shows that it works, the figures mean little"
    )
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/performance.md")
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    """Exit code 0 when everything was measured, 1 when something stood in the way."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    asked = _arguments(given)
    sizes = QUICK if asked.quick else FULL
    where = report.machine()
    try:
        rows, versions = asyncio.run(measure(asked.only or NAMES, KINDS[asked.database], sizes))
    except LoopstackError as error:
        print(error, file=sys.stderr)
        return 1
    where = replace(where, databases=tuple(versions))
    print(report.table(rows))
    print(f"\n{where.sentence}")
    print(f"every figure: {report.keep(rows, where, quick=sizes is not FULL)}")
    if asked.write_docs:
        report.document(rows, where)
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    # The Temporal SDK can abort an interpreter that exits right after a worker stopped.
    os._exit(code)
