"""`config_schema=`: a run is given a configuration when it starts, whoever starts it, and has it to its end."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import pytest

from loopstack_temporal import InvalidInput, StudioApp, WorkflowRunner
from loopstack_temporal.runs import Refused
from loopstack_temporal.store.records import RunFilter
from loopstack_temporal.temporal.connection import ConnectionSettings
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.configured import SpeechWorkflow, Topic
from tests.support.stack import Stack, eventually, stack_in

APP = "tests.support.configured:app"
GLAD = {"mood": "glad", "volume": 3}


@pytest.fixture(scope="module")
async def talking(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """A worker that begins a fresh history after every step, and an API."""
    folder = tmp_path_factory.mktemp("talking")
    async with stack_in(temporal, folder) as made:
        await made.worker(APP, LOOPSTACK_HISTORY_LIMIT="1", LOOPSTACK_HEARTBEAT="10")
        await made.api()
        yield made


async def answered(stack: Stack, run_id: str) -> list[str]:
    row = await stack.run_is(run_id, "waiting")
    assert not isinstance(await stack.trigger(run_id, "speak", at_step=row.next_step), Refused)
    return (await stack.run_is(run_id, "completed")).result


@pytest.mark.requirement("ENGINE-007")
async def test_the_api_stores_a_configuration_with_its_defaults_and_transitions_read_it(talking: Stack) -> None:
    ask = {"workflow": "speech", "args": {"topic": "coffee"}, "config": {"mood": "glad"}}
    started = (await talking.http.post("/api/v1/runs", json=ask)).json()
    assert await answered(talking, started["id"]) == ["coffee, glad 3", "glad 3"]
    assert (await talking.http.get(f"/api/v1/runs/{started['id']}")).json()["config"] == GLAD
    published = (await talking.http.get("/api/v1/workflows/speech")).json()["config_schema"]
    assert published["required"] == ["mood"] and set(published["properties"]) == {"mood", "volume"}


@pytest.mark.requirement("ENGINE-007")
@pytest.mark.parametrize(
    ("workflow", "config", "paths"),
    [
        ("speech", None, [["mood"]]),
        ("speech", {"mood": "glad", "volume": 11}, [["volume"]]),
        ("speech", {"mood": 1, "volume": "loud"}, [["mood"], ["volume"]]),
        ("talk", {"mood": "glad"}, None),
    ],
)
async def test_the_api_refuses_one_that_does_not_fit_before_a_run_exists(
    talking: Stack, workflow: str, config: object, paths: list[list[str]] | None
) -> None:
    before = talking.store.runs.counts().total
    answer = await talking.http.post("/api/v1/runs", json={"workflow": workflow, "config": config})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_config")
    assert [field["path"] for field in problem.get("fields") or ()] == (paths or [])
    assert talking.store.runs.counts().total == before


@pytest.mark.requirement("ENGINE-007")
async def test_a_program_gives_one_as_a_type_or_as_a_mapping(talking: Stack) -> None:
    temporal = ConnectionSettings(address=talking.temporal.address)
    mine = StudioApp(name=talking.app, title="Mine", workflows=[SpeechWorkflow])
    async with WorkflowRunner.connect(mine, database_url=talking.database_url, temporal=temporal) as runner:
        run_id = f"mine-{uuid4().hex[:8]}"
        with pytest.raises(InvalidInput) as refused:
            await runner.run(SpeechWorkflow, Topic(), config={"volume": 1}, run_id=run_id)
        assert (refused.value.reason, [one.path for one in refused.value.fields]) == ("invalid_config", [("mood",)])
        assert talking.store.runs.get(run_id) is None
        await runner.run(SpeechWorkflow, Topic(), config={"mood": "glad"}, run_id=run_id)
        assert await answered(talking, run_id) == ["tea, glad 3", "glad 3"]


@pytest.mark.requirement("ENGINE-007")
async def test_children_get_theirs_also_from_a_fan_out(talking: Stack) -> None:
    run_id = await talking.start("talk")
    assert (await talking.run_is(run_id, "completed")).result == ["milk, glad 3", "tea, shy 1", "tea, loud 1"]
    children = talking.store.runs.page(RunFilter(parent_id=run_id, workflow="remark")).items
    assert [child.config for child in children] == [GLAD], "stored with the commit that asked for the child"


@pytest.mark.requirement("ENGINE-007")
async def test_the_temporal_cli_gives_one_as_the_second_input(talking: Stack) -> None:
    start = ("workflow", "start", "--type", "speech", "--task-queue", talking.app, "--workflow-id")
    good, bad = (f"{name}-{uuid4().hex[:8]}" for name in ("good", "bad"))
    await talking.temporal_cli(*start, good, "--input", '{"topic": "tea"}', "--input", '{"config": {"mood": "glad"}}')
    await talking.temporal_cli(*start, bad, "--input", '{"topic": "tea"}')
    assert await answered(talking, good) == ["tea, glad 3", "glad 3"]
    refused = await talking.run_is(bad, "failed")
    assert refused.error is not None and refused.error.code == "invalid_config" and not refused.can_retry
    assert refused.error.details == {"fields": [{"path": ["mood"], "message": "Field required", "code": "missing"}]}


@pytest.mark.requirement("ENGINE-007")
async def test_a_reset_run_still_has_it(stack: Stack, tmp_path: Path) -> None:
    await stack.worker(APP)
    run_id = f"speech-{uuid4().hex[:8]}"
    start = ("workflow", "start", "--type", "speech", "--task-queue", stack.app, "--workflow-id", run_id)
    await stack.temporal_cli(*start, "--input", "{}", "--input", '{"config": {"mood": "glad"}}')
    await stack.run_is(run_id, "waiting")
    whence = ("--type", "FirstWorkflowTask", "--reason", "a test")
    await stack.temporal_cli("workflow", "reset", "--workflow-id", run_id, *whence)
    await eventually(lambda: any(kind == "run.rewound" for kind, _ in stack.events(run_id)), what="the reset")
    assert (await stack.run_is(run_id, "waiting")).config == GLAD
    assert await answered(stack, run_id) == ["tea, glad 3", "glad 3"]
