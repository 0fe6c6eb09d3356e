"""The event stream, on a real server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from loopstack_api.app import create_app
from loopstack_api.settings import Settings
from loopstack_api.stream import Hub

from loopstack_temporal.errors import StoreUnavailable
from loopstack_temporal.store.records import Ending, EventRow, NewRun
from loopstack_temporal.store.store import Store
from tests.api.desk import APP, HASH, Desk, content
from tests.api.serving import listening, served
from tests.api.test_api_runs import start

ROOT = Path(__file__).parents[2]
DECIDE = "/runs/r-1/transitions/decide"


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Both databases."""
    kind: str = request.param
    return kind


EVENTS = 8
"""Of a run of `review` until it waits: created, changed, two documents, committed, two tasks, changed."""


@pytest.mark.requirement("API-020", "API-021")
async def test_a_stream_tells_a_run_from_its_first_event_in_order(app: FastAPI, http: httpx.AsyncClient) -> None:
    async with served(app) as address, listening(address, run_id="r-1") as stream:
        hello = await stream.next()
        await start(http, run_id="r-0")
        await start(http, run_id="r-1")
        await http.post(DECIDE, json={"payload": {"approved": True}})
        got = await stream.until("task.closed") + await stream.until("run.changed")

    assert hello.type == "hello"
    assert hello.id is None
    assert hello.data["build"]
    assert {frame.data["run_id"] for frame in got} == {"r-1"}
    revs = [frame.data["rev"] for frame in got]
    assert revs == list(range(1, len(revs) + 1))
    assert all(frame.id for frame in got)
    changed = got[-1].data
    assert (changed["status"], changed["place"], changed["awaiting"]) == ("completed", "end", [])
    committed = next(frame.data for frame in got if frame.type == "step.committed")
    assert (committed["from"], committed["to"]) == ("start", "waiting_for_approval")
    documents = [frame.data for frame in got if frame.type == "document.saved"]
    assert [document["hidden"] for document in documents] == [False, True]


@pytest.mark.requirement("API-020")
async def test_a_stream_resumes_after_the_last_event_wherever_it_broke(
    app: FastAPI, http: httpx.AsyncClient, store: Store, settings: Settings, tmp_path: Path
) -> None:
    async with served(app) as address, listening(address) as stream:
        await stream.next()
        await start(http, run_id="r-1")
        whole = await stream.until("run.changed")
        whole += await stream.until("run.changed")
    other = create_app(store, Desk(store), settings, studio=tmp_path)

    async with served(other) as address:
        for seen in range(len(whole)):
            async with listening(address, last=whole[seen].id, run_id="r-1") as again:
                assert (await again.next()).data["cursor"] == whole[seen].id
                rest = [await again.next() for _ in whole[seen + 1 :]]
                assert rest == whole[seen + 1 :]


@pytest.mark.requirement("API-020")
async def test_no_event_is_lost_or_doubled_while_a_client_keeps_coming_back(
    app: FastAPI, http: httpx.AsyncClient, store: Store
) -> None:
    got: list[tuple[str, int]] = []

    async def follow(address: str) -> None:
        last: str | None = None
        while len({run for run, _ in got}) < 12 or not got or got[-1][1] < EVENTS:
            async with listening(address, last=last, scope="runs,tasks") as stream:
                for _ in range(4):
                    frame = await stream.next()
                    if frame.type != "hello":
                        last = frame.id
                        got.append((frame.data["run_id"], frame.data["rev"]))

    async with served(app) as address:
        async with listening(address) as first:
            await first.next()
            following = asyncio.create_task(follow(address))
            for number in range(12):
                await start(http, run_id=f"r-{number}")
            everything = [await first.next() for _ in range(12 * EVENTS)]
            following.cancel()
            await asyncio.wait([following])

    assert len(got) == len(set(got))
    told = [(frame.data["run_id"], frame.data["rev"]) for frame in everything]
    assert len(told) == len(set(told))
    for run in {run for run, _ in got}:
        revs = [rev for one, rev in got if one == run]
        assert revs == sorted(revs)


@pytest.mark.requirement("API-020")
async def test_a_cursor_that_cannot_be_served_resets_the_stream_and_goes_on(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    async with served(app) as address:
        for forged in ("nonsense", "00000000-0-1", "'; DROP TABLE event; --"):
            async with listening(address, last=forged) as stream:
                assert (await stream.next()).type == "hello"
                reset = await stream.next()
                await start(http)
                following = await stream.next()
            assert reset.type == "stream.reset"
            assert reset.id is None
            assert following.type == "run.created"


async def test_lists_hear_of_all_runs_but_not_of_their_documents(app: FastAPI, http: httpx.AsyncClient) -> None:
    async with served(app) as address:
        async with listening(address, scope="tasks") as tasks, listening(address, scope="runs") as runs:
            await asyncio.gather(tasks.next(), runs.next())
            await start(http, run_id="r-1")
            opened = [await tasks.next(), await tasks.next()]
            created = await runs.next()
            changed = await runs.until("run.changed")

    assert [frame.data["transition"] for frame in opened] == ["decide", "again"]
    assert created.type == "run.created"
    assert {frame.type for frame in changed} == {"run.changed"}


async def test_a_list_hears_that_a_run_was_deleted(app: FastAPI, http: httpx.AsyncClient) -> None:
    async with served(app) as address, listening(address, scope="runs") as runs:
        await runs.next()
        await start(http, run_id="r-1")
        await http.post("/runs/r-1/transitions/decide", json={"payload": {"approved": True}})
        await http.delete("/runs/r-1")
        deleted = (await runs.until("run.deleted"))[-1]

    assert (deleted.data["run_id"], deleted.data["workspace_id"]) == ("r-1", "default")
    assert deleted.id


@pytest.mark.requirement("CHILD-016")
async def test_a_run_in_the_middle_of_a_family_hears_its_children(app: FastAPI, store: Store) -> None:
    for run_id, parent in (("top", None), ("middle", "top"), ("leaf", "middle"), ("stranger", None)):
        root = None if run_id == "stranger" else "top"
        new = NewRun(run_id, APP, "review", "default", "local", {}, run_id, parent_id=parent, root_id=root)
        store.runs.create(new)
    async with served(app) as address, listening(address, run_id="middle", tree="true") as stream:
        await stream.next()
        for run_id in ("stranger", "leaf"):
            store.runs.end(run_id, 0, Ending("canceled"))
        told = await stream.next()
    assert (told.type, told.data["run_id"], told.data["status"]) == ("run.changed", "leaf", "canceled")


async def test_another_workspace_is_not_heard_and_the_catalogue_is_heard_by_all(
    app: FastAPI, http: httpx.AsyncClient, store: Store
) -> None:
    made = (await http.post("/workspaces", json={"title": "Desk"})).json()["id"]
    async with served(app) as address, listening(address, workspace_id=made) as stream:
        await stream.next()
        await start(http, run_id="elsewhere")
        await start(http, run_id="here", workspace_id=made)
        got = await stream.until("run.changed")
        store.catalogue.publish(APP, "h2", content())
        store.catalogue.worker_seen("w-2", APP, "h2", [])
        catalogue = (await stream.until("catalog.changed"))[-1]

    assert {frame.data["run_id"] for frame in got} == {"here"}
    assert (catalogue.data["app"], catalogue.data["hash"]) == (APP, "h2")
    assert HASH != "h2"


async def test_a_silent_stream_says_that_it_lives(app: FastAPI, store: Store) -> None:
    object.__setattr__(app.state.services, "hub", Hub(store, "b", ping_seconds=0.05))
    async with served(app) as address, listening(address) as stream:
        kinds = [(await stream.next()).type for _ in range(3)]

    assert kinds == ["hello", "ping", "ping"]


async def test_a_client_too_slow_for_the_window_reads_on_from_sql(store: Store, desk: Desk) -> None:
    hub = Hub(store, "b", window=3)
    from loopstack_api.frames import Scope  # noqa: PLC0415 - only here

    async with asyncio.timeout(120):
        stream = hub.follow(Scope(), None)
        assert (await anext(stream)).type == "hello"
        app = create_app(store, desk, Settings(), studio=ROOT / "nothing")
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://localhost/api/v1"
        ) as client:
            for number in range(3):
                await start(client, run_id=f"r-{number}")
        await hub.advance()
        cursors = [(await anext(stream)).cursor for _ in range(3 * EVENTS)]
        await stream.aclose()

    assert len(set(cursors)) == len(cursors)


async def test_a_stream_goes_on_after_its_events_could_not_be_read(
    app: FastAPI, http: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = store.events.version
    failures: list[Exception] = [RuntimeError("nobody thought of this"), StoreUnavailable("gone"), KeyError("id")]

    def unreliable() -> object:
        if failures:
            raise failures.pop(0)
        return version()

    monkeypatch.setattr(store.events, "version", unreliable)
    async with served(app) as address, listening(address, run_id="r-1") as stream:
        await stream.next()
        await start(http, run_id="r-1")
        got = await stream.until("task.opened", 120)

    assert failures == []
    assert got[0].type == "run.created"


async def test_one_event_that_cannot_be_told_holds_up_no_other(
    app: FastAPI, http: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = store.events.after

    def spoilt(*args: Any, **more: Any) -> tuple[tuple[EventRow, ...], str]:
        events, head = after(*args, **more)
        bad: Any = "no object"
        return tuple(replace(one, data=bad) if one.type == "run.created" else one for one in events), head

    monkeypatch.setattr(store.events, "after", spoilt)
    async with served(app) as address, listening(address, run_id="r-1") as stream:
        await stream.next()
        await start(http, run_id="r-1")
        got = await stream.until("task.opened")

    assert got[0].type == "run.changed"


async def test_stopping_ends_open_streams_properly(app: FastAPI) -> None:
    async with served(app) as address:
        async with listening(address) as one, listening(address, run_id="r-1") as two:
            await asyncio.gather(one.next(), two.next())
            app.state.services.hub.close()
            assert [await stream.rest() for stream in (one, two)] == [[], []]


async def test_a_process_with_open_streams_ends_them_properly_and_exits_on_sigterm(store: Store) -> None:
    url = str(store.database.url.render_as_string(hide_password=False))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.api.serving", url, cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'api'}:{ROOT}"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(120):
            port = (await process.stdout.readline()).decode().strip()
        async with listening(f"http://127.0.0.1:{port}") as stream:
            await stream.next()
            process.send_signal(signal.SIGTERM)
            assert await stream.rest(30) == []
        async with asyncio.timeout(120):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
