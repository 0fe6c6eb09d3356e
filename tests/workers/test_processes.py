"""`loopstack worker --processes`: several workers as one command."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Sequence

from tests.cli.running import Running, gone, loopstack
from tests.support.stack import ROOT, Stack, eventually

APP = "tests.support.apps:app"
READY = r"worker (\d+)@\S+ takes work"


def pids(lines: Sequence[str]) -> list[int]:
    return [int(found[1]) for line in lines if (found := re.search(READY, line))]


async def test_several_processes_work_are_replaced_when_they_die_and_stop_together(crew: Stack) -> None:
    command = loopstack("worker", APP, "--processes", "2", "--slots", "5")
    async with Running(command, folder=ROOT, variables=crew.environment(LOOPSTACK_GRACEFUL_STOP="2")) as running:
        await running.until(READY, times=2)
        first, second = pids(running.lines)
        runs = [await crew.start("chain", {"steps": 10}) for _ in range(4)]
        os.kill(first, signal.SIGKILL)
        await running.until(READY, times=3)
        for run_id in runs:
            await crew.run_is(run_id, "completed", limit=180)

        running.process.send_signal(signal.SIGTERM)
        assert await running.ended() == 0
        for pid in (second, pids(running.lines)[2]):
            await gone(pid)
        rows = crew.store.catalogue.workers()
        assert [row.live for row in rows if row.app == crew.app].count(True) <= 1, (
            "only the killed one is still counted"
        )


async def test_processes_that_cannot_start_say_why_once_and_end_the_command(crew: Stack) -> None:
    command = loopstack("worker", "tests.support.pooled:app", "--processes", "2", "--pool", "gpv")
    async with Running(command, folder=ROOT, variables=crew.environment()) as running:
        assert await running.ended() == 1
        told = [line for line in running.lines if "cannot start" in line]
        assert told
        await eventually(lambda: any("routes no transition to the pool `gpv`" in line for line in running.lines))
