"""What workflow objects are given, and for how long it lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from loopstack_temporal import BaseWorkflow, inject, transition, workflow
from loopstack_temporal.app import StudioApp, injection
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.session import attach, detach
from loopstack_temporal.errors import ContextClosed, ProviderTimeout
from loopstack_temporal.tools.base import ToolContext, ToolResult
from loopstack_temporal.tools.call import BaseTool
from loopstack_temporal.tools.decorator import tool
from tests.tools.attempts import OneAttempt


class Log(list[str]):
    """What happened, in order."""


class Database:
    pass


class Cache:
    def __init__(self, database: Database, log: Log) -> None:
        self.database, self.log = database, log


class Mailer:
    pass


class SmtpMailer(Mailer):
    pass


async def open_database(log: Log) -> AsyncIterator[Database]:
    log.append("database opened")
    yield Database()
    log.append("database closed")


def open_mailer(log: Log) -> Iterator[SmtpMailer]:
    log.append("mailer opened")
    yield SmtpMailer()
    log.append("mailer closed")


@tool
class InnerTool(BaseTool):
    database: Database

    def handle(self, ctx: ToolContext) -> ToolResult[str]:
        return ToolResult(data=ctx.run_id)


@tool
class OuterTool(BaseTool):
    inner: InnerTool
    child: ChildWorkflow

    def __init__(self, cache: Cache) -> None:
        self.cache = cache

    async def handle(self) -> ToolResult[str]:
        return ToolResult(data=f"outer of {(await self.inner.call()).data}")


@workflow
class ChildWorkflow(BaseWorkflow):
    def __init__(self, cache: Cache) -> None:
        self.cache = cache

    @transition(to="end")
    async def work(self) -> None: ...


@workflow
class EveryWorkflow(BaseWorkflow):
    outer: OuterTool
    mailer: Mailer
    child = inject(ChildWorkflow)
    late = inject(f"{__name__}:ChildWorkflow")

    def __init__(self, cache: Cache, limit: int = 3) -> None:
        self.cache, self.limit = cache, limit

    @transition(to="end")
    async def work(self) -> None: ...


def every_app(log: Log) -> StudioApp:
    return StudioApp(title="App", workflows=[EveryWorkflow], providers=[log, open_database, Cache, open_mailer])


@pytest.mark.requirement("APP-008", "ENGINE-017", "TOOL-005", "TOOL-007")
async def test_services_live_as_long_as_the_app_and_tools_as_long_as_the_attempt() -> None:
    log = Log()
    app = resolve(every_app(log))
    definition = app.workflows["every"]
    assert log == []

    async with app.build(definition) as first, app.build(definition) as second:
        assert isinstance(first, EveryWorkflow) and isinstance(second, EveryWorkflow)
        assert first is not second and first.outer is not second.outer
        assert first.cache is second.cache is first.outer.cache and first.limit == 3
        assert first.outer.inner.database is first.cache.database
        assert isinstance(first.mailer, SmtpMailer) and isinstance(first.child, ChildWorkflow)
    assert sorted(log) == ["database opened", "mailer opened"]

    await app.aclose()
    await app.aclose()
    assert sorted(log[2:]) == ["database closed", "mailer closed"]


@pytest.mark.requirement("APP-008")
async def test_attempts_that_begin_at_once_share_one_service() -> None:
    log = Log()
    app = resolve(every_app(log))

    async def cache() -> Cache:
        async with app.build(app.workflows["every"]) as made:
            assert isinstance(made, EveryWorkflow)
            return made.cache

    caches = await asyncio.gather(*(cache() for _ in range(20)))

    assert len({id(found) for found in caches}) == 1 and log.count("database opened") == 1
    await app.aclose()


async def test_a_provider_that_hangs_fails_the_attempt_and_leaves_the_way_free_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(injection, "READY_WITHIN", 0.2)
    connected = asyncio.Event()

    async def connect() -> Cache:
        await connected.wait()
        return Cache(Database(), Log())

    @workflow
    class WantsWorkflow(BaseWorkflow):
        cache: Cache

        @transition(to="end")
        async def work(self) -> None: ...

    app = resolve(StudioApp(title="App", workflows=[WantsWorkflow], providers=[connect]))
    definition = app.workflows["wants"]
    with pytest.raises(ProviderTimeout, match="what `wants` needs was not ready within"):
        async with app.build(definition):
            pytest.fail("nothing was made")
    connected.set()
    async with app.build(definition) as made:
        assert isinstance(made, WantsWorkflow) and isinstance(made.cache, Cache)
    await app.aclose()


@pytest.mark.requirement("ENGINE-017")
async def test_tools_and_children_work_for_the_attempt_of_their_workflow_and_end_with_it() -> None:
    app = resolve(every_app(Log()))

    async with app.build(app.workflows["every"]) as made:
        assert isinstance(made, EveryWorkflow)
        attempt = OneAttempt(RunContext(run_id="run-1", workflow="every", args={}))
        attach(made, attempt)

        assert (await made.outer.call()).data == "outer of run-1"
        reference = await made.child.run({"a": 1})
        assert reference.run_id == "child-1" and attempt.children == [(ChildWorkflow, {"a": 1})]
        assert (await made.outer.child.run()).run_id == "child-2"

        detach(made)
        with pytest.raises(ContextClosed):
            await made.child.run()
        with pytest.raises(ContextClosed):
            await made.outer.call()
    await app.aclose()


async def test_a_provider_that_fails_raises_its_own_error() -> None:
    def broken() -> Database:
        raise ConnectionError("no route to the database")

    app = resolve(StudioApp(title="App", workflows=[EveryWorkflow], providers=[Log(), broken, Cache, SmtpMailer]))

    with pytest.raises(ConnectionError, match="no route"):
        async with app.build(app.workflows["every"]):
            pass
    await app.aclose()
