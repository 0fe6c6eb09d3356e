"""Stateless runs: executed in the calling process, to the end or the first wait, and kept nowhere."""

from __future__ import annotations

from typing import Any

from loopstack_temporal.app.application import App
from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.inprocess import Beginning, InProcessRun, SystemClock
from loopstack_temporal.running.outcome import RunOutcome, failure_of, outcome_of
from loopstack_temporal.store.store import Store


async def run_stateless(
    app: App, definition: WorkflowDefinition, beginning: Beginning, store: Store
) -> RunOutcome[Any]:
    """Run to the end or to the first wait; retries wait in this process. Raises `RunFailed` with the error's text.

    `store` is a private one and is closed at the end.
    """
    run = InProcessRun(app, store, SystemClock(), journaled=False)
    try:
        await run.begin(beginning)
        row = await run.row()
    finally:
        run.close()
    if row.status == "failed":
        raise failure_of(row)
    return outcome_of(definition, row)
