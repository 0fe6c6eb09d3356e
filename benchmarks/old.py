"""Finished runs that fill the product's tables, written in bulk: running 20,000 of them would take half an hour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from loopstack_temporal.store.database import Database
from loopstack_temporal.store.tables import document, event, run, run_epoch, step

FIRST_NUMBER = 1_000_000
TOGETHER = 500


def fill(database: Database, app: str, runs: int, documents: int) -> None:
    """Insert completed runs of one step, with so many documents each. Once per database: runs have numbers."""
    for first in range(0, runs, TOGETHER):
        numbers = range(FIRST_NUMBER + first, FIRST_NUMBER + min(first + TOGETHER, runs))
        old = [_run(app, number) for number in numbers]
        with database.write() as connection:
            connection.execute(run.insert(), old)
            connection.execute(run_epoch.insert(), [_epoch(row) for row in old])
            connection.execute(step.insert(), [_step(row) for row in old])
            connection.execute(event.insert(), [_event(row) for row in old])
            if documents:
                kept = [_document(row, position) for row in old for position in range(1, documents + 1)]
                connection.execute(document.insert(), kept)


def _run(app: str, number: int) -> dict[str, Any]:
    run_id, at = str(uuid4()), datetime.now(UTC)
    return {
        "id": run_id,
        "app": app,
        "workflow": "one",
        "number": number,
        "workspace_id": "default",
        "user_id": "local",
        "status": "completed",
        "place": "end",
        "next_step": 1,
        "epoch": 1,
        "event_seq": 1,
        "args": {"steps": 1, "documents": 0},
        "result": 1,
        "path": ["start", "end"],
        "root_id": run_id,
        "temporal_run_id": str(uuid4()),
        "created_at": at,
        "started_at": at,
        "updated_at": at,
        "ended_at": at,
    }


def _epoch(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "run_id": row["id"],
        "temporal_run_id": row["temporal_run_id"],
        "epoch": 1,
        "registered_at": row["created_at"],
    }


def _step(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "run_id": row["id"],
        "step": 0,
        "epoch": 1,
        "transition": "only",
        "from_place": "start",
        "to_place": "end",
        "status": "committed",
        "try_no": 1,
        "attempt": 1,
        "nonce": uuid4().hex,
        "state": {},
        "checkpoint_step": 0,
        "started_at": row["created_at"],
        "ended_at": row["created_at"],
    }


def _event(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "run.changed",
        "run_id": row["id"],
        "root_id": row["id"],
        "workspace_id": "default",
        "rev": 1,
        "data": {"status": "completed", "place": "end"},
        "at": row["created_at"],
    }


def _document(row: dict[str, Any], position: int) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "run_id": row["id"],
        "step": 0,
        "epoch": 1,
        "transition": "only",
        "place": "start",
        "name": "message",
        "position": position,
        "version": 1,
        "live": True,
        "keep": False,
        "content": {"role": "assistant", "text": f"document {position}"},
        "tags": [],
        "meta": {},
        "hidden": False,
        "internal": False,
        "created_at": row["created_at"],
    }
