"""The database is away for longer than one attempt tries: runs wait for it, and grow no history while they wait."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.support.postgres import PostgresServer
from tests.support.stack import Stack, stack_on

AWAY = 20.0
"""Twice as long as a transaction is tried for, so that attempts fail and are made again."""
ROUNDS = 6
FEW = 20
"""Events that waiting for the database may add to a run, however long it takes."""


@pytest.fixture
async def on_postgres(temporal: DevServer, postgres_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """An application of its own on PostgreSQL."""
    async with stack_on(temporal, postgres_database, tmp_path) as made:
        yield made


async def lengths_of(stack: Stack, ids: list[str]) -> list[int]:
    """How many events each run's history has."""
    client = await stack.client()
    return [(await client.get_workflow_handle(one).describe()).history_length for one in ids]


async def settled(stack: Stack, ids: list[str]) -> list[int]:
    """The lengths once attempts that find no database are made again without a trace in the histories."""
    readings = [await lengths_of(stack, ids)]
    while readings[-2:-1] != readings[-1:]:
        assert len(readings) < ROUNDS, f"the histories grow as long as the database is away: {readings}"
        await asyncio.sleep(AWAY)
        readings.append(await lengths_of(stack, ids))
    return readings[-1]


@pytest.mark.requirement("REL-011")
async def test_without_a_database_runs_wait_cost_nothing_and_go_on_when_it_is_back(
    on_postgres: Stack, postgres_server: PostgresServer
) -> None:
    stack = on_postgres
    await stack.worker("tests.temporal.local_app:app")
    resting, answered = [await stack.start("review", {"topic": "tea"}) for _ in range(2)]
    for run_id in (resting, answered):
        await stack.run_is(run_id, "waiting")
    before = await lengths_of(stack, [resting, answered])

    await asyncio.to_thread(postgres_server.stop, signal.SIGQUIT)
    try:
        await stack.signal(answered, "decide", {"approved": True})
        begun, local = await stack.start("review", {"topic": "milk"}), await stack.start("hurried")
        lengths = await settled(stack, [resting, answered, begun, local])
        state = await (await stack.client()).get_workflow_handle(resting).query("loopstack.state")
        assert state["status"] == "waiting", "who needs no database answers without one"
    finally:
        await asyncio.to_thread(postgres_server.start)

    assert lengths[0] == before[0] and all(length < FEW for length in (lengths[1] - before[1], *lengths[2:]))
    assert (await stack.run_is(answered, "completed")).failures == {}
    assert (await stack.run_is(local, "completed")).next_step == 10
    for run_id in (resting, begun):
        await stack.run_is(run_id, "waiting")
        await stack.signal(run_id, "decide", {"approved": True})
        await stack.run_is(run_id, "completed")
        assert len(stack.texts(run_id)) == 1
