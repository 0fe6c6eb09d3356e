"""The levels of trials by name: what runs for real in each, and on which store."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager

from loopstack_temporal.store.store import Store
from tests.faults.trial import Report, trial
from tests.support.postgres import postgres_running

Level = Callable[[Iterable[int]], Iterator[Report]]


def in_memory(seeds: Iterable[int]) -> Iterator[Report]:
    """L1: everything but the Temporal server, on SQLite in memory."""
    for seed in seeds:
        yield trial(seed)


def on_postgres(seeds: Iterable[int]) -> Iterator[Report]:
    """L1x: the same on a PostgreSQL server, with a new database for each trial."""
    with postgres_running() as server:
        for seed in seeds:
            with _database(server.create_database, server.drop_database) as url:
                yield trial(seed, lambda url=url: Store.open(url))


@contextmanager
def _database(create: Callable[[], str], drop: Callable[[str], None]) -> Generator[str]:
    url = create()
    try:
        yield url
    finally:
        drop(url)


LEVELS: dict[str, Level] = {"L1": in_memory, "L1x": on_postgres}
