"""The recorded streams have the shapes that the providers' own SDKs declare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from anthropic.types import RawMessageStreamEvent
from openai.types.chat import ChatCompletionChunk
from pydantic import TypeAdapter, ValidationError

from tests.support.model_servers import RECORDED

CLAUDE: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
OPENAI: TypeAdapter[Any] = TypeAdapter(ChatCompletionChunk)
STREAMS = sorted(RECORDED.glob("*.sse"))
STRANGE = ("unheard-of", "malformed", "midway")
"""Streams that are not as the SDKs expect, on purpose."""


def events(path: Path) -> list[Any]:
    lines = (line.removeprefix("data: ") for line in path.read_text().splitlines() if line.startswith("data: "))
    return [json.loads(line) for line in lines if line != "[DONE]"]


@pytest.mark.requirement("LLM-042")
@pytest.mark.parametrize(
    "path", [one for one in STREAMS if not any(word in one.name for word in STRANGE)], ids=lambda path: path.name
)
def test_every_event_is_one_that_the_sdk_declares(path: Path) -> None:
    shape = CLAUDE if path.name.startswith("claude") else OPENAI
    found = events(path)
    for event in found:
        if event.get("type") != "ping":  # The SDK leaves these out before it looks at them.
            shape.validate_python(event)
    assert found


def test_an_event_of_another_shape_would_be_noticed() -> None:
    with pytest.raises(ValidationError):
        CLAUDE.validate_python({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta"}})
    with pytest.raises(ValidationError):
        OPENAI.validate_python({"id": "c", "choices": [{"delta": {}}]})
