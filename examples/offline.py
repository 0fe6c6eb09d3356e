"""Models for the examples: real ones where there is a key, and scripts where there is none."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loopstack_temporal import Module
from loopstack_temporal.llm import (
    DemoProvider,
    LlmMessage,
    LlmReply,
    LlmRequest,
    OnStream,
    StreamEvent,
    Usage,
    claude,
    openai,
)

Script = Callable[[LlmRequest], LlmMessage | dict[str, Any] | None]
"""A story's model: what it says, the data it gives, or `None` if the question is not of its story."""


class ScriptedDemo:
    """Answers from the scripts of the stories, and as the demo model where no script knows what to say."""

    def __init__(self, scripts: Sequence[Script], provider_id: str = "demo") -> None:
        self.provider_id = provider_id
        self._scripts = scripts
        self._demo = DemoProvider()

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        """A scripted message, written word by word for whoever watches."""
        said = self._said(request)
        if not isinstance(said, LlmMessage):
            return await self._demo.generate_text(request, on_stream)
        if on_stream is not None:
            for word in said.text.split(" "):
                on_stream(StreamEvent("text_delta", text=f"{word} "))
                await asyncio.sleep(0.03)
        return LlmReply(said, model="scripted", stop_reason="tool_use" if said.tool_calls else "end_turn")

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        """Scripted data."""
        said = self._said(request)
        if not isinstance(said, dict):
            return await self._demo.generate_object(request, schema, on_stream)
        return LlmReply(LlmMessage("assistant"), model="scripted", object=said)

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        """Scripts cost nothing, and say nothing of it."""
        return self._demo.extract_usage(response) if response else None

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        """Role and text."""
        return self._demo.to_provider_message(message)

    def _said(self, request: LlmRequest) -> LlmMessage | dict[str, Any] | None:
        return next((said for script in self._scripts if (said := script(request)) is not None), None)


def models(scripts: Sequence[Script], environ: Mapping[str, str] = os.environ) -> list[Module]:
    """The models of an app: Claude and OpenAI as far as their keys are set, else the scripts under both names too."""
    found: list[Module] = []
    if environ.get("ANTHROPIC_API_KEY"):
        found.append(claude(model=environ.get("CLAUDE_MODEL", "claude-sonnet-4-5")))
    if environ.get("OPENAI_API_KEY"):
        found.append(openai())
    names = [] if found else ["demo", "claude", "openai"]
    return [*found, *(Module(name=name, providers=[ScriptedDemo(scripts, name)]) for name in names)]
