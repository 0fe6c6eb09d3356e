"""From our messages, tools and schemas to the body of a request."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, cast

from loopstack_temporal.definition.documents.llm import (
    ContentBlock,
    FileBlock,
    ImageBlock,
    ServerToolResultBlock,
    ServerToolUseBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
    ToolResultBlock,
)
from loopstack_temporal.llm.port import LlmMessage, LlmRequest, ToolOffer
from loopstack_temporal.llm.providers.claude.settings import ClaudeCall
from loopstack_temporal.llm.structured import NAME, Wanted

_MARK = {"type": "ephemeral"}
_UNMARKABLE = ("thinking", "redacted_thinking")


def text_body(call: ClaudeCall, request: LlmRequest) -> dict[str, Any]:
    """The request for an answer in words or tool calls."""
    body = _body(call, request, [_tool(offer) for offer in request.tools])
    thinking = call.config.thinking
    if thinking == "adaptive":
        body["thinking"] = {"type": "adaptive", "display": "summarized"}
    elif thinking is not None:
        body["thinking"] = {"type": "enabled", "budget_tokens": thinking, "display": "summarized"}
    return body


def object_body(call: ClaudeCall, request: LlmRequest, wanted: Wanted) -> dict[str, Any]:
    """The request for data: one tool that has to be called. Thinking is left out; it forbids forced calls."""
    tool = {"name": NAME, "description": "Give the answer.", "input_schema": dict(wanted.schema)}
    body = _body(call, request, [tool])
    body["tool_choice"] = {"type": "tool", "name": NAME, "disable_parallel_tool_use": True}
    return body


def message_of(message: LlmMessage) -> dict[str, Any]:
    """One message in the provider's form; its content can be empty."""
    if message.native is not None:
        return {"role": message.role, "content": _returned(message.native.get("content"))}
    if not message.blocks:
        return {"role": message.role, "content": _text(message.text)}
    names = {block.id: block.name for block in message.blocks if isinstance(block, ServerToolUseBlock)}
    content = [part for block in message.blocks for part in _block(block, names)]
    return {"role": message.role, "content": content}


def _body(call: ClaudeCall, request: LlmRequest, tools: list[dict[str, Any]]) -> dict[str, Any]:
    config, messages = call.config, _messages(request.messages)
    body: dict[str, Any] = {"model": call.model, "max_tokens": config.max_tokens, "messages": messages}
    if config.temperature is not None:
        # No parameter of the SDK any more, but one of older models and of compatible servers.
        body["extra_body"] = {"temperature": config.temperature}
    if config.stop_sequences:
        body["stop_sequences"] = list(config.stop_sequences)
    if request.system:
        body["system"] = [{"type": "text", "text": request.system}]
    if tools:
        body["tools"] = tools
    if config.cache:
        _mark(body)
    return body


def _messages(messages: Sequence[LlmMessage]) -> list[dict[str, Any]]:
    """Turns in alternation: neighbours of one role become one, and what has no content is left out."""
    turns: list[dict[str, Any]] = []
    for turn in map(message_of, messages):
        if turns and turns[-1]["role"] == turn["role"]:
            turns[-1]["content"] += turn["content"]
        elif turn["content"]:
            turns.append(turn)
    return turns


def _mark(body: dict[str, Any]) -> None:
    last_of = [body.get("system"), body.get("tools"), body["messages"][-1]["content"] if body["messages"] else None]
    for parts in last_of:
        if parts and parts[-1].get("type") not in _UNMARKABLE:
            parts[-1] = {**parts[-1], "cache_control": dict(_MARK)}


def _tool(offer: ToolOffer) -> dict[str, Any]:
    if offer.server is not None:
        return dict(offer.server)
    return {"name": offer.name, "description": offer.description, "input_schema": dict(offer.input_schema)}


def _text(text: str) -> list[dict[str, Any]]:
    # The provider refuses empty texts.
    return [{"type": "text", "text": text}] if text.strip() else []


def _block(block: ContentBlock, server_tools: Mapping[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    match block:
        case TextBlock():
            found = _text(block.text)
        case ThinkingBlock():
            # Without the proof of origin it would be refused: then another provider thought it.
            if block.signature is not None:
                found = [{"type": "thinking", "thinking": block.text, "signature": block.signature}]
        case ToolCallBlock():
            found = [{"type": "tool_use", "id": block.id, "name": block.name, "input": block.args}]
        case ToolResultBlock():
            found = [_result(block)]
        case ServerToolUseBlock():
            found = [{"type": "server_tool_use", "id": block.id, "name": block.name, "input": block.input}]
        case ServerToolResultBlock():
            if name := server_tools.get(block.tool_use_id):
                found = [{"type": f"{name}_tool_result", "tool_use_id": block.tool_use_id, "content": block.content}]
        case ImageBlock() | FileBlock():
            found = [_media(block)]
    return found


def _result(block: ToolResultBlock) -> dict[str, Any]:
    result: dict[str, Any] = {"type": "tool_result", "tool_use_id": block.tool_call_id, "content": block.content}
    return {**result, "is_error": True} if block.is_error else result


def _media(block: ImageBlock | FileBlock) -> dict[str, Any]:
    kind = "image" if isinstance(block, ImageBlock) else "document"
    title = {"title": block.name} if isinstance(block, FileBlock) and block.name else {}
    return {"type": kind, "source": _source(block), **title}


def _source(block: ImageBlock | FileBlock) -> dict[str, Any]:
    if block.url is not None:
        return {"type": "url", "url": block.url}
    if isinstance(block, FileBlock) and block.media_type.startswith("text/"):
        text = b64decode(block.data or "").decode(errors="replace")
        return {"type": "text", "media_type": "text/plain", "data": text}
    return {"type": "base64", "media_type": block.media_type, "data": block.data}


def _returned(content: Any) -> list[dict[str, Any]]:
    """Blocks of an earlier answer, unchanged but for what the provider itself would refuse: nulls and empty texts."""
    blocks = cast("list[dict[str, Any]]", content) if isinstance(content, list) else []
    kept = [{name: value for name, value in block.items() if value is not None} for block in blocks]
    return [block for block in kept if block.get("type") != "text" or str(block.get("text", "")).strip()]
