"""From a completion of the provider to our message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from loopstack_temporal.definition.documents.llm import (
    ContentBlock,
    StopReason,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.llm.faults import invalid_output, no_output
from loopstack_temporal.llm.port import LlmMessage, LlmReply, Usage
from loopstack_temporal.llm.providers.openai.settings import PROVIDER
from loopstack_temporal.llm.providers.openai.strict import without_nulls
from loopstack_temporal.llm.structured import Wanted, json_in

_REASONS: dict[str, StopReason] = {
    "stop": "end_turn",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "length": "max_tokens",
    "content_filter": "refusal",
}


def text_reply(completion: Mapping[str, Any]) -> LlmReply:
    """The answer in words or with tool calls."""
    choice = completion["choices"][0]
    message = choice["message"]
    blocks: list[ContentBlock] = []
    if thought := message.get("reasoning_content"):
        blocks.append(ThinkingBlock(text=thought))
    text = "\n".join(part for part in (message.get("content"), message.get("refusal")) if part)
    if text:
        blocks.append(TextBlock(text=text))
    blocks += [_call(call) for call in message.get("tool_calls", ())]
    return LlmReply(
        message=LlmMessage("assistant", text, tuple(blocks)),
        model=str(completion.get("model", "")),
        stop_reason=_stop_reason(choice["finish_reason"], message),
        id=completion.get("id"),
        response=completion,
    )


def object_reply(completion: Mapping[str, Any], wanted: Wanted) -> LlmReply:
    """The answer as data; text that is no JSON is handed on as it is and fits no schema of an object."""
    reply = text_reply(completion)
    text = reply.message.text
    if reply.stop_reason == "max_tokens":
        raise invalid_output(PROVIDER, "it was cut off at the token limit; raise `max_tokens` in `provider_config`")
    if reply.stop_reason == "refusal" or not text.strip():
        raise no_output(PROVIDER, f"it refused: {text}" if text else "its answer is empty")
    try:
        found: Any = wanted.taken_from(without_nulls(json_in(text), wanted.schema))
    except (ValueError, RecursionError):
        found = text
    return LlmReply(
        message=LlmMessage("assistant"),
        model=reply.model,
        stop_reason=reply.stop_reason,
        id=reply.id,
        response=completion,
        object=found,
    )


def usage_of(response: Mapping[str, Any]) -> Usage | None:
    """The tokens of an answer; what was read from or written to a cache is counted apart."""
    usage = mapping_of(response.get("usage"))
    if usage.get("prompt_tokens") is None or usage.get("completion_tokens") is None:
        return None
    prompt, completion = (mapping_of(usage.get(f"{part}_tokens_details")) for part in ("prompt", "completion"))
    cached, written = prompt.get("cached_tokens"), prompt.get("cache_write_tokens")
    return Usage(
        input_tokens=max(usage["prompt_tokens"] - (cached or 0) - (written or 0), 0),
        output_tokens=usage["completion_tokens"],
        cache_creation_input_tokens=written,
        cache_read_input_tokens=cached,
        reasoning_tokens=completion.get("reasoning_tokens"),
    )


def _stop_reason(reason: str, message: Mapping[str, Any]) -> StopReason:
    if message.get("tool_calls") and reason == "stop":
        return "tool_use"
    if message.get("refusal") and reason == "stop":
        return "refusal"
    return _REASONS.get(reason, "other")


def _call(call: Mapping[str, Any]) -> ToolCallBlock:
    function = call["function"]
    return ToolCallBlock(id=call["id"], name=function["name"], args=json.loads(function["arguments"]))
