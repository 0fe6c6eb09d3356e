"""Several apps, and several versions of one app, on one Temporal service and one database."""

from __future__ import annotations

import pytest

from loopstack_temporal.store.records import RunRow
from tests.support.stack import Program, Stack, eventually

DEPLOYED = "tests.support.deployed:"
CHAIN = {"steps": 5}


async def test_two_apps_share_temporal_and_database_and_take_nothing_of_each_other(crew: Stack) -> None:
    other = f"{crew.app}-b"
    await crew.worker()
    await crew.worker("tests.support.pooled:app", LOOPSTACK_TEST_APP=other)
    client = await crew.client()
    for number in range(5):
        await client.start_workflow("train", id=f"{other}-{number}", task_queue=other)
    chains = [await crew.start("chain", CHAIN) for _ in range(5)]
    for run_id in chains:
        assert (await crew.run_is(run_id, "completed")).app == crew.app
    for number in range(5):
        assert (await crew.run_is(f"{other}-{number}", "completed")).app == other
    for program in crew.programs:
        assert "unknown" not in program.output.lower(), program.output


@pytest.mark.requirement("TEMPORAL-018")
async def test_a_step_that_meets_the_version_without_it_first_waits_for_the_other_one(crew: Stack) -> None:
    """A rolling deploy: both versions live, and the decision of the one reaches the other."""
    # The third commit, after those of the start and of the first step, is the answer's: it decides on `check`.
    former = await crew.worker(DEPLOYED + "original", LOOPSTACK_FAILPOINTS="commit.after_commit=kill@3")
    run_id = await crew.start("deployed")
    await crew.run_is(run_id, "waiting", place="asking")
    await crew.signal(run_id, "answer", "yes")
    await former.died()
    assert (await crew.run_is(run_id, "running")).place == "checking"

    # Every try may land on this version, however long the other one takes to come.
    await crew.worker(DEPLOYED + "renamed", LOOPSTACK_UNKNOWN_GRACE="600")
    await eventually(lambda: _last_failure(crew, run_id), what="a try by the version without the transition")
    await crew.worker(DEPLOYED + "original")
    await crew.run_is(run_id, "waiting", place="deciding", limit=240)
    await crew.signal(run_id, "decide", "done")
    row = await crew.run_is(run_id, "completed")
    assert (row.result, row.failures) == (["yes", "checked", "done"], {})


async def _last_failure(stack: Stack, run_id: str) -> str:
    described = await (await stack.client()).get_workflow_handle(run_id).describe()
    pending = described.raw_description.pending_activities
    return pending[0].last_failure.message if pending else ""


@pytest.mark.requirement("TEMPORAL-020")
@pytest.mark.parametrize(("behaviour", "seen"), [("auto-upgrade", "verified"), ("pinned", "checked")])
async def test_with_worker_versioning_runs_follow_the_current_build_or_stay_on_theirs(
    crew: Stack, behaviour: str, seen: str
) -> None:
    await _build(crew, "original", "b1", behaviour)
    run_id = await crew.start("deployed")
    await _make_current(crew, "b1")
    await crew.run_is(run_id, "waiting", place="asking")

    await _build(crew, "renamed", "b2", behaviour)
    await _make_current(crew, "b2")
    former = crew.store.runs.get(run_id)
    await eventually(lambda: _starts_with_other_code(crew, former), what="new runs on b2")
    await crew.signal(run_id, "answer", "yes")
    await crew.run_is(run_id, "waiting", place="deciding")
    await crew.signal(run_id, "decide", "done")
    assert (await crew.run_is(run_id, "completed")).result == ["yes", seen, "done"]


async def _build(stack: Stack, name: str, build_id: str, behaviour: str) -> Program:
    return await stack.worker(
        DEPLOYED + name,
        TEMPORAL_DEPLOYMENT_NAME=stack.app,
        TEMPORAL_WORKER_BUILD_ID=build_id,
        LOOPSTACK_VERSIONING=behaviour,
    )


async def _starts_with_other_code(stack: Stack, former: RunRow | None) -> bool:
    """Matching hears of a new current version a moment after it was set."""
    row = await stack.run_is(await stack.start("deployed"), "waiting")
    return former is not None and row.catalogue_hash != former.catalogue_hash


async def _make_current(stack: Stack, build_id: str) -> None:
    command = ["worker", "deployment", "set-current-version", "--deployment-name", stack.app, "--build-id", build_id]

    async def accepted() -> bool:
        # The server knows a build only once its worker has polled.
        status, _, _ = await stack.temporal_cli(*command, "--yes", check=False)
        return status == 0

    await eventually(accepted, what=f"{build_id} being current")
