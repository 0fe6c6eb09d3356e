"""Documents of a commit: which version of a key is shown, and where in the feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loopstack_temporal.store.database import Database
from loopstack_temporal.store.locked import LockedRun
from loopstack_temporal.store.prepared import Statement
from loopstack_temporal.store.records import DocumentWrite
from loopstack_temporal.store.tables import document

_INSERT = document.insert().inline()
_LIVE_VERSIONS = sa.select(document.c.id, document.c.position, document.c.version, document.c.keep).where(
    document.c.run_id == sa.bindparam("this_run", type_=sa.Text()),
    document.c.key == sa.bindparam("this_key", type_=sa.Text()),
    document.c.live,
    ~document.c.superseded,
)
_REPLACE = sa.update(document).where(document.c.id == sa.bindparam("this_document", type_=sa.Text()))


@dataclass(slots=True)
class _Version:
    """A live version of a key: in the table already, or in the rows about to be inserted."""

    id: str
    position: int
    version: int
    keep: bool
    row: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Which step saves the documents."""

    step: int
    epoch: int
    transition: str
    place: str


def save(
    database: Database,
    connection: sa.Connection,
    locked: LockedRun,
    origin: Origin,
    documents: Sequence[DocumentWrite],
) -> list[Statement]:
    """The writes that save `documents` in their order, and their events. Reads only if there are keys."""
    if not documents:
        return []
    versions = _live_versions(database, connection, locked.id, {one.key for one in documents if one.key is not None})
    position: int = locked.row.document_seq
    rows: list[dict[str, Any]] = []
    replaced: list[str] = []
    for one in documents:
        former = versions.setdefault(one.key, []) if one.key is not None else []
        leaving = [] if one.keep_previous else [version for version in former if not version.keep]
        for version in leaving:
            former.remove(version)
            if version.row is None:
                replaced.append(version.id)
            else:
                version.row |= {"live": False, "replaced_step": origin.step}
        if leaving:
            place_in_feed = max(version.position for version in leaving)
        else:
            position += 1
            place_in_feed = position
        number = 1 + max((version.version for version in [*former, *leaving]), default=0)
        row = _row(locked, origin, one) | {"position": place_in_feed, "version": number}
        rows.append(row)
        former.append(_Version(one.id, place_in_feed, number, one.keep_previous, row))
    _announce(locked, rows)
    locked.set_quietly(document_seq=position)
    return [*_replace(replaced, origin.step), (_INSERT, rows)]


def _replace(ids: Sequence[str], step: int) -> list[Statement]:
    if not ids:
        return []
    return [(_REPLACE, [{"live": False, "replaced_step": step, "this_document": one} for one in ids])]


def _live_versions(
    database: Database, connection: sa.Connection, run_id: str, keys: set[str]
) -> dict[str | None, list[_Version]]:
    return {
        key: [
            _Version(row.id, row.position, row.version, row.keep, None)
            for row in database.prepared.all(connection, _LIVE_VERSIONS, {"this_run": run_id, "this_key": key})
        ]
        for key in sorted(keys)
    }


def _row(locked: LockedRun, origin: Origin, one: DocumentWrite) -> dict[str, Any]:
    return {
        "id": one.id,
        "run_id": locked.id,
        "step": origin.step,
        "epoch": origin.epoch,
        "transition": origin.transition,
        "place": origin.place,
        "name": one.name,
        "key": one.key,
        "live": True,
        "superseded": False,
        "keep": one.keep_previous,
        "replaced_step": None,
        "content": one.content,
        "tags": list(one.tags),
        "meta": dict(one.meta),
        "hidden": one.hidden,
        "internal": one.internal,
        "validation_error": one.validation_error,
        "live_id": one.live_id,
        "created_at": locked.at,
    }


def _announce(locked: LockedRun, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        if not row["internal"]:
            told = ("id", "name", "key", "position", "version", "live_id", "step", "hidden")
            locked.event("document.saved", {name: row[name] for name in told})
