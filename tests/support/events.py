"""The events of a run, however the database hides the newest ones for a moment."""

from __future__ import annotations

import time

from loopstack_temporal.store.records import EventRow
from loopstack_temporal.store.store import Store

LIMIT = 60.0


def events_of(store: Store, run_id: str) -> list[EventRow]:
    """All events that the run has counted: PostgreSQL hides them while any older transaction is open."""
    deadline = time.monotonic() + LIMIT
    while True:
        row = store.runs.get(run_id)
        found, _ = store.events.after(None, run_id=run_id, limit=10_000)
        if row is None or max((event.rev or 0 for event in found), default=0) >= row.rev:
            return list(found)
        assert time.monotonic() < deadline, f"the last events of {run_id} do not appear"
        time.sleep(0.01)
