"""Asking a model of Pydantic AI. Loaded with the first call: the library is optional, and takes a second."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any, cast

from pydantic_ai import direct
from pydantic_ai.messages import (
    ModelMessagesTypeAdapter,
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
)
from pydantic_ai.models import Model, StreamedResponse, infer_model
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.models.wrapper import WrapperModel

from loopstack_temporal.errors import ModelError, ToolError
from loopstack_temporal.llm.configured import check_allowed, read_config
from loopstack_temporal.llm.port import LlmRequest, OnStream, StreamEvent
from loopstack_temporal.llm.providers.pydantic_ai.faults import not_set_up, translated
from loopstack_temporal.llm.providers.pydantic_ai.reply import ESTIMATED, args_of
from loopstack_temporal.llm.providers.pydantic_ai.request import messages_of, parameters_of, settings_of
from loopstack_temporal.llm.providers.pydantic_ai.settings import PydanticAiConfig, PydanticAiSettings
from loopstack_temporal.llm.sound import sound
from loopstack_temporal.llm.structured import Wanted

AnyModel = Model[Any]


async def send(
    settings: PydanticAiSettings,
    made: dict[str, AnyModel],
    request: LlmRequest,
    form: Wanted | None,
    on_stream: OnStream | None,
) -> dict[str, Any]:
    """Ask the model, stream the answer, and return all of it as JSON data. Raises `ModelError`, `ToolError`.

    `made` keeps the models that were given by name.
    """
    provider = settings.id
    config = read_config(provider, PydanticAiConfig, request.settings)
    model = await _model(settings, made, request.model)
    for address in _addresses(model):
        check_allowed(provider, address)
    parameters = parameters_of(request, form, config)
    asked: dict[str, Any] = {
        "model_settings": settings_of(model, config, settings.timeout),
        "model_request_parameters": parameters,
    }
    with translated(provider, model, settings.timeout):
        messages = model.prepare_messages(messages_of(request), parameters)
        async with AsyncExitStack() as stack:
            stream = await _opened(stack, model, messages, asked)
            if stream is None:
                response = await direct.model_request(model, messages, **asked)
            else:
                await _told(stream, on_stream)
                response = stream.get()
    return _data(model, response)


async def _opened(
    stack: AsyncExitStack, model: AnyModel, messages: Any, asked: dict[str, Any]
) -> StreamedResponse | None:
    """The stream of the answer; `None` from a model that has none."""
    if isinstance(model, FunctionModel) and model.stream_function is None:
        return None
    try:
        return await stack.enter_async_context(direct.model_request_stream(model, messages, **asked))
    except NotImplementedError:
        return None


async def _told(stream: StreamedResponse, on_stream: OnStream | None) -> None:
    if on_stream is not None:
        on_stream(StreamEvent("start"))
    async for event in stream:
        told = None if on_stream is None else _event(event)
        if on_stream is not None and told is not None:
            on_stream(told)


def _event(event: ModelResponseStreamEvent) -> StreamEvent | None:
    match event:
        case PartStartEvent(part=TextPart(content=text)) | PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return StreamEvent("text_delta", text) if text else None
        case (
            PartStartEvent(part=ThinkingPart(content=text))
            | PartDeltaEvent(delta=ThinkingPartDelta(content_delta=str(text)))
        ):
            return StreamEvent("thinking_delta", text) if text else None
        case PartEndEvent(part=ToolCallPart(tool_name=name, args=args, tool_call_id=call_id)):
            found = args_of({"args": args})
            data = {"id": call_id, "name": name, "args": found}
            return None if found is None else StreamEvent("tool_call", data=data)
        case _:
            return None


async def _model(settings: PydanticAiSettings, made: dict[str, AnyModel], wanted: str | None) -> AnyModel:
    """The model of the call, else of the module."""
    given = settings.model
    if isinstance(given, str):
        vendor = given.partition(":")[0]
        name = given if wanted is None else wanted if ":" in wanted else f"{vendor}:{wanted}"
        if name not in made:
            with not_set_up(settings.id, name):
                # In a thread: the SDK of its provider is loaded now.
                made[name] = await asyncio.to_thread(infer_model, name)
        return made[name]
    if not isinstance(given, Model):
        raise ToolError(
            f"The provider `{settings.id}` was given {type(given).__name__}, which is no model of Pydantic AI: give it"
            " a model object, or a name like `google:gemini-3-pro`."
        )
    if wanted not in (None, given.model_name, given.model_id):
        raise ModelError(
            f"The provider `{settings.id}` has the one model `{given.model_name}`, not {wanted!r}: leave `model` out,"
            f" or add another provider, `pydantic_ai(…, id=…)`, for that model.",
            code="model_not_configured",
            provider=settings.id,
            retryable=False,
        )
    return cast("AnyModel", given)


def _addresses(model: AnyModel) -> Iterator[str]:
    """Where requests of a model go; models that ask nobody have no address."""
    if isinstance(model, WrapperModel):
        yield from _addresses(model.wrapped)
    elif isinstance(model, FallbackModel):
        for one in model.models:
            yield from _addresses(one)
    elif model.base_url is not None or model.provider is not None:
        yield model.base_url or "an address that is not known"


def _data(model: AnyModel, response: ModelResponse) -> dict[str, Any]:
    if isinstance(model, TestModel | FunctionModel):
        response.metadata = {**(response.metadata or {}), ESTIMATED: True}
    return sound(ModelMessagesTypeAdapter.dump_python([response], mode="json")[0])
