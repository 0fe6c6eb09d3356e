"""What the reconciler asks and writes: runs that are open, and what befell them outside of their steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from loopstack_temporal.machine.decisions import OF_CHILD
from loopstack_temporal.store.columns import now
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.locked import lock_run
from loopstack_temporal.store.records import Ending, Untold, Watched
from loopstack_temporal.store.runs import end_locked
from loopstack_temporal.store.tables import inbox, run

ORPHANED_BY = "loopstack.reconciler"
"""Who asked for the cancel of a run that nobody waits for any more."""

_WATCHED = tuple(
    run.c[name] for name in ("id", "status", "epoch", "next_step", "first_execution_run_id", "start_token")
)
_parent = run.alias("parent")


class Reconciling:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_runs(self, app: str, quiet_seconds: float, *, after: str = "", limit: int = 200) -> tuple[Watched, ...]:
        """Open runs of an app by id, behind `after`, that did not change for `quiet_seconds`."""
        query = sa.select(*_WATCHED).where(
            run.c.app == app,
            run.c.ended_at.is_(None),
            run.c.id > after,
            run.c.updated_at < now(-timedelta(seconds=quiet_seconds)),
        )
        return self._watched(query.order_by(run.c.id).limit(limit))

    def open_among(self, app: str, ids: Sequence[str]) -> tuple[Watched, ...]:
        """Those of `ids` (a few hundred at most) that are open runs of an app, by id."""
        if not ids:
            return ()
        query = sa.select(*_WATCHED).where(run.c.app == app, run.c.ended_at.is_(None), run.c.id.in_(ids))
        return self._watched(query.order_by(run.c.id))

    def unwanted(self, app: str, limit: int = 100) -> tuple[str, ...]:
        """Ids of open runs on Temporal that nobody waits for: their parent's step was undone, or their parent lost."""
        query = sa.select(run.c.id).where(
            run.c.app == app,
            run.c.ended_at.is_(None),
            run.c.epoch > 0,
            sa.or_(run.c.superseded, run.c.cancel_by == ORPHANED_BY),
        )
        with self._database.read() as connection:
            return tuple(connection.execute(query.order_by(run.c.id).limit(limit)).scalars())

    def uncanceled(self, app: str, quiet_seconds: float, limit: int = 100) -> tuple[tuple[str, str | None], ...]:
        """Open runs on Temporal that somebody wants canceled, with whom, and that did not change for `quiet_seconds`.

        Temporal may have been away when it was asked to cancel them.
        """
        query = sa.select(run.c.id, run.c.cancel_by).where(
            run.c.app == app,
            run.c.ended_at.is_(None),
            run.c.cancel_requested,
            sa.or_(run.c.epoch > 0, run.c.temporal_run_id.is_not(None)),
            run.c.updated_at < now(-timedelta(seconds=quiet_seconds)),
        )
        with self._database.read() as connection:
            found = connection.execute(query.order_by(run.c.updated_at).limit(limit)).all()
        return tuple((row.id, row.cancel_by) for row in found)

    def untold(self, app: str, ended_before_seconds: float, limit: int = 100) -> tuple[Untold, ...]:
        """Children that ended so long ago while their parent, waiting for just that, has not heard of it."""
        heard = (
            sa.select(inbox.c.trigger_id)
            .where(
                inbox.c.run_id == run.c.parent_id,
                # As `report_of` makes it.
                inbox.c.trigger_id == sa.literal(OF_CHILD) + run.c.id + ":" + run.c.callback,
                sa.or_(inbox.c.applied_step.is_not(None), inbox.c.outcome.in_(["rejected", "dropped"])),
            )
            .exists()
        )
        query = (
            sa.select(run.c.id, run.c.parent_id, run.c.status, run.c.callback, run.c.ended_at, _parent.c.awaiting)
            .join(_parent, _parent.c.id == run.c.parent_id)
            .where(
                _parent.c.app == app,
                _parent.c.status == "waiting",
                run.c.callback.is_not(None),
                ~run.c.superseded,
                run.c.ended_at < now(-timedelta(seconds=ended_before_seconds)),
                ~heard,
            )
        )
        untold: list[Untold] = []
        behind: sa.ColumnElement[bool] = sa.true()
        # In pages: children whose parents stand elsewhere must not hide those that are missed.
        while True:
            with self._database.read() as connection:
                page = query.where(behind).order_by(run.c.ended_at, run.c.id).limit(limit)
                found = connection.execute(page).all()
            untold += [
                Untold(row.id, row.parent_id, row.status, row.callback)
                for row in found
                if any(one["transition"] == row.callback for one in row.awaiting or ())
            ]
            if len(found) < limit or len(untold) >= limit:
                return tuple(untold[:limit])
            behind = sa.tuple_(run.c.ended_at, run.c.id) > sa.tuple_(
                sa.literal(found[-1].ended_at, run.c.ended_at.type), sa.literal(found[-1].id)
            )

    def end_lost(self, seen: Watched, ending: Ending) -> bool:
        """End a run that can never move again, unless it moved since it was `seen`.

        Its open children are nobody's then; a worker cancels them.
        """
        with self._database.write() as connection:
            locked = lock_run(connection, seen.id)
            if locked is None or locked.row.ended_at is not None:
                return False
            if (locked.row.status, locked.row.epoch, locked.row.next_step) != (seen.status, seen.epoch, seen.next_step):
                return False
            locked.set_quietly(error_transition=None)
            end_locked(self._database, connection, locked, ending)
            connection.execute(
                sa.update(run)
                .where(run.c.parent_id == seen.id, run.c.ended_at.is_(None))
                .values(cancel_requested=True, cancel_by=ORPHANED_BY, cancel_reason="The parent run was lost.")
            )
            return True

    def _watched(self, query: sa.Select[tuple[object, ...]]) -> tuple[Watched, ...]:
        with self._database.read() as connection:
            found = connection.execute(query).all()
        return tuple(Watched(*row) for row in found)
