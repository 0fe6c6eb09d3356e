"""Text that is still being written: rows for people who watch, gone when the step ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy as sa

from loopstack_temporal.store.database import Database
from loopstack_temporal.store.prepared import Statement
from loopstack_temporal.store.records import LivePiece, LiveStream, LiveWrite
from loopstack_temporal.store.rows import Row
from loopstack_temporal.store.tables import live, run, step

Known = Mapping[tuple[str, str], tuple[str, int]]
"""By run and stream: the attempt that wrote the last piece that is known, and its number."""

_OWNED = (
    sa.select(step.c.step)
    .where(
        step.c.run_id == sa.bindparam("this_run", type_=sa.Text()),
        step.c.step == sa.bindparam("this_step", type_=sa.Integer()),
        step.c.nonce == sa.bindparam("this_nonce", type_=sa.Text()),
        step.c.status == sa.literal_column("'running'"),
        ~step.c.superseded,
    )
    # The write that ends the step, and removes its rows, waits for this one or is seen by it.
    .with_for_update(read=True)
)
_INSERT = live.insert().inline()
_REMOVE = sa.delete(live).where(
    live.c.run_id == sa.bindparam("this_run", type_=sa.Text()),
    live.c.step == sa.bindparam("this_step", type_=sa.Integer()),
)


class Live:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, write: LiveWrite) -> bool:
        """Add pieces; false if the step is no longer the attempt's: then nothing is written."""
        fence = write.fence
        at = datetime.now(UTC)
        told = {"by": fence.nonce, "attempt": write.attempt, "transition": write.transition, "place": write.place}
        rows = [
            {
                "run_id": fence.run_id,
                "stream": piece.stream,
                "seq": piece.seq,
                "step": fence.step,
                "data": {**told, **_dump(piece)},
                "at": at,
            }
            for piece in write.pieces
        ]
        owner = {"this_run": fence.run_id, "this_step": fence.step, "this_nonce": fence.nonce}
        with self._database.brief() as connection:
            if self._database.prepared.first(connection, _OWNED, owner) is None:
                return False
            self._database.prepared.send(connection, [(_INSERT, rows)])
        return True

    def after(self, runs: Collection[str], roots: Collection[str], known: Known) -> tuple[LiveStream, ...]:
        """The streams of these runs, and of the families of these roots, each with its pieces after the known ones."""
        with self._database.read() as connection:
            found = connection.execute(_last(runs, roots)).all()
            return tuple(self._stream(connection, row, known.get((row.run_id, row.stream))) for row in found)

    def _stream(self, connection: sa.Connection, row: sa.Row[Any], known: tuple[str, int] | None) -> LiveStream:
        data: Mapping[str, Any] = row.data
        by, after = known or ("", 0)
        if by != data["by"]:
            after = 0
        pieces: Sequence[Row] = ()
        if row.seq > after:
            mine = sa.and_(live.c.run_id == row.run_id, live.c.stream == row.stream, live.c.seq > after)
            query = sa.select(live.c.seq, live.c.data).where(mine).order_by(live.c.seq)
            pieces = cast("Sequence[Row]", connection.execute(query).all())
        return LiveStream(
            run_id=row.run_id,
            root_id=row.root_id,
            stream=row.stream,
            step=row.step,
            by=data["by"],
            attempt=data["attempt"],
            transition=data["transition"],
            place=data["place"],
            pieces=tuple(
                # On PostgreSQL a new attempt may have begun between the two statements.
                _load(row.stream, one.seq, one.data)
                for one in pieces
                if one.data["by"] == data["by"]
            ),
        )


def removal(run_id: str, number: int) -> Statement:
    """Remove what a step showed; sent after its row was written, and so after whatever its attempts still write."""
    return _REMOVE, [{"this_run": run_id, "this_step": number}]


def remove_from(connection: sa.Connection, run_id: str, first: int) -> None:
    """Remove what this step and later ones showed."""
    connection.execute(sa.delete(live).where(live.c.run_id == run_id, live.c.step >= first))


def _last(runs: Collection[str], roots: Collection[str]) -> sa.Select[Any]:
    """The last piece of each stream."""
    # Run by run through the index: few runs show something at a time, and a family may have thousands.
    active = sa.select(sa.func.min(live.c.run_id).label("id")).cte("active", recursive=True)
    following = sa.select(sa.func.min(live.c.run_id)).where(live.c.run_id > active.c.id).scalar_subquery()
    active = active.union_all(sa.select(following).where(active.c.id.is_not(None)))
    watched = sa.select(run.c.id, run.c.root_id).join(active, active.c.id == run.c.id)
    watched = watched.where(sa.or_(run.c.id.in_(sorted(runs)), run.c.root_id.in_(sorted(roots))))
    mine = watched.subquery("watched")
    last = (
        sa.select(live.c.run_id, live.c.stream, sa.func.max(live.c.seq).label("seq"), mine.c.root_id)
        .join(mine, mine.c.id == live.c.run_id)
        .group_by(live.c.run_id, live.c.stream, mine.c.root_id)
        .subquery("last")
    )
    same = sa.and_(live.c.run_id == last.c.run_id, live.c.stream == last.c.stream, live.c.seq == last.c.seq)
    shown = (live.c.run_id, last.c.root_id, live.c.stream, live.c.seq, live.c.step, live.c.data)
    return cast("sa.Select[Any]", sa.select(*shown).join(last, same))


def _dump(piece: LivePiece) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": piece.kind}
    for name in ("text", "data", "error"):
        if (value := getattr(piece, name)) not in (None, ""):
            found[name] = value
    return found


def _load(stream: str, seq: int, data: Mapping[str, Any]) -> LivePiece:
    return LivePiece(stream, seq, data["kind"], data.get("text", ""), data.get("data"), data.get("error"))
