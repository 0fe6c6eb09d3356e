"""The app of questions with a worker and an API, for all tests of this folder that kill neither."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import STEADY, Stack, stack_in

APP = "tests.hitl.people_app:app"


@pytest.fixture(scope="module")
async def people(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """The app with a worker and an API that no test kills."""
    folder = tmp_path_factory.mktemp("people")
    async with stack_in(temporal, folder) as stack:
        await stack.worker(APP, LOOPSTACK_TEST_NOTES=str(folder / "notes"), **STEADY)
        await stack.api()
        yield stack
