"""The providers at a model server, and what they raise."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm import ClaudeProvider, LlmMessage, LlmProvider, LlmRequest, OpenAiProvider
from loopstack_temporal.llm.providers.claude import ClaudeSettings
from loopstack_temporal.llm.providers.openai import OpenAiSettings
from loopstack_temporal.llm.providers.pydantic_ai import PydanticAiModel, PydanticAiProvider, PydanticAiSettings
from tests.support.model_servers import ModelServer, Scripted

ASK = LlmRequest((LlmMessage("user", "How are you?"),))


EVERY = ["claude", "openai", "adapted_claude", "adapted_openai"]
"""Our own providers, and models of Pydantic AI that speak the same to the same servers."""


class City(BaseModel):
    name: str
    people: int


def claude_at(server: ModelServer, **settings: Any) -> ClaudeProvider:
    found: dict[str, Any] = {"model": "claude-sonnet-5", "base_url": server.url, **settings}
    return ClaudeProvider(ClaudeSettings(**found))


def openai_at(server: ModelServer, **settings: Any) -> OpenAiProvider:
    found: dict[str, Any] = {"model": "gpt-4.1", "base_url": f"{server.url}/v1", **settings}
    return OpenAiProvider(OpenAiSettings(**found))


def adapted(model: PydanticAiModel | str, **settings: Any) -> PydanticAiProvider:
    found: dict[str, Any] = {"model": model, "id": "adapted", **settings}
    return PydanticAiProvider(PydanticAiSettings(**found))


def adapted_claude_at(server: ModelServer, **settings: Any) -> PydanticAiProvider:
    url = settings.pop("base_url", server.url)
    provider = AnthropicProvider(base_url=url, api_key="sk-ant-test", http_client=server.http)
    return adapted(AnthropicModel("claude-sonnet-5", provider=provider), **{"id": "adapted_claude", **settings})


def adapted_openai_at(server: ModelServer, **settings: Any) -> PydanticAiProvider:
    url = settings.pop("base_url", f"{server.url}/v1")
    provider = OpenAIProvider(base_url=url, api_key="sk-test", http_client=server.http)
    return adapted(OpenAIChatModel("gpt-4.1", provider=provider), **{"id": "adapted_openai", **settings})


def every_provider(server: ModelServer) -> list[LlmProvider]:
    return [claude_at(server), openai_at(server), adapted_claude_at(server), adapted_openai_at(server)]


def wire_of(provider: str) -> str:
    """Whose wire format a provider of `EVERY` speaks: recorded streams are named after it."""
    return provider.rpartition("_")[2]


async def failure(provider: LlmProvider, server: ModelServer, answer: Scripted | str) -> ModelError:
    """What a call raises when the server answers so."""
    server.will(answer)
    with pytest.raises(ModelError) as raised:
        await provider.generate_text(ASK)
    assert raised.value.provider == provider.provider_id
    return raised.value
