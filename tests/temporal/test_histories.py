"""What stands in a run's history, and how long a body may be silent."""

from __future__ import annotations

from collections import Counter

import pytest
from temporalio.api.enums.v1 import EventType

from tests.support.stack import Stack


@pytest.mark.requirement("ENGINE-036")
async def test_guards_are_asked_in_the_activity_that_lands_and_leave_no_other_in_history(running: Stack) -> None:
    run_id = await running.start("chain", {"steps": 3, "documents": 0})
    row = await running.run_is(run_id, "completed")
    assert row.result == 3, "the guard was asked after every step"
    history = await (await running.client()).get_workflow_handle(run_id).fetch_history()
    scheduled = Counter(
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    )
    assert scheduled == {"chain.begin": 1, "chain.tick": 3, "chain.finish": 1}


@pytest.mark.requirement("ENGINE-068")
async def test_a_body_longer_than_the_heartbeat_timeout_survives_in_silence_and_may_tell_progress(
    stack: Stack,
) -> None:
    await stack.worker("tests.temporal.local_app:app", LOOPSTACK_HEARTBEAT="6")
    quiet = await stack.start("quiet", {"seconds": 8.0, "tells": False})
    telling = await stack.start("quiet", {"seconds": 8.0, "tells": True})
    handle = (await stack.client()).get_workflow_handle(telling)
    told = b""
    while not told:
        description = await handle.describe()
        pending = description.raw_description.pending_activities
        told = b"".join(payload.data for one in pending for payload in one.heartbeat_details.payloads)
        assert not description.close_time, "it ended without a word"
    assert told == b'{"half":"done"}'
    for run_id in (quiet, telling):
        await stack.run_is(run_id, "completed")
        assert stack.store.steps.get(run_id, 0).row.attempt == 1
