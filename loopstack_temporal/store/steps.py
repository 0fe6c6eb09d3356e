"""Steps: entering, claiming, finishing, failing; each exactly once however often it is tried."""

from __future__ import annotations

import sqlalchemy as sa

from loopstack_temporal.errors import NotFound
from loopstack_temporal.failpoints import hit
from loopstack_temporal.store import committing, cursors, entering
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.records import (
    Claim,
    Entered,
    FailureWrite,
    Page,
    RecordedStep,
    StepDetail,
    StepOutcome,
    StepRow,
    Unregistered,
)
from loopstack_temporal.store.rows import decision, step_row
from loopstack_temporal.store.tables import run
from loopstack_temporal.store.tables import step as steps


class Steps:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(
        self,
        run_id: str,
        step: int,
        temporal_run_id: str,
        trigger_id: str | None = None,
        transition: str | None = None,
    ) -> Entered | Unregistered:
        """All that a step needs to begin, in one read. Raises `NotFound`.

        `transition` makes `retry_count` right for a step that has no row yet, such as a manual retry.
        """
        with self._database.read() as connection:
            return entering.enter(
                self._database,
                connection,
                run_id,
                step,
                temporal_run_id,
                trigger_id=trigger_id,
                transition=transition,
            )

    def register(self, run_id: str, step: int, temporal_run_id: str, seen_epoch: int) -> int | None:
        """Make a Temporal run the run's current one and return its epoch; rewind if it begins at an earlier step.

        Ask Temporal first, outside any transaction, whether it is the current one. `None`: the epoch moved since
        `seen_epoch`, so enter again. Raises `NotFound` and `StoreBehindHistory`.
        """
        with self._database.write() as connection:
            return entering.register(self._database, connection, run_id, step, temporal_run_id, seen_epoch)

    def undo_begun(self, run_id: str, step: int, temporal_run_id: str) -> None:
        """A Temporal run that is known stands before `step`: what an earlier one had begun of it is undone.

        Does nothing where nothing was begun, or where this Temporal run has begun it. Raises `NotFound` and `Fenced`.
        """
        with self._database.write() as connection:
            entering.undo_begun(self._database, connection, run_id, step, temporal_run_id)

    def claim(self, claim: Claim) -> RecordedStep | None:
        """Take the fence and show that the step runs. Returns the outcome if there is one. Raises `Fenced`."""
        with self._database.brief() as connection:
            recorded = committing.claim(self._database, connection, claim)
            hit("claim.before_commit")
        hit("claim.after_commit")
        return recorded

    def finish(self, outcome: StepOutcome) -> RecordedStep:
        """Write everything a finished step writes, or return what was recorded before. Raises `Fenced`."""
        point = "close" if outcome.status == "closed" else "commit"
        with self._database.brief() as connection:
            recorded = committing.finish(self._database, connection, outcome)
            hit(f"{point}.before_commit")
        hit(f"{point}.after_commit")
        return recorded

    def fail(self, failure: FailureWrite) -> RecordedStep | None:
        """Write an author failure that will be retried. Returns the outcome if the step has one. Raises `Fenced`."""
        with self._database.brief() as connection:
            recorded = committing.fail(self._database, connection, failure)
            hit("fail.before_commit")
        hit("fail.after_commit")
        return recorded

    def page(self, run_id: str, cursor: str | None = None, limit: int = 50) -> Page[StepRow]:
        """Steps that were not rewound, first to last, without step `OPENING`. Raises `InvalidInput` for the cursor."""
        (after,) = cursors.decode(cursor, int) if cursor is not None else (-1,)
        limit = max(1, min(limit, 200))
        query = (
            sa.select(*entering.SUMMARY)
            .where(steps.c.run_id == run_id, ~steps.c.superseded, steps.c.step > after)
            .order_by(steps.c.step)
            .limit(limit + 1)
        )
        with self._database.read() as connection:
            found = connection.execute(query).all()
        rows = tuple(step_row(row) for row in found[:limit])
        return Page(rows, cursors.encode(rows[-1].step) if len(found) > limit else None)

    def get(self, run_id: str, step: int) -> StepDetail:
        """One step with the state before and after it. Raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(steps).where(steps.c.run_id == run_id, steps.c.step == step, ~steps.c.superseded)
            ).one_or_none()
            if row is None:
                raise NotFound(f"run {run_id!r} has no step {step}", code="step_not_found")
            before = entering.checkpoint_after(connection, run_id, step - 1)
            after = entering.checkpoint_after(connection, run_id, step) if row.status != "running" else before
        return StepDetail(
            step_row(row),
            before=before.state if before else None,
            after=after.state if after else None,
            result=after.result if after else None,
            decision=decision(row),
        )

    def failures(self, run_id: str) -> dict[str, int]:
        """Author failures per transition since its last success. Raises `NotFound`."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(run.c.failures).where(run.c.id == run_id)).one_or_none()
        if found is None:
            raise NotFound(f"there is no run {run_id!r}", code="run_not_found", facts={"run_id": run_id})
        return dict(found.failures or {})
