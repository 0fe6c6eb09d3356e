"""Claude, by Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loopstack_temporal.definition.problems import calling_source
from loopstack_temporal.llm.configured import SILENCE, load_client
from loopstack_temporal.llm.cost import counted
from loopstack_temporal.llm.port import LlmMessage, LlmReply, LlmRequest, OnStream, Usage
from loopstack_temporal.llm.providers.claude.reply import object_reply, text_reply, usage_of
from loopstack_temporal.llm.providers.claude.request import message_of, object_body, text_body
from loopstack_temporal.llm.providers.claude.settings import (
    PROVIDER,
    ClaudeCall,
    ClaudeConfig,
    ClaudeSettings,
    read_call,
)
from loopstack_temporal.llm.structured import wanted
from loopstack_temporal.modules import Module

__all__ = ["ClaudeConfig", "ClaudeProvider", "ClaudeSettings", "claude"]


class ClaudeProvider:
    """Answers by Claude. The key is read when a call is made."""

    def __init__(self, settings: ClaudeSettings | None = None) -> None:
        self.settings = settings or ClaudeSettings()

    @property
    def provider_id(self) -> str:
        """`claude`"""
        return PROVIDER

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        """Words or tool calls, streamed."""
        call = read_call(self.settings, request)
        return text_reply(await _send(call, text_body(call, request), on_stream))

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        """Data, by one tool that the model has to call."""
        call, form = read_call(self.settings, request), wanted(schema)
        message = await _send(call, object_body(call, request, form), on_stream)
        with counted(usage_of, lambda: message):
            return object_reply(message, form)

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        """What the answer says it cost."""
        return usage_of(response)

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        """A message as the Messages API takes it."""
        return message_of(message)


async def _send(call: ClaudeCall, body: dict[str, Any], on_stream: OnStream | None) -> dict[str, Any]:
    client = await load_client(PROVIDER, f"{__name__}.client", package="anthropic")
    return await client.send(call, body, on_stream)


def claude(
    *,
    model: str | None = None,
    base_url: str | None = None,
    env_api_key: str = "ANTHROPIC_API_KEY",
    timeout: float = SILENCE,
) -> Module:
    """Claude for an app: `modules=[claude(model="…")]`.

    Without `model` the variable `CLAUDE_MODEL` names it; without `base_url` `ANTHROPIC_BASE_URL` may. `env_api_key`
    names the variable with the key. `timeout`: seconds without a sign of life from the provider.
    """
    settings = ClaudeSettings(model=model, base_url=base_url, env_api_key=env_api_key, timeout=timeout)
    return Module(name=PROVIDER, providers=[ClaudeProvider(settings)], source=calling_source(1))
