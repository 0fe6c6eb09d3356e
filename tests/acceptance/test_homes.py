"""A worker at the wrong Temporal does no harm: what it does not find there was not deleted."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.service import RPCError

from loopstack_temporal.errors import TemporalUnreachable
from loopstack_temporal.store.records import NewRun
from loopstack_temporal.temporal.client import TemporalRuns
from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from loopstack_temporal.temporal.devserver import DevServer
from loopstack_temporal.temporal.reconciler import Reconciler
from loopstack_temporal.temporal.settings import WorkerSettings
from tests.acceptance.test_reconciler import OFTEN, attentive, ended
from tests.cli.running import loopstack
from tests.support.requests import post
from tests.support.stack import Program, Stack, eventually, stack_on

ELSEWHERE = "another one: no run is ended, started or repaired from here"


async def reconciler(stack: Stack, settings: ConnectionSettings) -> Reconciler:
    """One whose rounds the test counts, connected to any Temporal."""
    client = await connect(settings)
    often = WorkerSettings(reconcile_every=0.01, starts_after=0.01)
    return Reconciler(stack.app, "a test", client, TemporalRuns(client), stack.store, often)


async def rounds(made: Reconciler, count: int = 4) -> None:
    for _ in range(count):
        await made.look()
        await made.start_forgotten()
    await made.close()


async def waiting_and_pending(stack: Stack) -> tuple[str, str]:
    """A run that waits in the right Temporal, and one that no Temporal has heard of; nobody works any more."""
    worker = await stack.worker()
    run_id = await stack.start("review")
    await stack.run_is(run_id, "waiting")
    await worker.stop()
    pending = f"pending-{stack.app}"
    stack.store.runs.create(NewRun(pending, stack.app, "review", "default", "local", {}, "token"))
    return run_id, pending


def statuses(stack: Stack, *run_ids: str) -> list[str]:
    rows = [stack.store.runs.get(run_id) for run_id in run_ids]
    return [row.status for row in rows if row is not None]


async def adopt(stack: Stack, address: str) -> str:
    """`loopstack db adopt-namespace`, as somebody types it."""
    made = await asyncio.create_subprocess_exec(
        *loopstack("db", "adopt-namespace"),
        env=stack.environment(TEMPORAL_ADDRESS=address),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(made.communicate(), 60)
    assert made.returncode == 0, out.decode()
    return out.decode()


def warnings(worker: Program) -> int:
    return worker.output.count(ELSEWHERE)


async def test_a_worker_at_an_empty_server_ends_and_starts_nothing_until_the_runs_are_moved_there(
    stack: Stack, own_temporal: DevServer
) -> None:
    runs = await waiting_and_pending(stack)
    lost = await stack.worker(**OFTEN, TEMPORAL_ADDRESS=own_temporal.address)
    assert warnings(lost) == 1
    assert f"live in Temporal default at {stack.temporal.address}" in lost.output
    assert "loopstack db adopt-namespace" in lost.output
    await lost.stop()  # SQLite admits one; from here on the test counts the rounds.
    await rounds(await reconciler(stack, ConnectionSettings(address=own_temporal.address)))
    assert statuses(stack, *runs) == ["waiting", "pending"]
    assert warnings(lost) == 1

    said = await adopt(stack, own_temporal.address)
    assert own_temporal.address in said and stack.temporal.address in said
    assert "already" in await adopt(stack, own_temporal.address)
    await rounds(await reconciler(stack, ConnectionSettings(address=own_temporal.address)))
    row = stack.store.runs.get(runs[0])
    assert row and row.error and (row.status, row.error.code) == ("failed", "deleted_outside")
    assert await TemporalRuns(await connect(ConnectionSettings(address=own_temporal.address))).current_run(runs[1])


async def test_another_namespace_of_the_same_server_is_another_home(stack: Stack) -> None:
    runs = await waiting_and_pending(stack)
    client, name = await stack.client(), f"other-{os.getpid()}"
    lasting = Duration(seconds=24 * 3600)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=lasting)
    )
    settings = ConnectionSettings(address=stack.temporal.address, namespace=name)

    async def known() -> bool:
        try:
            return not await (await reconciler(stack, settings)).is_at_home()
        except RPCError:
            return False

    await eventually(known, what="the namespace")
    await rounds(await reconciler(stack, settings))
    assert statuses(stack, *runs) == ["waiting", "pending"]
    await rounds(await reconciler(stack, ConnectionSettings(address=stack.temporal.address)))
    assert await TemporalRuns(client).current_run(runs[1]), "at home the forgotten run is started"
    assert statuses(stack, runs[0]) == ["waiting"]


async def test_a_cancel_that_temporal_was_not_there_to_take_is_repeated(
    own_temporal: DevServer, sqlite_database: str, tmp_path: Path
) -> None:
    async with stack_on(own_temporal, sqlite_database, tmp_path) as stack:
        await asyncio.gather(attentive(stack), stack.api())
        run_id = await stack.start("review")
        await stack.run_is(run_id, "waiting")
        await own_temporal.kill()
        refused = await post(stack, f"/runs/{run_id}/cancel")
        assert (refused.status_code, refused.json()["code"]) == (503, TemporalUnreachable.code)
        row = stack.store.runs.get(run_id)
        assert row and row.cancel_requested and row.ended_at is None
        await own_temporal.start()
        await ended(stack, run_id, "canceled")
