"""Local steps occupy the workflow's own task. Many runs at once must not hold those tasks until the server gives up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Stack, stack_on

RUNS = 200
STEPS = 10
HELD_AT_MOST = timedelta(seconds=5)
SPOILED = {EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED}


@pytest.fixture
async def on_postgres(temporal: DevServer, postgres_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """An application of its own on PostgreSQL."""
    async with stack_on(temporal, postgres_database, tmp_path) as made:
        yield made


async def test_two_hundred_runs_of_local_steps_hold_no_workflow_task_for_long(on_postgres: Stack) -> None:
    stack = on_postgres
    await stack.worker("tests.temporal.local_app:app")
    ids = await asyncio.gather(*(stack.start("hurried") for _ in range(RUNS)))
    client = await stack.client()
    for run_id in ids:
        handle = client.get_workflow_handle(run_id)
        assert await asyncio.wait_for(handle.result(), 120) == STEPS
        row = stack.store.runs.get(run_id)
        assert row is not None
        assert (row.status, row.next_step) == ("completed", STEPS)
        assert await longest_task(handle) < HELD_AT_MOST


async def longest_task(handle: WorkflowHandle[object, object]) -> timedelta:
    """How long the run's longest workflow task was held, none of which was spoiled."""
    longest, began = timedelta(), None
    async for event in handle.fetch_history_events():
        assert event.event_type not in SPOILED, "a workflow task was held until the server gave up on it"
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            began = event.event_time.ToDatetime()
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED and began is not None:
            longest = max(longest, event.event_time.ToDatetime() - began)
    return longest
