"""Local steps occupy the workflow's own task. Many runs at once must not hold those tasks until the server gives up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType, TimeoutType
from temporalio.api.history.v1 import HistoryEvent

from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Stack, stack_on

RUNS = 200
STEPS = 10


@pytest.fixture
async def on_postgres(temporal: DevServer, postgres_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """An application of its own on PostgreSQL."""
    async with stack_on(temporal, postgres_database, tmp_path) as made:
        yield made


async def test_two_hundred_runs_of_local_steps_hold_no_workflow_task_too_long(on_postgres: Stack) -> None:
    stack = on_postgres
    await stack.worker("tests.temporal.local_app:app")
    ids = await asyncio.gather(*(stack.start("hurried") for _ in range(RUNS)))
    client = await stack.client()
    for run_id in ids:
        handle = client.get_workflow_handle(run_id)
        assert await asyncio.wait_for(handle.result(), 500) == STEPS
        row = stack.store.runs.get(run_id)
        assert row is not None
        assert (row.status, row.next_step) == ("completed", STEPS)
        async for event in handle.fetch_history_events():
            assert not spoiled(event), "a workflow task was held until the server gave up on it"


def spoiled(event: HistoryEvent) -> bool:
    """Whether a workflow task failed, or was taken by a worker and not done in time."""
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
        kind = event.workflow_task_timed_out_event_attributes.timeout_type
        # The others are tasks that waited for a busy worker and were held by nobody.
        return kind == TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE
    return event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
