"""Every example's own `main.py` against real processes: API, worker, Temporal, SQLite."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.support.stack import ROOT, Stack

FOLDERS = ("hello", "review", "meeting_notes")


@pytest.mark.requirement("EXAMPLE-001")
async def test_every_example_runs_its_story_and_agrees_with_itself(stack: Stack) -> None:
    await stack.worker("examples.app:app")
    await stack.api()

    told = {folder: await _told_by(folder, stack.base_url) for folder in FOLDERS}

    assert told["hello"].startswith("Hello, Ada!")
    assert told["review"].startswith("approved after 2 drafts:")
    assert told["meeting_notes"].splitlines() == [
        "Weekly meeting, 12 May 2026",
        "- We decided to launch on 1 June.",
        "- Carla is on call at the weekend.",
    ]


async def _told_by(folder: str, url: str) -> str:
    made = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"examples.{folder}.main", url),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(made.communicate(), 90)
    assert made.returncode == 0, err.decode()
    return out.decode()
