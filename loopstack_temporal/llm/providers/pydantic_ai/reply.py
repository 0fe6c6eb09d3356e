"""From an answer of Pydantic AI, as JSON data, to our message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from loopstack_temporal.llm.faults import invalid_output, no_output, stream_broken
from loopstack_temporal.llm.port import LlmMessage, LlmReply, Usage
from loopstack_temporal.llm.structured import NAME, Wanted, object_in

ESTIMATED = "estimated"
"""Under this name the answer's `metadata` says that its tokens were not counted by a provider."""

_REASONS: dict[str | None, StopReason] = {
    "stop": "end_turn",
    "tool_call": "tool_use",
    "length": "max_tokens",
    "content_filter": "refusal",
}
_SAY_WHY = ("anthropic", "openai")
"""Providers whose answers always end with a reason: without one they are only half there."""


def text_reply(provider: str, response: Mapping[str, Any]) -> LlmReply:
    """The answer in words or with tool calls. Raises `ModelError` for half an answer and for calls without meaning."""
    details = mapping_of(response.get("provider_details"))
    _check_whole(provider, response, details)
    if response.get("finish_reason") == "length":
        # A call that was cut off by the limit is none: half of its arguments must not be acted upon.
        response = {**response, "parts": _whole_parts(response["parts"])}
    blocks: Sequence[ContentBlock] = [
        found for part in response["parts"] if (found := _block(provider, part)) is not None
    ]
    if response.get("finish_reason") == "content_filter" and details.get("refusal") and not blocks:
        blocks = [TextBlock(text=str(details["refusal"]))]
    message = LlmMessage("assistant", text_of(blocks), tuple(blocks))
    return LlmReply(
        message=message,
        model=str(response.get("model_name") or ""),
        stop_reason=_stop_reason(response, details, calls=bool(message.tool_calls)),
        id=response.get("provider_response_id"),
        response=response,
        vendor=response.get("provider_name"),
    )


def object_reply(provider: str, response: Mapping[str, Any], wanted: Wanted) -> LlmReply:
    """The answer as data. Raises `ModelError` if there is none; words that are no JSON fit no schema."""
    reply = text_reply(provider, response)
    text = reply.message.text
    if reply.stop_reason == "max_tokens":
        raise invalid_output(provider, "it was cut off at the token limit; raise `max_tokens` in `provider_config`")
    call = next((call for call in reply.message.tool_calls if call.name == NAME), None)
    if call is None and (reply.stop_reason == "refusal" or not text.strip()):
        raise no_output(provider, f"it refused: {text}" if text.strip() else "its answer is empty")
    return LlmReply(
        message=LlmMessage("assistant", "" if call is None else text),
        model=reply.model,
        stop_reason=reply.stop_reason,
        id=reply.id,
        response=response,
        object=wanted.taken_from(_json_in(text) if call is None else call.args),
        vendor=reply.vendor,
    )


def usage_of(response: Mapping[str, Any]) -> Usage | None:
    """The tokens of an answer; Pydantic AI counts cached ones as input, here they are apart."""
    usage = mapping_of(response.get("usage"))
    if not usage.get("input_tokens") and not usage.get("output_tokens"):
        return None
    read, written = usage.get("cache_read_tokens") or 0, usage.get("cache_write_tokens") or 0
    return Usage(
        input_tokens=max(usage.get("input_tokens", 0) - read - written, 0),
        output_tokens=usage.get("output_tokens", 0),
        cache_creation_input_tokens=written or None,
        cache_read_input_tokens=read or None,
        reasoning_tokens=usage.get("output_reasoning_tokens") or None,
        estimated=bool(mapping_of(response.get("metadata")).get(ESTIMATED)),
    )


def args_of(part: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arguments of a tool call; `None` if they are no JSON object."""
    args: Any = part.get("args") or {}
    return object_in(args) if isinstance(args, str) else dict(mapping_of(args))


def _check_whole(provider: str, response: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    said = details.get("finish_reason") or details.get("refusal")
    silent = response.get("provider_name") in _SAY_WHY and not said
    if silent or response.get("state") in ("incomplete", "interrupted"):
        raise stream_broken(provider, "it ended in the middle")


def _stop_reason(response: Mapping[str, Any], details: Mapping[str, Any], *, calls: bool) -> StopReason:
    reason = response.get("finish_reason")
    if response.get("state") == "suspended":
        return "pause_turn"
    if details.get("finish_reason") == "stop_sequence":
        return "stop_sequence"
    if calls and reason in ("stop", None):
        return "tool_use"
    if reason is None and not details.get("finish_reason"):
        return "end_turn"
    return _REASONS.get(reason, "other")


def _block(provider: str, part: Mapping[str, Any]) -> ContentBlock | None:
    """Parts of kinds that have no counterpart stay in the native answer only."""
    match part.get("part_kind"):
        case "text":
            return TextBlock(text=part["content"])
        case "thinking":
            return ThinkingBlock(text=part["content"] or "[redacted]", signature=part.get("signature"))
        case "tool-call":
            args = args_of(part)
            if args is None:
                name = part["tool_name"]
                raise invalid_output(provider, f"the arguments of the tool call ({name}) are no JSON object")
            return ToolCallBlock(id=part["tool_call_id"], name=part["tool_name"], args=args)
        case "builtin-tool-call":
            return ServerToolUseBlock(id=part["tool_call_id"], name=part["tool_name"], input=args_of(part) or {})
        case "builtin-tool-return":
            return ServerToolResultBlock(tool_use_id=part["tool_call_id"], content=part.get("content"))
        case _:
            return None


def _whole_parts(parts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [part for part in parts if not _is_half(part, last=part is parts[-1])]


def _is_half(part: Mapping[str, Any], *, last: bool) -> bool:
    if part.get("part_kind") != "tool-call":
        return False
    return args_of(part) is None or (last and not part.get("args"))


def _json_in(text: str) -> Any:
    """The object in an answer; models that were asked in words like to put a frame around it."""
    whole = object_in(text)
    framed = object_in(text[text.find("{") : text.rfind("}") + 1]) if whole is None else whole
    return text if framed is None else framed
