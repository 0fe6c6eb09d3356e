"""The agents' application with a worker."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from loopstack_temporal.store import migrate
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Stack, stack_on

AGENTS = "tests.support.agents:app"


@pytest.fixture(scope="session")
async def agency(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """Agents with a worker that no test kills."""
    folder = tmp_path_factory.mktemp("agency")
    url = f"sqlite:///{folder / 'loopstack.db'}"
    migrate.upgrade(url)
    async with stack_on(temporal, url, folder) as made:
        await made.worker(AGENTS, LOOPSTACK_TEST_NOTES=str(folder / "notes.txt"))
        yield made
