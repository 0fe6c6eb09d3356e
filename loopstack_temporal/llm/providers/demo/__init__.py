"""The demo provider: offline, deterministic, and honest about being neither a model nor clever.

It works by plain rules on the very text it is given, so that a first run shows something sensible about one's own words
and a test gets the same answer every time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from loopstack_temporal.llm.port import LlmMessage, LlmReply, LlmRequest, OnStream, Usage
from loopstack_temporal.llm.providers.demo.compose import compose, note_for
from loopstack_temporal.llm.providers.demo.fill import fill
from loopstack_temporal.llm.providers.demo.notes import material_of, read_notes


class DemoProvider:
    """Answers every call without a key, a network or a cost. It is the default as long as no other is configured."""

    @property
    def provider_id(self) -> str:
        """`demo`"""
        return "demo"

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        """A short composition from the prompt's own words."""
        return _reply(request, await asyncio.to_thread(compose, request.prompt))

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        """The schema filled from the text by plain rules; always valid, or `ModelError`."""
        found = await asyncio.to_thread(_filled, request.prompt, schema)
        return _reply(request, note_for(request.prompt), found)

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        """What the answer would have cost: about one token for four letters."""
        asked, answered = response.get("asked", 0), response.get("answered", 0)
        return Usage(max(1, asked // 4), max(1, answered // 4), estimated=True)

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        """Role and text."""
        return {"role": message.role, "text": message.text}


def _filled(prompt: str, schema: Mapping[str, Any]) -> Any:
    return fill(read_notes(material_of(prompt)), schema)


def _reply(request: LlmRequest, text: str, found: Any = None) -> LlmReply:
    asked = sum(len(message.text) for message in request.messages) + len(request.system or "")
    counted = {"asked": asked, "answered": len(text if found is None else str(found))}
    return LlmReply(LlmMessage("assistant", text), model="demo", response=counted, object=found)
