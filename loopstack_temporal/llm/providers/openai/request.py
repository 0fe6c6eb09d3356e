"""From our messages, tools and schemas to the body of a request."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from loopstack_temporal.definition.documents.llm import (
    FileBlock,
    ImageBlock,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
)
from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.errors import ToolError
from loopstack_temporal.llm.port import LlmMessage, LlmRequest, ToolOffer
from loopstack_temporal.llm.providers.openai.settings import OpenAiCall
from loopstack_temporal.llm.providers.openai.strict import strict
from loopstack_temporal.llm.structured import NAME, Wanted

_KEPT = ("content", "refusal", "tool_calls")


def text_body(call: OpenAiCall, request: LlmRequest) -> dict[str, Any]:
    """The request for an answer in words or tool calls."""
    body = _body(call, request)
    if request.tools:
        body["tools"] = [_tool(offer) for offer in request.tools]
    return body


def object_body(call: OpenAiCall, request: LlmRequest, wanted: Wanted) -> dict[str, Any]:
    """The request for data: strict where the schema allows it."""
    adapted = strict(wanted.schema)
    form = {"name": NAME, "schema": adapted or dict(wanted.schema), "strict": adapted is not None}
    return {**_body(call, request), "response_format": {"type": "json_schema", "json_schema": form}}


def messages_of(message: LlmMessage) -> list[dict[str, Any]]:
    """One message in the provider's form: results of tools are messages of their own."""
    if message.role == "assistant":
        found = _returned(message.native) if message.native is not None else _assistant(message)
        return [found] if len(found) > 1 else []
    results = [_result(block) for block in message.blocks if isinstance(block, ToolResultBlock)]
    parts = [part for block in message.blocks for part in _part(block)] if message.blocks else _text(message.text)
    only_text = len(parts) == 1 and parts[0]["type"] == "text"
    content = parts[0]["text"] if only_text else parts
    return [*results, {"role": "user", "content": content}] if parts else results


def _body(call: OpenAiCall, request: LlmRequest) -> dict[str, Any]:
    config = call.config
    system = [{"role": "system", "content": request.system}] if request.system else []
    body: dict[str, Any] = {
        "model": call.model,
        "messages": [*system, *(one for message in request.messages for one in messages_of(message))],
        "stream_options": {"include_usage": True},
        call.token_limit: config.max_tokens,
        "temperature": config.temperature,
        "stop": list(config.stop_sequences) or None,
        "frequency_penalty": config.frequency_penalty,
        "presence_penalty": config.presence_penalty,
    }
    return {name: value for name, value in body.items() if value is not None}


def _tool(offer: ToolOffer) -> dict[str, Any]:
    if offer.server is not None:
        text = f"The provider `openai` runs no tools of its own; leave `{offer.name}` out or ask another provider."
        raise ToolError(text)
    function = {"name": offer.name, "description": offer.description, "parameters": dict(offer.input_schema)}
    return {"type": "function", "function": function}


def _assistant(message: LlmMessage) -> dict[str, Any]:
    """Thoughts and tools of other providers have no place in this one's messages."""
    found: dict[str, Any] = {"role": "assistant"}
    if message.text.strip():
        found["content"] = message.text
    calls = [_call(block) for block in message.tool_calls]
    return {**found, "tool_calls": calls} if calls else found


def _call(block: ToolCallBlock) -> dict[str, Any]:
    arguments = json.dumps(block.args, ensure_ascii=False)
    return {"id": block.id, "type": "function", "function": {"name": block.name, "arguments": arguments}}


def _result(block: ToolResultBlock) -> dict[str, Any]:
    # This provider has no mark for errors.
    content = f"Error: {block.content}" if block.is_error else block.content
    return {"role": "tool", "tool_call_id": block.tool_call_id, "content": content}


def _returned(native: Mapping[str, Any]) -> dict[str, Any]:
    choices: Any = native.get("choices") or [{}]
    message = mapping_of(mapping_of(choices[0]).get("message"))
    return {"role": "assistant"} | {name: message[name] for name in _KEPT if message.get(name)}


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}] if text.strip() else []


def _part(block: object) -> list[dict[str, Any]]:
    match block:
        case TextBlock():
            return _text(block.text)
        case ImageBlock():
            return [{"type": "image_url", "image_url": {"url": block.url or _data_url(block)}}]
        case FileBlock(data=str()) if block.media_type.startswith("text/"):
            return _text(b64decode(block.data or "").decode(errors="replace"))
        case FileBlock(data=str()):
            return [{"type": "file", "file": {"filename": block.name or "file", "file_data": _data_url(block)}}]
        case FileBlock():
            raise ToolError(f"The provider `openai` fetches no files: send the content of {block.url} as `data`.")
        case _:
            return []


def _data_url(block: ImageBlock | FileBlock) -> str:
    return f"data:{block.media_type};base64,{block.data}"
