"""Events: gapless within a run, complete over runs, resumable, and never about what was rolled back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from loopstack_temporal.store.faults import CursorLost
from loopstack_temporal.store.records import Ending, EventRow
from loopstack_temporal.store.store import Store
from tests.store.make import Making, document, new_run, types


def _all(store: Store, cursor: str | None, limit: int = 7) -> Iterator[EventRow]:
    while True:
        events, cursor = store.events.after(cursor, limit=limit)
        yield from events
        if not events:
            return


def test_a_step_tells_its_documents_then_itself_then_the_run_last(make: Making) -> None:
    make.opened(title="T")
    hidden = document(None, 2, internal=True)
    make.finish(0, documents=(document("k", 1), hidden))
    events = make.events()
    assert types(events) == ["run.created", "run.changed", "document.saved", "step.committed", "run.changed"]
    assert [event.rev for event in events] == [1, 2, 3, 4, 5]
    assert events[0].data == {
        "workflow": "hello",
        "app": "app",
        "title": "T",
        "number": 1,
        "parent_id": None,
        "status": "pending",
    }
    assert set(events[2].data) == {"id", "name", "key", "position", "version", "live_id", "step", "hidden"}
    assert {**events[3].data} | {"duration_ms": 0} == {
        "step": 0,
        "transition": "work",
        "from": "start",
        "to": "done",
        "duration_ms": 0,
    }
    assert events[4].data == {
        "status": "running",
        "place": "done",
        "step": 1,
        "awaiting": [],
        "has_error": False,
        "error_message": None,
        "can_retry": False,
        "retry": None,
        "path": ["start", "done"],
        "ended_at": None,
    }
    run = make.store.runs.get(make.run)
    assert run is not None
    assert run.rev == 5


@pytest.mark.requirement("REL-025")
def test_reading_resumes_after_any_event_without_gap_or_repetition(make: Making) -> None:
    make.opened()
    for step in range(4):
        make.finish(step, documents=(document(),))
    everything = list(_all(make.store, None))
    for number, event in enumerate(everything):
        rest = list(_all(make.store, event.cursor, limit=2))
        assert rest == everything[number + 1 :]


def test_the_cursor_moves_on_even_when_nothing_matches(make: Making) -> None:
    make.opened()
    found, cursor = make.store.events.after(None, types=["nothing.such"])
    assert found == ()
    assert make.store.events.after(cursor)[0] == ()
    make.finish(0)
    assert types(make.store.events.after(cursor)[0]) == ["step.committed", "run.changed"]
    assert make.store.events.after(make.store.events.head())[0] == ()


def test_events_are_narrowed_to_a_run_its_descendants_or_a_workspace(make: Making) -> None:
    store = make.store
    store.workspaces.create("w2", "Two")
    parent = make.opened()
    child = make.opened(parent_id=parent, root_id=parent)
    grandchild = make.opened(parent_id=child, root_id=parent)
    other = make.opened(workspace_id="w2")

    def runs(**scope: object) -> set[str | None]:
        return {event.run_id for event in store.events.after(None, **scope)[0]}  # type: ignore[arg-type]

    assert runs(run_id=parent) == {parent}
    assert runs(run_id=parent, tree=True) == {parent, child, grandchild}
    assert runs(run_id=child, tree=True) == {child, grandchild}
    assert runs(workspace_id="w2") == {other}
    assert {event.root_id for event in store.events.after(None, run_id=grandchild)[0]} == {parent}

    before = store.events.head()
    store.runs.end(grandchild, 1, Ending("canceled"))
    store.runs.delete(grandchild)
    assert types(store.events.after(before, run_id=parent, tree=True)[0])[-1] == "run.deleted"
    assert store.events.after(before, run_id=other, tree=True)[0] == ()


@pytest.mark.parametrize("cursor", ["", "x", "12345678-1-1", "0-0", "\u0661-\u0661", "a" * 5000, "00000000-9-9\n"])
@pytest.mark.requirement("API-020")
def test_a_forged_cursor_is_lost(store: Store, cursor: str) -> None:
    with pytest.raises(CursorLost):
        store.events.after(cursor)


@pytest.mark.requirement("API-020")
def test_a_cursor_of_the_future_or_from_before_what_is_kept_is_lost(make: Making) -> None:
    make.opened()
    name, xid, number = make.store.events.head().split("-")
    with pytest.raises(CursorLost, match="future"):
        make.store.events.after(f"{name}-{int(xid) + 10_000}-{int(number) + 10_000}")
    early, _ = make.store.events.after(None, limit=1)
    assert make.store.events.prune(timedelta(hours=1)) == 0
    assert make.store.events.prune(timedelta(), at_most=2) == 2
    with pytest.raises(CursorLost, match="no longer kept"):
        make.store.events.after(early[0].cursor)
    make.finish(0)
    assert types(make.store.events.after(None)[0]) == ["step.committed", "run.changed"]


def test_the_version_changes_with_every_commit(make: Making) -> None:
    make.opened()
    first = make.store.events.version()
    make.finish(0)
    assert make.store.events.version() != first


def test_on_sqlite_the_version_changes_only_then(sqlite_database: str) -> None:
    """On PostgreSQL it may change at any time: other databases of the server and its own vacuum count as well."""
    make = Making(Store.open(sqlite_database))
    make.opened()
    first = make.store.events.version()
    assert make.store.events.version() == first
    make.store.close()


@pytest.mark.requirement("REL-025", "REL-002")
def test_no_event_is_lost_or_doubled_while_eight_writers_commit(store: Store) -> None:
    writers, steps = 8, 12
    start = threading.Barrier(writers + 1)
    expected = writers * (2 + steps * 3)

    def write(_: int) -> str:
        making = Making(store)
        start.wait(20)
        making.opened()
        for step in range(steps):
            making.finish(step, documents=(document("k", step),))
        return making.run

    def read() -> list[EventRow]:
        seen: list[EventRow] = []
        cursor: str | None = None
        start.wait(20)
        deadline = time.monotonic() + 60
        while len(seen) < expected and time.monotonic() < deadline:
            events, cursor = store.events.after(cursor, limit=50)
            seen += events
        return [*seen, *_all(store, cursor)]

    with ThreadPoolExecutor(writers + 1) as threads:
        reader = threads.submit(read)
        runs = list(threads.map(write, range(writers)))
        seen = reader.result()
    assert max(Counter(event.cursor for event in seen).values()) == 1
    for run_id in runs:
        assert [event.rev for event in seen if event.run_id == run_id] == list(range(1, 2 + steps * 3 + 1))


def test_on_postgresql_an_event_of_a_slow_transaction_is_waited_for(postgres_database: str) -> None:
    store = Store.open(postgres_database)
    store.database.bell = None
    with psycopg.connect(postgres_database) as slow:
        slow.execute("INSERT INTO event (type, data, at) VALUES ('slow', '{}', now())")
        store.runs.create(new_run("fast"))
        before, cursor = store.events.after(None)
        assert before == ()
        slow.commit()
        after, _ = store.events.after(cursor)
        assert types(after) == ["slow", "run.created"]
        slow.execute("INSERT INTO event (type, data, at) VALUES ('undone', '{}', now())")
        slow.rollback()
    store.runs.create(new_run("more"))
    assert types(store.events.after(None)[0]) == ["slow", "run.created", "run.created"]
    store.close()
