"""A run goes back: Temporal was reset to an earlier step, or to the beginning."""

from __future__ import annotations

import sqlalchemy as sa

from loopstack_temporal.store.creating import FIRST_PLACE
from loopstack_temporal.store.effects import set_aside
from loopstack_temporal.store.live import remove_from
from loopstack_temporal.store.locked import LockedRun, live_step
from loopstack_temporal.store.records import OPENING
from loopstack_temporal.store.tables import document, inbox, run, run_epoch, step


def new_epoch(connection: sa.Connection, locked: LockedRun, temporal_run_id: str) -> int:
    """Register a Temporal run as the run's current one and return its epoch."""
    epoch: int = locked.row.epoch + 1
    connection.execute(
        run_epoch.insert(),
        [{"run_id": locked.id, "temporal_run_id": temporal_run_id, "epoch": epoch, "registered_at": locked.at}],
    )
    locked.set_quietly(epoch=epoch, temporal_run_id=temporal_run_id, pauses=0)
    return epoch


def rewind(connection: sa.Connection, locked: LockedRun, to_step: int) -> None:
    """Undo `to_step` and everything after it. The epoch must be the new one already.

    Rows are marked, not deleted. Answers that only undone steps applied may apply again: Temporal sends signals once
    more after a reset, and they are what the run now waits for. Those of earlier steps stay applied. Child
    runs of undone steps are nobody's any more; a worker cancels them.
    """
    connection.execute(
        sa.update(step)
        .where(step.c.run_id == locked.id, step.c.step >= to_step, ~step.c.superseded)
        .values(superseded=True)
    )
    connection.execute(
        sa.update(inbox).where(inbox.c.run_id == locked.id, inbox.c.applied_step >= to_step).values(applied_step=None)
    )
    mine = sa.and_(document.c.run_id == locked.id, ~document.c.superseded)
    connection.execute(sa.update(document).where(mine, document.c.step >= to_step).values(superseded=True))
    connection.execute(
        sa.update(document).where(mine, document.c.replaced_step >= to_step).values(live=True, replaced_step=None)
    )
    connection.execute(
        sa.update(run).where(run.c.parent_id == locked.id, run.c.parent_step >= to_step).values(superseded=True)
    )
    set_aside(connection, locked.id, to_step)
    remove_from(connection, locked.id, to_step)
    before = live_step(connection, locked.id, to_step - 1) if to_step > OPENING else None
    if before is None:
        restored = {"status": "running", "place": FIRST_PLACE, "path": None, "failures": None, "checkpoint_step": None}
    else:
        restored = before.run_after | {"place": before.to_place, "checkpoint_step": before.checkpoint_step}
        del restored["ended"]
    cleared = dict.fromkeys(("error", "error_transition", "retry", "awaiting", "result", "ended_at"))
    # A workflow that was paused at the point it was reset to says so itself.
    cleared |= dict.fromkeys(("paused_at", "paused_by"))
    cleared |= {"has_error": False, "can_retry": False, "cancel_requested": False, "awaits_person": False}
    locked.set(**(cleared | restored | {"next_step": max(to_step, 0)}))
    locked.event("run.rewound", {"step": to_step, "epoch": locked.value("epoch")})
