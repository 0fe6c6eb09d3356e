"""A store on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loopstack_temporal.store.store import Store
from tests.store.make import Making


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on SQLite, then on PostgreSQL."""
    store = Store.open(database_url)
    store.database.bell = None  # On PostgreSQL it is a transaction at any time, which hides the next one's events.
    yield store
    store.close()


@pytest.fixture
def make(store: Store) -> Making:
    """Makes runs and steps with little said."""
    return Making(store)
