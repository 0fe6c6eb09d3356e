"""Fixtures of worker tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Stack, stack_on


@pytest.fixture
async def crew(temporal: DevServer, postgres_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """An application on PostgreSQL, where several workers may run."""
    async with stack_on(temporal, postgres_database, tmp_path) as made:
        yield made
