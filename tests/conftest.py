"""Fixtures that more than one folder uses."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from loopstack_temporal.llm.configured import MODEL_REQUESTS
from loopstack_temporal.temporal.devserver import DevServer, DevServerOptions
from tests.support.ports import new_port
from tests.support.postgres import *  # noqa: F403
from tests.support.stack import STEADY, Stack, stack_in, stack_on

# Also for the processes that tests start: no test may ask a real model provider.
os.environ[MODEL_REQUESTS] = "local"

# Whether an example is quick says something about this machine only.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[DevServer]:
    """One Temporal server for all tests that do not kill it."""
    async with _temporal_in(tmp_path_factory.mktemp("temporal")) as server:
        yield server


@pytest.fixture
async def own_temporal(tmp_path: Path) -> AsyncGenerator[DevServer]:
    """A Temporal server that the test may kill."""
    async with _temporal_in(tmp_path) as server:
        yield server


def _temporal_in(folder: Path) -> DevServer:
    return DevServer(DevServerOptions(database=folder / "temporal.db", port=new_port()), log=folder / "temporal.log")


@pytest.fixture
async def stack(
    temporal: DevServer,
    sqlite_database: str,
    tmp_path: Path,
) -> AsyncGenerator[Stack]:
    """An application of its own on SQLite; the test starts the processes it needs."""
    async with stack_on(temporal, sqlite_database, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
async def running(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """An application with a worker that no test kills; runs are told apart by their ids."""
    folder = tmp_path_factory.mktemp("running")
    async with stack_in(temporal, folder) as made:
        await made.worker(LOOPSTACK_UNKNOWN_GRACE="0", **STEADY)
        yield made


@pytest.fixture(scope="session")
async def served(running: Stack) -> Stack:
    """`running` with an API process that no test kills."""
    await running.api()
    return running


@pytest.fixture(scope="session", autouse=True)
def quiet_exit() -> Generator[None]:
    """The Temporal SDK can abort an interpreter that exits right after a client or worker was in use."""
    yield
    gc.collect()
    time.sleep(0.05)
