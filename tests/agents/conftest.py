"""The agents' application with a worker."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import STEADY, Stack, stack_in

AGENTS = "tests.support.agents:app"


@pytest.fixture(scope="session")
async def agency(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """Agents with a worker that no test kills."""
    folder = tmp_path_factory.mktemp("agency")
    async with stack_in(temporal, folder) as made:
        await made.worker(AGENTS, LOOPSTACK_TEST_NOTES=str(folder / "notes.txt"), **STEADY)
        yield made
