"""OpenAI, and every server that speaks its Chat Completions API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loopstack_temporal.definition.problems import calling_source
from loopstack_temporal.llm.configured import SILENCE, load_client
from loopstack_temporal.llm.cost import counted
from loopstack_temporal.llm.port import LlmMessage, LlmReply, LlmRequest, OnStream, Usage
from loopstack_temporal.llm.providers.openai.reply import object_reply, text_reply, usage_of
from loopstack_temporal.llm.providers.openai.request import messages_of, object_body, text_body
from loopstack_temporal.llm.providers.openai.settings import (
    PROVIDER,
    OpenAiCall,
    OpenAiConfig,
    OpenAiSettings,
    TokenLimit,
    read_call,
)
from loopstack_temporal.llm.structured import wanted
from loopstack_temporal.modules import Module

__all__ = ["OpenAiConfig", "OpenAiProvider", "OpenAiSettings", "openai"]


class OpenAiProvider:
    """Answers by OpenAI or a server with its interface. The key is read when a call is made."""

    def __init__(self, settings: OpenAiSettings | None = None) -> None:
        self.settings = settings or OpenAiSettings()

    @property
    def provider_id(self) -> str:
        """`openai`"""
        return PROVIDER

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        """Words or tool calls, streamed."""
        call = read_call(self.settings, request)
        return text_reply(await _ask(call, text_body(call, request), on_stream))

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        """Data, by the schema of the answer's format."""
        call, form = read_call(self.settings, request), wanted(schema)
        completion = await _ask(call, object_body(call, request, form), on_stream)
        with counted(usage_of, lambda: completion):
            return object_reply(completion, form)

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        """What the answer says it cost."""
        return usage_of(response)

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        """A message as the API takes it; of one with results of tools the first, because each is one of its own."""
        return next(iter(messages_of(message)), {"role": message.role, "content": ""})


async def _ask(call: OpenAiCall, body: dict[str, Any], on_stream: OnStream | None) -> dict[str, Any]:
    client = await load_client(PROVIDER, f"{__name__}.client", package="openai")
    return await client.send(call, body, on_stream)


def openai(
    *,
    model: str | None = None,
    base_url: str | None = None,
    env_api_key: str = "OPENAI_API_KEY",
    timeout: float = SILENCE,
    token_limit: TokenLimit | None = None,
) -> Module:
    """OpenAI, or a server with its interface, for an app: `modules=[openai(model="…", base_url="…")]`.

    Without `model` the variable `OPENAI_MODEL` names it, else it is `gpt-5.4-mini`; without `base_url`
    `OPENAI_BASE_URL` may. `env_api_key` names the variable with the key. `timeout`: seconds without a sign of life from
    the provider. `token_limit`: under which name a server wants `max_tokens`, if not by the rules of OpenAI's models.
    """
    settings = OpenAiSettings(model, base_url, env_api_key, timeout, token_limit)
    return Module(name=PROVIDER, providers=[OpenAiProvider(settings)], source=calling_source(1))
