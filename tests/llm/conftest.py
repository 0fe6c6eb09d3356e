"""Model servers for the tests of the providers."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.support.model_servers import ModelServer, model_server


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[ModelServer]:
    """A model server, and keys for it."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    for name in ("CLAUDE_MODEL", "OPENAI_MODEL", "ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    async with model_server() as found:
        yield found
