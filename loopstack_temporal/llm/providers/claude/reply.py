"""From a message of the provider to ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loopstack_temporal.definition.documents.llm import (
    ContentBlock,
    ServerToolResultBlock,
    ServerToolUseBlock,
    StopReason,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
    text_of,
)
from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.llm.faults import invalid_output, no_output
from loopstack_temporal.llm.port import LlmMessage, LlmReply, Usage
from loopstack_temporal.llm.providers.claude.settings import PROVIDER
from loopstack_temporal.llm.structured import NAME, Wanted

_REASONS: dict[str, StopReason] = {
    "end_turn": "end_turn",
    "tool_use": "tool_use",
    "max_tokens": "max_tokens",
    "model_context_window_exceeded": "max_tokens",
    "stop_sequence": "stop_sequence",
    "pause_turn": "pause_turn",
    "refusal": "refusal",
}


def text_reply(message: Mapping[str, Any]) -> LlmReply:
    """The answer in words or with tool calls."""
    blocks = tuple(found for part in message["content"] if (found := _block(part)) is not None)
    text = text_of(blocks)
    return LlmReply(
        message=LlmMessage("assistant", text, blocks),
        model=str(message.get("model", "")),
        stop_reason=_REASONS.get(str(message.get("stop_reason")), "other"),
        id=message.get("id"),
        response=message,
    )


def object_reply(message: Mapping[str, Any], wanted: Wanted) -> LlmReply:
    """The answer as data. Raises `ModelError` if there is none."""
    reply = text_reply(message)
    call = next((call for call in reply.message.tool_calls if call.name == NAME), None)
    if reply.stop_reason == "max_tokens":
        raise invalid_output(PROVIDER, "it was cut off at the token limit; raise `max_tokens` in `provider_config`")
    if call is None:
        why = "it refused" if reply.stop_reason == "refusal" else "it answered in words"
        raise no_output(PROVIDER, f"{why}: {reply.message.text or _details(message)}")
    return LlmReply(
        message=LlmMessage("assistant", reply.message.text),
        model=reply.model,
        stop_reason=reply.stop_reason,
        id=reply.id,
        response=message,
        object=wanted.taken_from(call.args),
    )


def usage_of(response: Mapping[str, Any]) -> Usage | None:
    """The tokens of an answer; `input_tokens` of this provider leaves cached ones out already."""
    usage = mapping_of(response.get("usage"))
    if usage.get("input_tokens") is None or usage.get("output_tokens") is None:
        return None
    return Usage(
        input_tokens=usage["input_tokens"],
        output_tokens=usage["output_tokens"],
        cache_creation_input_tokens=usage.get("cache_creation_input_tokens"),
        cache_read_input_tokens=usage.get("cache_read_input_tokens"),
        reasoning_tokens=mapping_of(usage.get("output_tokens_details")).get("thinking_tokens"),
    )


def _block(part: Mapping[str, Any]) -> ContentBlock | None:
    """Blocks of kinds that have no counterpart stay in the native answer only."""
    match str(part.get("type")):
        case "text":
            return TextBlock(text=part["text"])
        case "thinking":
            return ThinkingBlock(text=part["thinking"], signature=part.get("signature"))
        case "redacted_thinking":
            return ThinkingBlock(text="[redacted]")
        case "tool_use":
            return ToolCallBlock(id=part["id"], name=part["name"], args=part["input"])
        case "server_tool_use":
            return ServerToolUseBlock(id=part["id"], name=part["name"], input=part["input"])
        case kind if kind.endswith("_tool_result"):
            return ServerToolResultBlock(tool_use_id=part["tool_use_id"], content=part.get("content"))
        case _:
            return None


def _details(message: Mapping[str, Any]) -> str:
    return str(mapping_of(message.get("stop_details")).get("explanation") or "no text beside it")
