"""`WorkflowRunner`: a program of one's own starts and moves runs that workers execute."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import pytest

from loopstack_temporal import (
    Conflict,
    InvalidInput,
    NotFound,
    RunCanceled,
    RunFailed,
    StudioApp,
    TemporalUnreachable,
    WorkflowRunner,
)
from loopstack_temporal.errors import SetupError
from loopstack_temporal.runs import Applied
from loopstack_temporal.temporal.connection import ConnectionSettings
from loopstack_temporal.temporal.process import free_port
from tests.support.apps import (
    Flakiness,
    FlakyWorkflow,
    FussyWorkflow,
    HelloWorkflow,
    ReviewWorkflow,
    Rounds,
    RoundsWorkflow,
    SleeperWorkflow,
    Topic,
    Verdict,
)
from tests.support.stack import LIMIT, Stack


@pytest.fixture
async def runner(running: Stack) -> AsyncGenerator[WorkflowRunner]:
    """A runner for the application that the worker runs."""
    temporal = ConnectionSettings(address=running.temporal.address)
    app = StudioApp(name=running.app, title="Mine", workflows=[ReviewWorkflow])
    async with WorkflowRunner.connect(app, database_url=running.database_url, temporal=temporal) as made:
        yield made


@pytest.mark.requirement("APP-010")
async def test_a_run_is_started_answered_and_gives_its_result(runner: WorkflowRunner, running: Stack) -> None:
    handle = await runner.run(ReviewWorkflow, Topic(topic="tea"), user_id="ann", run_id=f"mine-{uuid4().hex[:6]}")
    assert handle.run_id.startswith("mine-")
    async with asyncio.timeout(LIMIT):
        assert (await handle.wait()).awaiting == ("decide",)
        assert await handle.trigger("decide", Verdict(approved=True, note="good")) == Applied(1, "end")
        assert await handle.result() == Verdict(approved=True, note="good")
    assert await handle.status() == "completed"
    row = running.store.runs.get(handle.run_id)
    assert row is not None and (row.user_id, row.args) == ("ann", {"topic": "tea"})
    trigger = running.store.steps.get(handle.run_id, 1).row.trigger
    assert trigger is not None and trigger.by == "ann"


@pytest.mark.requirement("APP-010")
async def test_the_handle_comes_at_once_and_an_answer_may_be_sent_before_the_wait_is_reached(
    runner: WorkflowRunner,
) -> None:
    handle = await runner.run(ReviewWorkflow)
    async with asyncio.timeout(LIMIT):
        await handle.trigger("decide", {"approved": False})
        assert (await handle.result()).approved is False


@pytest.mark.requirement("APP-010")
@pytest.mark.parametrize("workflow", [FussyWorkflow, FlakyWorkflow])
async def test_the_result_of_a_failed_run_is_a_typed_error_also_when_it_is_parked(
    runner: WorkflowRunner, workflow: type[FussyWorkflow | FlakyWorkflow], tmp_path: Path
) -> None:
    handle = await runner.run(workflow, Flakiness(failures=9, file=str(tmp_path / "tries")))
    with pytest.raises(RunFailed, match="RuntimeError: it did not work") as failed:
        async with asyncio.timeout(LIMIT):
            await handle.result()
    assert failed.value.run_id == handle.run_id
    assert failed.value.can_retry is (workflow is FlakyWorkflow)


@pytest.mark.requirement("APP-010")
async def test_a_canceled_run_says_so(runner: WorkflowRunner) -> None:
    handle = await runner.run(SleeperWorkflow)
    assert await handle.status() in ("pending", "running")
    await handle.cancel("enough")
    with pytest.raises(RunCanceled, match="was canceled"):
        async with asyncio.timeout(LIMIT):
            await handle.result()
    await handle.cancel()


@pytest.mark.requirement("APP-011")
async def test_run_sync_comes_back_at_the_end_the_first_wait_or_a_failure(
    runner: WorkflowRunner, tmp_path: Path
) -> None:
    async with asyncio.timeout(LIMIT):
        ended = await runner.run_sync(HelloWorkflow, Topic(topic="tea"))
        assert (ended.status, ended.result) == ("completed", "Hello, tea!")
        waiting = await runner.run_sync(ReviewWorkflow)
        assert (waiting.status, waiting.place, waiting.result) == ("waiting", "waiting_for_approval", None)
        failed = await runner.run_sync(FussyWorkflow, Flakiness(failures=9, file=str(tmp_path / "tries")))
        assert failed.status == "failed"
        assert failed.error is not None and failed.error.message == "it did not work"
        again = await runner.find(ReviewWorkflow, waiting.run_id, user_id="bob")
        await again.trigger("decide", Verdict(approved=True))
        assert (await again.result()).approved


async def test_refusals_come_as_typed_errors_and_change_nothing(runner: WorkflowRunner) -> None:
    handle = await runner.run(RoundsWorkflow, Rounds(rounds=1))
    async with asyncio.timeout(LIMIT):
        await handle.wait()
        with pytest.raises(Conflict, match="`decide` is not awaited now; awaited: `answer`, `skip`"):
            await handle.trigger("decide")
        with pytest.raises(InvalidInput) as refused:
            await handle.trigger("answer", {"not": "a text"})
        assert refused.value.reason == "invalid_payload" and refused.value.fields
        await handle.trigger("answer", "yes")
        assert await handle.result() == ["yes"]
    with pytest.raises(Conflict, match="has ended"):
        await handle.trigger("answer", "again")
    with pytest.raises(Conflict) as exists:
        await runner.run(RoundsWorkflow, run_id=handle.run_id)
    assert exists.value.reason == "run_exists"
    with pytest.raises(Conflict, match="one of `rounds`, not of `review`"):
        await runner.find(ReviewWorkflow, handle.run_id)
    with pytest.raises(NotFound):
        await runner.find(RoundsWorkflow, "nobody")


@pytest.mark.requirement("APP-014")
async def test_a_run_goes_to_the_persons_first_workspace_of_the_app(runner: WorkflowRunner, running: Stack) -> None:
    person = f"ann-{uuid4().hex[:6]}"
    store = running.store
    first, second = [await runner.run(ReviewWorkflow, user_id=person) for _ in range(2)]
    rows = [store.runs.get(handle.run_id) for handle in (first, second)]
    (used,) = {row.workspace_id for row in rows if row}
    workspace = store.workspaces.get(used)
    assert (workspace.title, workspace.app, workspace.user_id) == ("Tests", running.app, person)

    with pytest.raises(NotFound) as unknown:
        await runner.run(ReviewWorkflow, user_id=person, workspace_id="nowhere")
    with pytest.raises(NotFound) as foreign:
        await runner.run(ReviewWorkflow, user_id="bob", workspace_id=used)
    assert unknown.value.reason == foreign.value.reason == "workspace_not_found"
    chosen = await runner.run(ReviewWorkflow, user_id=person, workspace_id="default")
    row = store.runs.get(chosen.run_id)
    assert row is not None and row.workspace_id == "default"


async def test_the_app_is_found_by_its_workers_and_may_have_none_yet(runner: WorkflowRunner, running: Stack) -> None:
    temporal = ConnectionSettings(address=running.temporal.address)
    async with WorkflowRunner.connect(database_url=running.database_url, temporal=temporal) as finding:
        async with asyncio.timeout(LIMIT):
            assert (await finding.run_sync(HelloWorkflow)).result == "Hello, coffee!"
        with pytest.raises(NotFound, match="App `elsewhere` has no workflow `hello`"):
            await finding.run(HelloWorkflow, app="elsewhere")
    later = StudioApp(name=f"later-{uuid4().hex[:6]}", title="Later", workflows=[HelloWorkflow])
    handle = await runner.run(HelloWorkflow, app=later)
    row = running.store.runs.get(handle.run_id)
    assert row is not None and (row.app, row.status) == (later.name, "pending")


async def test_what_needs_a_connection_or_code_says_so() -> None:
    with pytest.raises(SetupError, match=r"WorkflowRunner\.connect"):
        await WorkflowRunner().run(HelloWorkflow)
    with pytest.raises(SetupError, match="pass the StudioApp"):
        await WorkflowRunner().run_sync(HelloWorkflow, app="tests", stateless=True)


async def test_a_database_with_an_old_schema_is_refused_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="loopstack db upgrade"):
        async with WorkflowRunner.connect(database_url=f"sqlite:///{tmp_path / 'empty.db'}"):
            pass


async def test_a_run_started_while_temporal_is_away_is_kept_and_what_cannot_be_kept_is_refused(
    sqlite_database: str,
) -> None:
    away = ConnectionSettings(address=f"127.0.0.1:{free_port()}", limit=1)
    app = StudioApp(title="Away", workflows=[ReviewWorkflow])
    async with WorkflowRunner.connect(app, database_url=sqlite_database, temporal=away) as runner:
        handle = await runner.run(ReviewWorkflow)
        assert await handle.status() == "pending"
        with pytest.raises(TemporalUnreachable, match="answer was not sent"):
            await handle.trigger("decide", Verdict(approved=True))
        with pytest.raises(TemporalUnreachable, match="was not stopped"):
            await handle.cancel()
        assert (await runner.run_sync(ReviewWorkflow, stateless=True)).status == "waiting"
