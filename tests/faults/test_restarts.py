"""What real processes promise when they are killed and started again, one promise at a time."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.service import RPCError

from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Stack, eventually, stack_on

RESTARTS = 3
HEARTBEAT = 3.0
DEATHS = 20
TICK = 0.1
_SOON = timedelta(seconds=2)


@pytest.mark.requirement("REL-010")
async def test_a_restart_of_temporal_loses_no_run_and_no_acknowledged_signal(
    own_temporal: DevServer, sqlite_database: str, tmp_path: Path
) -> None:
    async with stack_on(own_temporal, sqlite_database, tmp_path) as stack:
        await stack.worker()
        runs = [await stack.start("rounds", {"rounds": 40}) for _ in range(4)]
        for run_id in runs:
            await stack.run_is(run_id, "waiting")
        acknowledged: dict[str, list[str]] = {run_id: [] for run_id in runs}
        sending = [asyncio.create_task(_send(stack, run_id, acknowledged[run_id])) for run_id in runs]
        for number in range(RESTARTS):
            await eventually(
                lambda number=number: all(len(sent) >= 5 * (number + 1) for sent in acknowledged.values()),
                what="signals",
            )
            await own_temporal.kill()
            await own_temporal.start()
        rows = [await stack.run_is(run_id, "completed", limit=180) for run_id in runs]
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        for row in rows:
            applied: list[str] = row.result
            assert len(set(applied)) == len(applied) == 40, "nothing twice"
            # What came after the fortieth had nobody to answer any more.
            mine = [text for text in acknowledged[row.id] if text in applied]
            assert mine == acknowledged[row.id][: len(mine)], "nothing lost"
            assert [text for text in applied if text in mine] == mine, "in order"


async def _send(stack: Stack, run_id: str, acknowledged: list[str]) -> None:
    """Send one signal after the other; only those that Temporal took are acknowledged."""
    for number in range(200):
        text = f"{run_id}-{number}"
        try:
            await (await stack.client()).get_workflow_handle(run_id).signal("answer", text, rpc_timeout=_SOON)
        except (RPCError, RuntimeError):
            await asyncio.sleep(0.05)
        else:
            acknowledged.append(text)
            await asyncio.sleep(0.1)


class Stalls:
    """How long this process got no time on its machine. The server beside it got none then either."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def watch(self) -> None:
        """Add up what comes too late, until canceled."""
        while True:
            slept = time.monotonic()
            await asyncio.sleep(TICK)
            late = time.monotonic() - slept - TICK
            self.seconds += late if late > TICK else 0


@pytest.mark.requirement("REL-009")
async def test_the_death_of_a_worker_is_noticed_within_the_heartbeat_timeout_and_two_seconds(stack: Stack) -> None:
    worker = await stack.worker(LOOPSTACK_HEARTBEAT=f"{HEARTBEAT:g}", LOOPSTACK_WORKER_SLOTS=str(DEATHS + 1))
    runs = [await stack.start("slow", {"seconds": 60}) for _ in range(DEATHS)]
    for run_id in runs:
        await stack.run_is(run_id, "running")
    client = await stack.client()
    handles = [client.get_workflow_handle(run_id) for run_id in runs]

    async def working() -> bool:
        described = await asyncio.gather(*(handle.describe() for handle in handles))
        return all(one.raw_description.pending_activities for one in described)

    await eventually(working, what="all steps under way")
    died = datetime.now(UTC)
    stalls = Stalls()
    ticking = asyncio.create_task(stalls.watch())
    await worker.kill()

    async def noticed() -> list[float]:
        """When the server gave up each attempt, in seconds after the death; empty until it gave up all."""
        described = await asyncio.gather(*(handle.describe() for handle in handles))
        pending = [one.raw_description.pending_activities[0] for one in described]
        ended = [one.last_attempt_complete_time.ToDatetime(UTC) for one in pending if one.attempt > 1]
        return [(moment - died).total_seconds() for moment in ended] if len(ended) == DEATHS else []

    times = await eventually(noticed, what="the server to notice")
    ticking.cancel()
    assert max(times) <= HEARTBEAT + 2 + stalls.seconds, f"noticed after {sorted(times)}, stalled {stalls.seconds} s"
