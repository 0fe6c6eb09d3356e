"""The levels of trials by name: what runs for real in each, and on which store."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from loopstack_temporal.store import migrate
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.devserver import DevServer, DevServerOptions
from tests.faults.real import OUR_KINDS, POSTGRES_KILLED, Raid
from tests.faults.trial import Report, trial
from tests.support.postgres import PostgresServer, postgres_running
from tests.support.stack import stack_on

Level = Callable[[Iterable[int]], Iterator[Report]]


def in_memory(seeds: Iterable[int]) -> Iterator[Report]:
    """L1: everything but the Temporal server, on SQLite in memory."""
    for seed in seeds:
        yield trial(seed)


def on_postgres(seeds: Iterable[int]) -> Iterator[Report]:
    """L1x: the same on a PostgreSQL server that nobody kills, in one database that is emptied after each trial."""
    with postgres_running(durable=False) as server:
        url = server.create_database()
        with contextlib.closing(Store.open(url)) as store:
            for seed in seeds:
                yield trial(seed, lambda: Lent(store.database))
                server.empty_database(url)


class Lent(Store):
    """A store on a database that outlives the trial, together with what it knows of its statements."""

    def close(self) -> None:
        """Leave it to its owner."""


@contextmanager
def _database(create: Callable[[], str], drop: Callable[[str], None]) -> Generator[str]:
    url = create()
    try:
        yield url
    finally:
        drop(url)


def with_processes(seeds: Iterable[int]) -> Iterator[Report]:
    """L2: real processes, killed; PostgreSQL for even seeds, SQLite for odd ones."""
    with postgres_running() as server:
        for seed in seeds:
            with tempfile.TemporaryDirectory(prefix="loopstack-raid-") as name:
                if seed % 2:
                    url = f"sqlite:///{name}/loopstack.db"
                    migrate.upgrade(url)
                    yield asyncio.run(_raid(seed, url, Path(name)))
                    continue
                with _database(server.create_database, server.drop_database) as url:
                    yield asyncio.run(_raid(seed, url, Path(name), server))


async def _raid(seed: int, url: str, folder: Path, postgres: PostgresServer | None = None) -> Report:
    options = DevServerOptions(database=folder / "temporal.db")
    kinds = OUR_KINDS if postgres is None else (*OUR_KINDS, POSTGRES_KILLED)
    async with DevServer(options, log=folder / "temporal.log") as temporal, stack_on(temporal, url, folder) as stack:
        return await Raid(stack, seed, postgres).run(runs=20, faults=6, limit=120, kinds=kinds)


LEVELS: dict[str, Level] = {"L1": in_memory, "L1x": on_postgres, "L2": with_processes}
