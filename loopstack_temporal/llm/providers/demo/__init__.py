"""The demo provider: offline, deterministic, and honest about being neither a model nor clever.

It works by plain rules on the very text it is given, so that a first run shows something sensible about one's own words
and a test gets the same answer every time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from loopstack_temporal.llm.port import ModelReply, ModelRequest, Usage
from loopstack_temporal.llm.providers.demo.compose import compose, note_for
from loopstack_temporal.llm.providers.demo.fill import fill
from loopstack_temporal.llm.providers.demo.notes import material_of, read_notes


class DemoProvider:
    """Answers every call without a key, a network or a cost. It is the default as long as no other is configured."""

    @property
    def provider_id(self) -> str:
        """`demo`"""
        return "demo"

    async def text(self, request: ModelRequest) -> ModelReply:
        """A short composition from the prompt's own words."""
        return _reply(request, await asyncio.to_thread(compose, request.prompt))

    async def object(self, request: ModelRequest, schema: Mapping[str, Any]) -> ModelReply:
        """The schema filled from the text by plain rules; always valid, or `ModelError`."""
        found = await asyncio.to_thread(_filled, request.prompt, schema)
        return _reply(request, note_for(request.prompt), found)


def _filled(prompt: str, schema: Mapping[str, Any]) -> Any:
    return fill(read_notes(material_of(prompt)), schema)


def _reply(request: ModelRequest, text: str, found: Any = None) -> ModelReply:
    asked = sum(len(message.text) for message in request.messages) + len(request.system or "")
    answered = len(text if found is None else str(found))
    # Four letters are about one token; nobody is billed for it.
    usage = Usage(max(1, asked // 4), max(1, answered // 4), estimated=True)
    return ModelReply(text=text, model="demo", usage=usage, object=found)
