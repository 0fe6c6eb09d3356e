"""`loopstack cancel | pause | resume | retry`, against a real worker."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.cli.running import loopstack
from tests.support.stack import ROOT, Stack


async def said(stack: Stack, *words: str) -> tuple[int | None, str]:
    command = await asyncio.create_subprocess_exec(
        *loopstack(*words),
        cwd=ROOT,
        env=stack.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await command.communicate()
    return command.returncode, out.decode().strip()


async def test_a_run_is_paused_resumed_and_canceled(running: Stack) -> None:
    run_id = await running.start("review")
    await running.run_is(run_id, "waiting")
    place = "waiting_for_approval"
    assert await said(running, "pause", run_id, "--by", "ann") == (0, f"Run {run_id} is paused at `{place}`.")
    row = running.store.runs.get(run_id)
    assert row is not None and row.paused_by == "ann"
    assert await said(running, "pause", run_id) == (2, "loopstack: The run is paused already.")
    assert await said(running, "resume", run_id) == (0, f"Run {run_id} is waiting at `{place}`.")
    assert (await said(running, "cancel", run_id, "--reason", "enough"))[0] == 0
    await running.run_is(run_id, "canceled")
    assert await said(running, "cancel", run_id) == (0, f"Run {run_id} was canceled before.")
    assert await said(running, "resume", run_id) == (2, f"loopstack: Run `{run_id}` has ended (canceled).")


async def test_a_failed_run_is_retried_and_no_other(running: Stack, tmp_path: Path) -> None:
    run_id = await running.start("flaky", {"failures": 3, "file": str(tmp_path / "tries")})
    await running.run_is(run_id, "failed")
    assert (await said(running, "retry", run_id))[0] == 0
    await running.run_is(run_id, "completed")
    status, text = await said(running, "retry", run_id)
    assert (status, "only a failed run that is still open can be retried" in text) == (2, True)
    assert await said(running, "retry", "nobody") == (2, "loopstack: There is no run `nobody`.")
