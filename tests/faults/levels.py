"""The levels of trials by name: what runs for real in each, and on which store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tests.faults.trial import Report, trial

Level = Callable[[Iterable[int]], Iterator[Report]]


def in_memory(seeds: Iterable[int]) -> Iterator[Report]:
    """L1: everything but the server process, on SQLite in memory."""
    for seed in seeds:
        yield trial(seed)


LEVELS: dict[str, Level] = {"L1": in_memory}
