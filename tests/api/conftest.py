"""A real store, the desk as port to Temporal, and the API over ASGI."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from loopstack_api.app import create_app
from loopstack_api.settings import Settings

from loopstack_temporal.store.store import Store
from tests.api.desk import APP, HASH, Desk, content
from tests.support.postgres import migrated_file, postgres_database, postgres_server, sqlite_database

__all__ = ["migrated_file", "postgres_database", "postgres_server", "sqlite_database"]


@pytest.fixture
def kind() -> str:
    """Which database: a module that cares about both overrides it."""
    return "sqlite"


@pytest.fixture
def store(kind: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store of the test's own with one living worker of the desk's app."""
    store = Store.open(request.getfixturevalue("sqlite_database" if kind == "sqlite" else "postgres_database"))
    store.catalogue.publish(APP, HASH, content())
    store.catalogue.worker_seen("w-1", APP, HASH, ["default"])
    yield store
    store.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    """The port to Temporal."""
    return Desk(store)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that come from nowhere else."""
    return Settings(web_url="http://127.0.0.1:8233", allowed_hosts=("studio.example",))


@pytest.fixture
def app(store: Store, desk: Desk, settings: Settings, tmp_path: Path) -> FastAPI:
    """The application without a studio."""
    return create_app(store, desk, settings, studio=tmp_path / "no-studio")


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A program (not a browser) that talks to the API."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000/api/v1") as client:
        yield client
