"""API, workers and store from their parts in a program of one's own, beside its own tables and routes."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

from loopstack_temporal import StudioApp, WorkflowRunner
from loopstack_temporal.errors import SetupError
from loopstack_temporal.fastapi import RunnerDep
from loopstack_temporal.store.adopting import store_on
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.apps import HelloWorkflow, ReviewWorkflow
from tests.support.ports import new_port
from tests.support.stack import Program, Stack, eventually, stack_on


def own_engine(url: str) -> str:
    """The address as SQLAlchemy's."""
    return url.replace("postgresql://", "postgresql+psycopg://")


async def started(stack: Stack) -> Program:
    """The program, answering, with both of its workers at work."""
    stack.port = new_port()
    environment = stack.environment(
        LOOPSTACK_PORT=str(stack.port),
        LOOPSTACK_TEST_ENGINE=own_engine(stack.database_url),
    )
    command = [sys.executable, "-m", "tests.runner.own_program", stack.app]
    program = Program("own", command, environment, stack.folder / "own.log")
    stack.programs.append(program)
    await program.start()
    await stack.serving(program)

    async def both() -> bool:
        apps = (await stack.http.get("/api/v1/apps")).json()["items"]
        return sum(app["live"] for app in apps) == 2

    await eventually(both, what="both workers")
    return program


@pytest.mark.requirement("APP-007", "APP-013", "APP-020")
async def test_two_apps_their_workers_and_the_api_live_in_one_program_on_its_own_engine(
    temporal: DevServer, database_url: str, tmp_path: Path
) -> None:
    async with stack_on(temporal, database_url, tmp_path) as stack:
        program = await started(stack)
        try:
            await use(stack)
            assert await program.stop() == 0, program.output
            assert "still mine: 2 orders" in program.output
        finally:
            engine = sa.create_engine(own_engine(database_url))
            with engine.begin() as connection:
                connection.execute(sa.text("DROP TABLE orders"))
            engine.dispose()


async def use(stack: Stack) -> None:
    """Order twice and pack one; the other application has a workflow of the same name."""

    async def post(path: str, json: object = None, params: dict[str, str] | None = None) -> object:
        answer = await stack.http.post(path, json=json, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    first = await post("/orders", json={"name": "tea"})
    assert isinstance(first, str)
    await stack.run_is(first, "waiting")
    second = await post("/orders", json={"name": "milk"})
    assert isinstance(second, str)
    await stack.run_is(second, "waiting")
    assert await post(f"/orders/{second}/packed", params={"by": "bob"}) == "milk number 2 packed by bob"
    assert await post("/closed") == "we are closed"

    run = (await stack.http.get(f"/api/v1/runs/{second}")).json()
    assert (run["status"], run["app"], run["result"]) == (
        "completed",
        f"{stack.app}-shop",
        "milk number 2 packed by bob",
    )
    ambiguous = await stack.http.post("/api/v1/runs", json={"workflow": "order", "args": {}})
    assert (ambiguous.status_code, ambiguous.json()["code"]) == (409, "ambiguous_workflow")
    titles = {one["title"] for one in (await stack.http.get("/api/v1/workspaces")).json()["items"]}
    assert {"Shop", "Closed shop"} <= titles


def test_an_engine_that_cannot_be_used_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="SQLite needs a file"):
        store_on(sa.create_engine("sqlite://"))
    with pytest.raises(SetupError, match=r"postgresql\+psycopg \(async\) cannot be used"):
        store_on(create_async_engine("postgresql+psycopg://127.0.0.1:1/none").sync_engine)
    with pytest.raises(SetupError, match="loopstack db upgrade"):
        store_on(sa.create_engine(f"sqlite:///{tmp_path / 'empty.db'}"))


def test_a_store_on_somebodys_engine_leaves_its_connections_as_they_were(postgres_database: str) -> None:
    engine = sa.create_engine(own_engine(postgres_database), pool_size=1)
    setting = sa.text("SELECT current_setting('TimeZone'), current_setting('lock_timeout')")
    with engine.connect() as connection:
        connection.execute(sa.text("SET TIME ZONE 'Asia/Tokyo'"))
        connection.commit()
        before = connection.execute(setting).one()
    store = store_on(engine)
    made = store.workspaces.create("w", "Work")
    assert store.workspaces.get("w").created_at == made.created_at
    store.close()
    with engine.connect() as connection:
        assert connection.execute(setting).one() == before
    engine.dispose()


@pytest.mark.requirement("APP-007")
async def test_two_apps_can_be_used_in_one_test() -> None:
    one = StudioApp(title="One", workflows=[HelloWorkflow])
    two = StudioApp(title="Two", workflows=[ReviewWorkflow, HelloWorkflow])
    async with WorkflowRunner(one) as runner:
        assert (await runner.run_sync(HelloWorkflow, stateless=True)).result == "Hello, coffee!"
        assert (await runner.run_sync(ReviewWorkflow, app=two, stateless=True)).status == "waiting"


async def look(runner: RunnerDep) -> str:
    return repr(runner)


async def test_a_route_without_a_runner_says_what_is_missing() -> None:
    api = FastAPI()
    api.add_api_route("/", look)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="http://test") as client:
        with pytest.raises(SetupError, match="runner_lifespan"):
            await client.get("/")
