"""Runs are found in Temporal by what they are and wait for; where that is not possible, they work without it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from tests.support.stack import Stack, eventually

UPSERT = EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES


async def found(client: Client, query: str) -> set[str]:
    return {one.id async for one in client.list_workflows(query)}


@pytest.mark.requirement("TEMPORAL-009")
async def test_runs_are_found_by_app_workflow_place_status_user_awaited_transition_and_waiting_time(
    stack: Stack,
) -> None:
    await stack.worker()
    await stack.api()
    client = await stack.client()
    by_api = f"api-{stack.app}"
    started = await stack.http.post("/api/v1/runs", json={"workflow": "review", "run_id": by_api})
    assert started.status_code == 201, started.text
    by_hand = await stack.start("review", run_id=f"hand-{stack.app}")
    other = await stack.start("rounds", run_id=f"other-{stack.app}")
    for run_id in (by_api, by_hand, other):
        await stack.run_is(run_id, "waiting")

    mine = f"LoopstackApp = '{stack.app}'"
    soon = datetime.now(UTC) + timedelta(minutes=1)
    # What a run waits for is found in one go with its status, which comes later than the run itself.
    waiting = f"{mine} AND LoopstackStatus = 'waiting'"
    await eventually(lambda: _are(client, waiting, {by_api, by_hand, other}), what="all runs of the app")
    for condition in (
        "LoopstackWorkflow = 'review'",
        "LoopstackPlace = 'waiting_for_approval'",
        "LoopstackAwaiting = 'decide'",
        "LoopstackStatus = 'waiting' AND LoopstackAwaiting IN ('decide', 'nothing')",
    ):
        assert await found(client, f"{mine} AND {condition}") == {by_api, by_hand}, condition
    for condition in ("LoopstackUser = 'local'", "LoopstackWorkspace = 'default'", f"LoopstackSince < '{_iso(soon)}'"):
        assert await found(client, f"{mine} AND {condition}") == {by_api, by_hand, other}, condition
    for condition in ("LoopstackUser = 'nobody'", "LoopstackStatus = 'failed'", f"LoopstackSince > '{_iso(soon)}'"):
        assert await found(client, f"{mine} AND {condition}") == set(), condition

    await stack.signal(by_hand, "decide", {"approved": True})
    await stack.run_is(by_hand, "completed")
    await eventually(
        lambda: _are(client, f"{mine} AND LoopstackStatus = 'completed' AND LoopstackPlace = 'end'", {by_hand}),
        what="the end",
    )
    assert await found(client, f"{mine} AND LoopstackAwaiting = 'decide'") == {by_api}


@pytest.mark.requirement("TEMPORAL-009")
async def test_runs_work_where_the_attributes_cannot_be_had_and_keep_the_mode_they_began_with(stack: Stack) -> None:
    namespace = f"odd-{uuid4().hex[:8]}"
    await stack.temporal_cli("operator", "namespace", "create", "--namespace", namespace, "--retention", "24h")
    attribute = ("operator", "search-attribute", "--namespace", namespace)
    await _until_it_works(stack, *attribute[:2], "create", *attribute[2:], "--name", "LoopstackSince", "--type", "Text")

    client = await connect(ConnectionSettings(address=stack.temporal.address, namespace=namespace))
    worker = await stack.worker(TEMPORAL_NAMESPACE=namespace)
    assert "search attributes are off: LoopstackSince exist with another type" in worker.output
    old = f"old-{namespace}"
    await client.start_workflow("review", id=old, task_queue=stack.app)
    await stack.run_is(old, "waiting")

    await stack.temporal_cli(*attribute[:2], "remove", *attribute[2:], "--name", "LoopstackSince", "--yes")
    await worker.stop()
    worker = await stack.worker(TEMPORAL_NAMESPACE=namespace)
    assert "search attributes are off" not in worker.output
    new = f"new-{namespace}"
    await client.start_workflow("review", id=new, task_queue=stack.app)
    for run_id in (old, new):
        await stack.run_is(run_id, "waiting")
        handle = client.get_workflow_handle(run_id)
        await handle.signal("decide", {"approved": True})
        await handle.result()  # The row says "completed" a moment before the workflow has said its last.
    assert (await _upserts(client, old), await _upserts(client, new)) == (0, 2)


async def _are(client: Client, query: str, wanted: set[str]) -> bool:
    return await found(client, query) == wanted


async def _until_it_works(stack: Stack, *command: str) -> None:
    """The server notices a new namespace only after a while."""

    async def works() -> bool:
        status, _, _ = await stack.temporal_cli(*command, check=False)
        return status == 0

    await eventually(works, what=" ".join(command))


async def _upserts(client: Client, run_id: str) -> int:
    history = await client.get_workflow_handle(run_id).fetch_history()
    return sum(event.event_type == UPSERT for event in history.events)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
