"""Cancel is one thing, whichever way a person asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from loopstack_temporal import StudioApp, WorkflowRunner
from loopstack_temporal.temporal.connection import ConnectionSettings
from tests.cli.running import loopstack
from tests.studio.conftest import House, Window
from tests.support.family import BossWorkflow
from tests.support.requests import get, post, start
from tests.support.stack import ROOT, Stack, eventually

Way = Callable[[str], Awaitable[None]]


@pytest.fixture
async def house(stack: Stack) -> House:
    """The application of the server tests, behind the studio."""
    return House(stack, await stack.worker(), await stack.api())


async def outcome(stack: Stack, run_id: str) -> dict[str, Any]:
    """What a canceled run with a child leaves behind, apart from ids and times."""
    row = await stack.run_is(run_id, "canceled")
    child = await stack.run_is(f"{run_id}-0-0", "canceled")
    assert row.ended_at and child.ended_at and child.ended_at <= row.ended_at
    handle = (await stack.client()).get_workflow_handle(run_id)

    async def closed() -> bool:
        return (await handle.describe()).close_time is not None

    # The row ends with the last step, the workflow a task later.
    await eventually(closed, what="the end of the workflow")
    described = await stack.temporal_cli("workflow", "describe", "--workflow-id", run_id)
    shown = await get(stack, f"/runs/{run_id}")
    told = ("status", "place", "result", "has_error", "error", "can_retry", "awaiting", "path", "step")
    return {
        **{name: shown[name] for name in told},
        "steps": [(one["transition"], one["status"]) for one in (await get(stack, f"/runs/{run_id}/steps"))["items"]],
        "child": (child.place, child.path, stack.texts(child.id)),
        "temporal": described["workflowExecutionInfo"]["status"],
    }


@pytest.mark.requirement("FAILURE-033")
async def test_every_way_to_cancel_a_run_has_the_same_outcome(window: Window, house: House) -> None:
    stack = house.stack

    async def by_api(run_id: str) -> None:
        assert (await post(stack, f"/runs/{run_id}/cancel")).status_code == 202

    async def by_studio(run_id: str) -> None:
        page = await window(f"/runs/{run_id}")
        await page.get_by_role("button", name="More", exact=True).click()
        await page.get_by_role("menuitem", name="Stop run").click()
        await page.get_by_role("dialog").get_by_role("button", name="Stop run").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)

    async def by_command(run_id: str) -> None:
        command = await asyncio.create_subprocess_exec(
            *loopstack("cancel", run_id),
            cwd=ROOT,
            env=stack.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await command.communicate()
        assert (command.returncode, said.decode().startswith(f"Run {run_id} is asked to stop")) == (0, True), said

    async def by_handle(run_id: str) -> None:
        temporal = ConnectionSettings(address=stack.temporal.address)
        app = StudioApp(name=stack.app, title="Mine", workflows=[BossWorkflow])
        async with WorkflowRunner.connect(app, database_url=stack.database_url, temporal=temporal) as runner:
            await (await runner.find(BossWorkflow, run_id)).cancel()

    async def by_temporal(run_id: str) -> None:
        await stack.temporal_cli("workflow", "cancel", "--workflow-id", run_id)

    ways: dict[str, Way] = {
        "api": by_api,
        "studio": by_studio,
        "command": by_command,
        "handle": by_handle,
        "temporal": by_temporal,
    }
    left: dict[str, dict[str, Any]] = {}
    for name, cancel in ways.items():
        run_id = await start(stack, "boss", {"jobs": [{"asks": True}]})
        await stack.run_is(run_id, "waiting")
        await stack.run_is(f"{run_id}-0-0", "waiting")
        await cancel(run_id)
        left[name] = await outcome(stack, run_id)
    assert left["api"]["status"] == "canceled"
    assert left["api"]["child"][2] == ["a question", "canceled in good order"]
    assert left["api"]["temporal"] == "WORKFLOW_EXECUTION_STATUS_CANCELED"
    for name, found in left.items():
        assert found == left["api"], name
