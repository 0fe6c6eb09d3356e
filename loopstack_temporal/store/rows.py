"""From database rows to the values of `records`."""

from __future__ import annotations

from typing import Any, cast

import sqlalchemy as sa

from loopstack_temporal.machine.decisions import Decision, DecisionAdapter, RunStatus
from loopstack_temporal.store import codec
from loopstack_temporal.store.records import (
    Checkpoint,
    DocumentRow,
    RecordedStep,
    RunFacts,
    RunRow,
    StepRow,
    TriggerRow,
)
from loopstack_temporal.store.tables import run

Row = sa.Row[Any]

OPEN: frozenset[str] = frozenset({"pending", "running", "waiting"})
"""Statuses in which a pause shows."""

shown_status = sa.case((sa.and_(run.c.paused_at.is_not(None), run.c.status.in_(OPEN)), "paused"), else_=run.c.status)
"""The status people see, in SQL; `run_row` says the same in Python."""


def can_retry(status: str, parked: bool) -> bool:
    """Whether a retry makes sense now: the retried step that runs keeps the run parked in the row, but not in view."""
    return parked and status == "failed"


def run_row(row: Row) -> RunRow:
    """A run. What it awaits shows only while it waits: a claimed answer keeps the wait in the row but not in view."""
    paused = row.paused_at is not None and row.status in OPEN
    return RunRow(
        id=row.id,
        app=row.app,
        workflow=row.workflow,
        title=row.title,
        number=row.number,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        status="paused" if paused else cast(RunStatus, row.status),
        place=row.place,
        next_step=row.next_step,
        epoch=row.epoch,
        rev=row.event_seq,
        engine=row.engine,
        has_error=row.has_error,
        error=codec.load_error(row.error),
        error_transition=row.error_transition,
        can_retry=can_retry(row.status, row.can_retry),
        retry=codec.load_retry(row.retry),
        args=row.args,
        config=row.config,
        result=row.result,
        awaiting=codec.load_awaiting(row.awaiting) if row.status == "waiting" else (),
        path=tuple(row.path or ()),
        catalogue_hash=row.catalogue_hash,
        parent_id=row.parent_id,
        root_id=row.root_id,
        start_token=row.start_token,
        first_execution_run_id=row.first_execution_run_id,
        temporal_run_id=row.temporal_run_id,
        cancel_requested=row.cancel_requested,
        paused_at=row.paused_at,
        paused_by=row.paused_by,
        created_at=row.created_at,
        started_at=row.started_at,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
        failures=dict(row.failures or {}),
        document_seq=row.document_seq,
        parent_step=row.parent_step,
        callback=row.callback,
        callback_meta=row.callback_meta or {},
        superseded=row.superseded,
    )


def run_facts(row: Row) -> RunFacts:
    """What a step has to know of its run."""
    return RunFacts(
        id=row.id,
        workflow=row.workflow,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        epoch=row.epoch,
        args=row.args,
        config=row.config,
        path=tuple(row.path or ()),
        document_seq=row.document_seq,
        retry=codec.load_retry(row.retry),
        callback=row.callback,
    )


def step_row(row: Row) -> StepRow:
    return StepRow(
        run_id=row.run_id,
        step=row.step,
        epoch=row.epoch,
        superseded=row.superseded,
        transition=row.transition,
        from_place=row.from_place,
        to_place=row.to_place,
        status=row.status,
        try_no=row.try_no,
        attempt=row.attempt,
        failure_no=row.failure_no,
        worker=row.worker,
        trigger=codec.load_trigger(row.trigger),
        error=codec.load_error(row.error),
        started_at=row.started_at,
        ended_at=row.ended_at,
        duration_ms=row.duration_ms,
        document_count=row.document_count,
    )


def decision(row: Row) -> Decision | None:
    """What a step decided."""
    return None if row.decision is None else DecisionAdapter.validate_json(row.decision)


def recorded_step(row: Row | None) -> RecordedStep | None:
    """The outcome of a step row; `None` if there is no row or it has no outcome yet."""
    decided = None if row is None else decision(row)
    if row is None or decided is None:
        return None
    return RecordedStep(row.status, decided, row.to_place, codec.load_error(row.error), None, row.trigger_id)


def checkpoint(row: Row | None) -> Checkpoint | None:
    return None if row is None else Checkpoint(row.state, row.result, row.has_result)


def inbox_trigger(row: Row) -> TriggerRow:
    return TriggerRow(row.trigger_id, row.name, row.payload, row.by, row.channel)


def document_row(row: Row) -> DocumentRow:
    return DocumentRow(
        id=row.id,
        run_id=row.run_id,
        step=row.step,
        transition=row.transition,
        place=row.place,
        name=row.name,
        key=row.key,
        position=row.position,
        version=row.version,
        live=row.live,
        superseded=row.superseded,
        content=row.content,
        tags=tuple(row.tags),
        meta=row.meta,
        hidden=row.hidden,
        internal=row.internal,
        validation_error=row.validation_error,
        live_id=row.live_id,
        created_at=row.created_at,
    )
