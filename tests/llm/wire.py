"""Answers as they go over the wire, made for the test: any text, any tool calls, in any number of pieces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.support.model_servers import Scripted

Call = tuple[str, str, str]
"""Id, name and arguments of a tool call; these as the model wrote them."""
WIDE = 65_536
"""Bytes that the server sends at a time: these answers are long."""


def answer(provider: str, pieces: Iterable[str] = (), calls: Sequence[Call] = ()) -> Scripted:
    """A whole answer of `claude` or `openai`."""
    events = _claude(pieces, calls) if provider == "claude" else _openai(pieces, calls)
    return Scripted("".join(events), piece=WIDE)


def _claude(pieces: Iterable[str], calls: Sequence[Call]) -> Iterator[str]:
    head: dict[str, Any] = {
        "model": "claude-sonnet-5",
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [],
    }
    usage = {"input_tokens": 9, "output_tokens": 1}
    yield _event("message_start", message={**head, "stop_reason": None, "stop_sequence": None, "usage": usage})
    yield from _claude_block(0, {"type": "text", "text": ""}, ({"type": "text_delta", "text": one} for one in pieces))
    for number, (call_id, name, written) in enumerate(calls, 1):
        start: dict[str, Any] = {"type": "tool_use", "id": call_id, "name": name, "input": {}}
        yield from _claude_block(number, start, [{"type": "input_json_delta", "partial_json": written}])
    delta = {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    yield _event("message_delta", delta=delta, usage={"output_tokens": 9})
    yield _event("message_stop")


def _claude_block(index: int, start: dict[str, Any], deltas: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield _event("content_block_start", index=index, content_block=start)
    for delta in deltas:
        yield _event("content_block_delta", index=index, delta=delta)
    yield _event("content_block_stop", index=index)


def _event(kind: str, **data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"


def _openai(pieces: Iterable[str], calls: Sequence[Call]) -> Iterator[str]:
    yield _chunk({"role": "assistant", "content": ""})
    for piece in pieces:
        yield _chunk({"content": piece})
    for index, (call_id, name, written) in enumerate(calls):
        call = {"index": index, "id": call_id, "type": "function", "function": {"name": name, "arguments": written}}
        yield _chunk({"tool_calls": [call]})
    yield _chunk({}, "tool_calls" if calls else "stop")
    yield "data: [DONE]\n\n"


def _chunk(delta: dict[str, Any], reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5.4-mini"}
    return f"data: {json.dumps({**head, 'choices': [choice]})}\n\n"
