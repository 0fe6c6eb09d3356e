"""The two providers at a model server, and what they raise."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm import ClaudeProvider, LlmMessage, LlmProvider, LlmRequest, OpenAiProvider
from loopstack_temporal.llm.providers.claude import ClaudeSettings
from loopstack_temporal.llm.providers.openai import OpenAiSettings
from tests.support.model_servers import ModelServer, Scripted

ASK = LlmRequest((LlmMessage("user", "How are you?"),))


class City(BaseModel):
    name: str
    people: int


def claude_at(server: ModelServer, **settings: Any) -> ClaudeProvider:
    found: dict[str, Any] = {"model": "claude-sonnet-5", "base_url": server.url, **settings}
    return ClaudeProvider(ClaudeSettings(**found))


def openai_at(server: ModelServer, **settings: Any) -> OpenAiProvider:
    found: dict[str, Any] = {"model": "gpt-4.1", "base_url": f"{server.url}/v1", **settings}
    return OpenAiProvider(OpenAiSettings(**found))


async def failure(provider: LlmProvider, server: ModelServer, answer: Scripted | str) -> ModelError:
    """What a call raises when the server answers so."""
    server.will(answer)
    with pytest.raises(ModelError) as raised:
        await provider.generate_text(ASK)
    assert raised.value.provider == provider.provider_id
    return raised.value
