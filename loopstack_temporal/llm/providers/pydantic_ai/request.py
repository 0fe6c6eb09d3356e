"""From our messages, tools and schemas to those of Pydantic AI."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_ai.messages import (
    BinaryContent,
    DocumentUrl,
    ImageUrl,
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserContent,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.native_tools import AbstractNativeTool
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from loopstack_temporal.definition.documents.llm import (
    ContentBlock,
    FileBlock,
    ImageBlock,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
)
from loopstack_temporal.errors import ToolError
from loopstack_temporal.llm.port import LlmMessage, LlmRequest, ToolOffer
from loopstack_temporal.llm.providers.pydantic_ai.settings import PydanticAiConfig
from loopstack_temporal.llm.structured import NAME, Wanted

_NATIVE_TOOL: TypeAdapter[AbstractNativeTool] = TypeAdapter(AbstractNativeTool)
_PLAIN = ("max_tokens", "temperature", "top_p", "seed", "frequency_penalty", "presence_penalty", "thinking")


def settings_of(model: Model[Any], config: PydanticAiConfig, timeout: float) -> ModelSettings:
    """What the model is set to for one call."""
    # Tries and delays are those of the transition. What the author set on the model itself stays.
    ours: dict[str, Any] = {"timeout": timeout, "max_retries": 0}
    kept = {*model.unsupported_settings, *(model.settings or {})}
    found = {name: value for name, value in ours.items() if name not in kept}
    found |= {name: value for name in _PLAIN if (value := getattr(config, name)) is not None}
    if config.stop_sequences:
        found["stop_sequences"] = list(config.stop_sequences)
    return cast("ModelSettings", {**found, **config.model_settings})


def parameters_of(request: LlmRequest, form: Wanted | None, config: PydanticAiConfig) -> ModelRequestParameters:
    """The tools that are offered, and the form of the data that is wanted. Raises `ToolError`."""
    tools = [
        ToolDefinition(name=offer.name, description=offer.description, parameters_json_schema=dict(offer.input_schema))
        for offer in request.tools
        if offer.server is None
    ]
    native = [_native_tool(offer) for offer in request.tools if offer.server is not None]
    if form is None:
        return ModelRequestParameters(function_tools=tools, native_tools=native)
    schema = dict(form.schema)
    answer = ToolDefinition(name=NAME, description="Give the answer.", parameters_json_schema=schema, kind="output")
    return ModelRequestParameters(
        function_tools=tools,
        native_tools=native,
        output_mode=config.output or "auto",
        output_object=OutputObjectDefinition(schema, name=NAME),
        output_tools=[answer],
        allow_text_output=False,
    )


def messages_of(request: LlmRequest) -> list[ModelMessage]:
    """The conversation. Neighbours of a person become one, because not every provider takes two."""
    names = {call.id: call.name for message in request.messages for call in message.tool_calls}
    found: list[ModelMessage] = []
    parts: list[ModelRequestPart] = [SystemPromptPart(request.system)] if request.system else []
    for message in request.messages:
        if message.role == "user":
            parts += _asked(message, names)
            continue
        answer = _answered(message)
        if answer.parts:
            found += [ModelRequest(parts), answer] if parts else [answer]
            parts = []
    return [*found, ModelRequest(parts)] if parts else found


def message_data(message: LlmMessage) -> Mapping[str, Any]:
    """One message as JSON data."""
    native = _answered(message) if message.role == "assistant" else ModelRequest(_asked(message, {}))
    return ModelMessagesTypeAdapter.dump_python([native], mode="json")[0]


def _native_tool(offer: ToolOffer) -> AbstractNativeTool:
    try:
        return _NATIVE_TOOL.validate_python(dict(offer.server or {}))
    except ValidationError as error:
        raise ToolError(
            f"The tool `{offer.name}` is none that Pydantic AI knows: its config names one by `kind`, as in"
            f" `{{'kind': 'web_search'}}`, with the fields of that native tool. {error.errors()[0]['msg']}"
        ) from None


def _asked(message: LlmMessage, names: Mapping[str, str]) -> list[ModelRequestPart]:
    if not message.blocks:
        return [UserPromptPart(message.text)] if message.text.strip() else []
    results: list[ModelRequestPart] = [
        ToolReturnPart(
            tool_name=names.get(block.tool_call_id, "tool"),
            content=block.content,
            tool_call_id=block.tool_call_id,
            outcome="failed" if block.is_error else "success",
        )
        for block in message.blocks
        if isinstance(block, ToolResultBlock)
    ]
    said = [part for block in message.blocks if (part := _content(block)) is not None]
    match said:
        case []:
            return results
        case [str(text)]:
            return [*results, UserPromptPart(text)]
        case _:
            return [*results, UserPromptPart(said)]


def _content(block: ContentBlock) -> UserContent | None:
    match block:
        case TextBlock():
            return block.text if block.text.strip() else None
        case ImageBlock(url=str(url)):
            return ImageUrl(url, media_type=block.media_type)
        case FileBlock(url=str(url)):
            return DocumentUrl(url, media_type=block.media_type)
        case FileBlock() if block.media_type.startswith("text/"):
            return b64decode(block.data or "").decode(errors="replace")
        case ImageBlock() | FileBlock():
            return BinaryContent(b64decode(block.data or ""), media_type=block.media_type)
        case _:
            return None


def _answered(message: LlmMessage) -> ModelResponse:
    """An earlier answer: as it came if it came from this provider, else its words and calls."""
    if message.native is not None:
        try:
            (found,) = ModelMessagesTypeAdapter.validate_python([message.native])
        except ValidationError:
            pass  # Written by a version of the library that is too far away.
        else:
            if isinstance(found, ModelResponse):
                return found
    blocks: Sequence[ContentBlock] = message.blocks or ([TextBlock(text=message.text)] if message.text.strip() else [])
    return ModelResponse([part for block in blocks if (part := _part(block)) is not None])


def _part(block: ContentBlock) -> ModelResponsePart | None:
    """What any provider can be told of another one's answer: not its thoughts, and not what its own tools did."""
    match block:
        case TextBlock() if block.text.strip():
            return TextPart(block.text)
        case ToolCallBlock():
            return ToolCallPart(block.name, block.args, block.id)
        case _:
            return None
