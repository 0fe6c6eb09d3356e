"""`execution="local"`: one try beside the workflow, further ones as a regular activity after the author's delay."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

from temporalio.api.enums.v1 import EventType

from tests.support.stack import Stack

SLACK = 0.05
"""Seconds by which two clocks of one machine may differ."""


async def test_a_local_step_that_fails_is_tried_again_only_after_its_delay(stack: Stack, tmp_path: Path) -> None:
    await stack.worker("tests.temporal.local_app:app")
    tries = tmp_path / "tries"
    run_id = await stack.start("nearby", {"file": str(tries)})
    row = await stack.run_is(run_id, "completed")
    assert row.result == 2
    times = [float(line) for line in tries.read_text().splitlines()]
    assert len(times) == 3
    assert all(later - earlier >= 1.0 - SLACK for earlier, later in pairwise(times))

    history = await (await stack.client()).get_workflow_handle(run_id).fetch_history()
    scheduled = [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
    assert scheduled == ["nearby.work"], "what succeeds at once has no activity of its own, what fails has one"
    kinds = Counter(doc.name for doc in stack.store.documents.live(run_id))
    assert kinds["error"] == 2
