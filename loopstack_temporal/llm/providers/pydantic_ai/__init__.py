"""Every model that Pydantic AI knows, or that was written for it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from importlib import import_module
from typing import Any

from loopstack_temporal.definition.problems import calling_source
from loopstack_temporal.llm.configured import SILENCE, load_client
from loopstack_temporal.llm.cost import counted
from loopstack_temporal.llm.port import LlmMessage, LlmReply, LlmRequest, OnStream, Usage
from loopstack_temporal.llm.providers.pydantic_ai.reply import object_reply, text_reply, usage_of
from loopstack_temporal.llm.providers.pydantic_ai.settings import (
    PROVIDER,
    PydanticAiConfig,
    PydanticAiModel,
    PydanticAiSettings,
)
from loopstack_temporal.llm.structured import Wanted, wanted
from loopstack_temporal.modules import Module

__all__ = ["PydanticAiConfig", "PydanticAiModel", "PydanticAiProvider", "PydanticAiSettings", "pydantic_ai"]


class PydanticAiProvider:
    """Answers by a model of Pydantic AI."""

    def __init__(self, settings: PydanticAiSettings) -> None:
        self.settings = settings
        self._made: dict[str, AbstractAsyncContextManager[object]] = {}
        """Models that were given by name, made with the first call."""

    @property
    def provider_id(self) -> str:
        """The `id` it was given."""
        return self.settings.id

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        """Words or tool calls, streamed by models that can."""
        response = await self._ask(request, None, on_stream)
        with _counted(response):
            return text_reply(self.provider_id, response)

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        """Data, by a tool or a format: whichever the model does better."""
        form = wanted(schema)
        response = await self._ask(request, form, on_stream)
        with _counted(response):
            return object_reply(self.provider_id, response, form)

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        """What the answer says it cost."""
        return usage_of(response)

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        """A message of Pydantic AI as JSON data."""
        # The library is optional, so it is loaded by those who ask for this.
        return import_module(f"{__name__}.request").message_data(message)

    async def aclose(self) -> None:
        """Close the connections of models that were given by name; a worker keeps them as long as it lives.

        Those of model objects belong to whoever made these.
        """
        for model in self._made.values():
            async with model:  # The library closes what it opened when the last one leaves.
                pass

    async def _ask(self, request: LlmRequest, form: Wanted | None, on_stream: OnStream | None) -> dict[str, Any]:
        client = await load_client(self.provider_id, f"{__name__}.client", package="pydantic_ai")
        return await client.send(self.settings, self._made, request, form, on_stream)


def _counted(response: Mapping[str, Any]) -> AbstractContextManager[None]:
    return counted(usage_of, lambda: response, model="model_name", vendor="provider_name")


def pydantic_ai(model: PydanticAiModel | str, *, id: str = PROVIDER, timeout: float = SILENCE) -> Module:
    """A model of Pydantic AI for an app: `modules=[pydantic_ai("google:gemini-3-pro", id="gemini")]`.

    `model` is a model object, set up as Pydantic AI's own documentation says, or the name of one, which is then made
    with the first call and reads its key from the variable that Pydantic AI names. `id` is what workflows call the
    provider; several with different ids can stand side by side. `timeout`: seconds without a sign of life from the
    provider. Raises `ValueError` for an `id` with a colon in it.
    """
    if ":" in id or not id.strip():
        raise ValueError(f"`id` of a model provider is a name without a colon, got {id!r}.")
    provider = PydanticAiProvider(PydanticAiSettings(model, id, timeout))
    return Module(name=id, providers=[provider], source=calling_source(1))
