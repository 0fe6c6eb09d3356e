"""The bell between processes on PostgreSQL: a commit is heard at once, many are heard together, and it comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from loopstack_temporal.store.bell import CHANNEL, TOGETHER
from loopstack_temporal.store.records import RunFilter
from loopstack_temporal.store.store import Store
from tests.store.make import new_run

LIMIT = 20.0
_ALL = RunFilter()


class Ears:
    """Counts what was heard."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def more_than(self, count: int) -> bool:
        """Wait until something more was heard."""
        with self._changed:
            return self._changed.wait_for(lambda: self.count > count, LIMIT)


@pytest.fixture
def here(postgres_database: str) -> Iterator[Store]:
    """The store that listens."""
    store = Store.open(postgres_database)
    yield store
    store.close()


@pytest.fixture
def there(postgres_database: str) -> Iterator[Store]:
    """Another process, as far as the database can tell."""
    store = Store.open(postgres_database)
    yield store
    store.close()


def test_a_commit_elsewhere_is_heard_after_it_can_be_read(here: Store, there: Store) -> None:
    found: list[str] = []
    ears = Ears()

    def heard() -> None:
        found[:] = [run.id for run in here.runs.page(_ALL).items]
        ears()

    here.events.listen(heard)
    assert ears.more_than(0), "it says once that it listens, because something may have been missed before"
    there.runs.create(new_run("r"))
    assert ears.more_than(1)
    assert found == ["r"]


def test_many_commits_of_a_moment_ring_few_times(here: Store, there: Store) -> None:
    ears = Ears()
    here.events.listen(ears)
    assert ears.more_than(0)
    began = time.monotonic()
    for number in range(60):
        there.runs.create(new_run(f"r-{number}"))
    there.close()  # What was rung is heard before it ends.
    lasted = time.monotonic() - began
    assert ears.more_than(1)
    assert ears.count <= 2 + lasted / TOGETHER, "once for listening, at once, and then after each moment"


def test_a_listener_whose_connection_dies_listens_again(here: Store, there: Store, postgres_database: str) -> None:
    ears = Ears()
    here.events.listen(ears)
    assert ears.more_than(0)
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query = %s", [f"LISTEN {CHANNEL}"]
        ).fetchone()
    assert ended == (1,)
    assert ears.more_than(1), "it listens again, and says that something may have been missed"
    there.runs.create(new_run("r"))
    assert ears.more_than(2)


def test_a_bell_whose_connection_dies_rings_again(here: Store, there: Store, postgres_database: str) -> None:
    ears = Ears()
    here.events.listen(ears)
    assert ears.more_than(0)
    there.runs.create(new_run("first"))
    assert ears.more_than(1)
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s", [f"NOTIFY {CHANNEL}"]
        )
    before = ears.count
    there.runs.create(new_run("once"))
    assert ears.more_than(before)


def test_a_stopped_listener_hears_nothing_more_and_sqlite_has_none(here: Store, sqlite_database: str) -> None:
    listener = here.events.listen(Ears())
    assert listener is not None
    listener.close()
    assert not listener.alive
    other = Store.open(sqlite_database)
    assert other.events.listen(Ears()) is None
    other.close()
