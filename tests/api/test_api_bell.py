"""Event streams on PostgreSQL: rung awake by commits, and still right when no bell is heard."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from loopstack_api.stream import Hub

from loopstack_temporal.store.store import Store
from tests.api.serving import listening, served
from tests.api.test_api_runs import start

NEVER = 3600.0


@pytest.fixture
def kind() -> str:
    """The only database with a bell."""
    return "postgresql"


def follow_with(app: FastAPI, hub: Hub) -> None:
    """Let the application stream from another hub."""
    object.__setattr__(app.state.services, "hub", hub)


async def test_a_commit_wakes_the_stream_although_it_would_not_look_for_an_hour(
    app: FastAPI, http: httpx.AsyncClient, store: Store
) -> None:
    follow_with(app, Hub(store, "b", poll_seconds=NEVER))
    async with served(app) as address, listening(address) as stream:
        await stream.next()
        await start(http, run_id="r-1")
        assert (await stream.next()).type == "run.created"
        await stream.until("task.opened")
        await http.post("/runs/r-1/transitions/decide", json={"payload": {"approved": True}})
        await stream.until("task.closed")


async def test_without_a_bell_the_stream_looks_by_itself(
    app: FastAPI, http: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(_: object) -> None:
        return None

    monkeypatch.setattr(store.events, "listen", deaf)
    async with served(app) as address, listening(address) as stream:
        await stream.next()
        await start(http, run_id="r-1")
        await stream.until("task.opened")
