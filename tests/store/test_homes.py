"""Which Temporal a database belongs to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from loopstack_temporal.store.records import TemporalHome
from loopstack_temporal.store.store import Store


def test_the_first_who_says_so_decides_where_the_runs_live(store: Store) -> None:
    homes = [TemporalHome(f"id-{number}", f"here {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(store.homes.settle, homes))
    assert len(found) == 1
    assert found < set(homes)


def test_only_a_deliberate_move_changes_where_the_runs_live(store: Store) -> None:
    here, there = TemporalHome("a", "default at here"), TemporalHome("b", "default at there")
    assert store.homes.settle(here) == here
    assert store.homes.settle(there) == here
    assert store.homes.move(there) == here
    assert store.homes.settle(here) == there
