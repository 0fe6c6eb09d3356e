"""The tools through which workflows call language models."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, cast, overload
from uuid import uuid4

import jsonschema
from pydantic import BaseModel, ConfigDict, Field, ValidationError, with_config
from typing_extensions import TypedDict, TypeVar, Unpack

from loopstack_temporal.definition.documents import LlmMessageDocument
from loopstack_temporal.definition.shape import Shape, field_errors
from loopstack_temporal.errors import LoopstackError, ModelError, ToolError
from loopstack_temporal.llm.conversation import Message, from_documents, from_messages, from_prompt
from loopstack_temporal.llm.port import LlmProvider, LlmReply, LlmRequest, ToolOffer
from loopstack_temporal.llm.registry import LlmProviderRegistry
from loopstack_temporal.tools.base import Tool, ToolReply
from loopstack_temporal.tools.call import validated
from loopstack_temporal.tools.decorator import tool
from loopstack_temporal.tools.server import ServerTool
from loopstack_temporal.tools.toolbox import Toolbox

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R")
Object = TypeVar("Object", default=Any)


@with_config(ConfigDict(extra="forbid"))
class LlmConfig(TypedDict, total=False):
    """Options of a model call; each can also be given by name, `call(prompt=…, model=…)`."""

    provider: str
    """`claude`, `openai`, `demo` …; default: the first one the app lists."""
    model: str
    """Default: the provider's own."""
    system: str
    """Instructions, sent with every call and stored nowhere."""
    messages_search_tag: str
    """Which documents are the conversation when neither `prompt` nor `messages` is given; default `message`."""
    save: bool
    """Whether a text answer becomes a document of the run; default true."""
    meta: dict[str, Any]
    """Added to the meta of the saved document."""
    tools: Sequence[Any]
    """What the model may ask for: names, classes or tool objects."""
    provider_config: dict[str, Any]
    """Settings of the provider."""


class LlmGenerateArgs(BaseModel):
    """What a model is asked. Without both, the conversation is taken from the run's documents."""

    prompt: str | None = Field(default=None, description="One question; documents of the run are not sent.")
    messages: list[dict[str, Any]] | None = Field(default=None, description="A conversation: role and text of each.")


class LlmGenerateObjectArgs(LlmGenerateArgs):
    """The same, with the form of the answer."""

    output_schema: dict[str, Any] = Field(description="JSON Schema of the answer.")


@dataclass(frozen=True, slots=True)
class GeneratedText:
    """A model's answer in words. `response` is the provider's own answer as JSON data."""

    message: LlmMessageDocument
    response: Mapping[str, Any]


@dataclass(frozen=True)
class GeneratedObject(Generic[Object]):
    """A model's answer as data: an instance of the model asked for, or JSON data that fits the JSON Schema."""

    object: Object
    text: str
    """What the model said beside the data; often empty."""
    response: Mapping[str, Any]


class ModelTool(Tool):
    """What both model tools share: the app's providers, and how a request is put together."""

    providers: LlmProviderRegistry
    toolbox: Toolbox

    async def _ask(
        self, prompt: str | None, messages: Sequence[Message] | None, options: LlmConfig
    ) -> tuple[LlmProvider, LlmRequest]:
        if prompt is not None:
            found = from_prompt(prompt)
        elif messages:
            found = from_messages(messages)
        else:
            tag = options.get("messages_search_tag", "message")
            found = from_documents(await self.document_store.find_by_tag(tag), tag)
        wanted = options.get("tools", ())
        request = LlmRequest(
            found,
            options.get("system"),
            options.get("model"),
            tools=tuple(_offer(one) for one in self.toolbox.find(wanted)) if wanted else (),
            settings=options.get("provider_config", {}),
        )
        return self.providers.get(options.get("provider")), request

    def _options(self, config: LlmConfig | None, options: LlmConfig) -> LlmConfig:
        twice = sorted(set(config or {}) & set(options))
        if twice:
            raise ToolError(f"`{twice[0]}` of a model call was given both by name and in `config`; give it once.")
        merged: LlmConfig = {**(config or {}), **options}
        return cast("LlmConfig", validated(self.definition, self.definition.config, merged, what="options"))


@tool(
    name="llm_generate_text",
    description="Asks a language model and returns its answer in words.",
    schema=LlmGenerateArgs,
    config_schema=LlmConfig,
)
class LlmGenerateTextTool(ModelTool):
    """Asks a language model and returns its answer in words."""

    async def call(
        self,
        *,
        prompt: str | None = None,
        messages: Sequence[Message] | None = None,
        config: LlmConfig | None = None,
        **options: Unpack[LlmConfig],
    ) -> ToolReply[GeneratedText]:
        """Ask in words. The answer is saved as a document of the run unless `save=False`.

        Sent is the `prompt`, else the `messages`, else the run's documents tagged `messages_search_tag`. Raises
        `ModelError` for a provider that is not configured or fails, `ToolError` for arguments that do not fit.
        """
        merged = self._options(config, options)
        provider, request = await self._ask(prompt, messages, merged)
        reply = await _answered(provider, provider.generate_text(request))
        message = LlmMessageDocument(
            role="assistant",
            text=reply.message.text,
            blocks=list(reply.message.blocks) or None,
            stop_reason=reply.stop_reason,
            id=f"msg_{uuid4().hex}",
        )
        if merged.get("save", True):
            meta = {"response": reply.response, **_metadata(provider, reply), **merged.get("meta", {})}
            await self.document_store.save(message, key=message.id, meta=meta)
        return ToolReply(GeneratedText(message, reply.response), metadata=_metadata(provider, reply))


@tool(
    name="llm_generate_object",
    description="Asks a language model and returns its answer as data in a given form.",
    schema=LlmGenerateObjectArgs,
    config_schema=LlmConfig,
)
class LlmGenerateObjectTool(ModelTool):
    """Asks a language model and returns its answer as data in a given form."""

    @overload
    async def call(
        self,
        *,
        schema: type[M],
        prompt: str | None = None,
        messages: Sequence[Message] | None = None,
        config: LlmConfig | None = None,
        **options: Unpack[LlmConfig],
    ) -> ToolReply[GeneratedObject[M]]: ...

    @overload
    async def call(
        self,
        *,
        schema: Mapping[str, Any],
        prompt: str | None = None,
        messages: Sequence[Message] | None = None,
        config: LlmConfig | None = None,
        **options: Unpack[LlmConfig],
    ) -> ToolReply[GeneratedObject[Any]]: ...

    async def call(
        self,
        *,
        schema: type[BaseModel] | Mapping[str, Any],
        prompt: str | None = None,
        messages: Sequence[Message] | None = None,
        config: LlmConfig | None = None,
        **options: Unpack[LlmConfig],
    ) -> ToolReply[GeneratedObject[Any]]:
        """Ask for data. `schema` is a pydantic model (the answer is an instance of it) or a JSON Schema.

        Nothing is saved: store the object as the document you want. Raises like the text call, and `ModelError` when
        the answer does not fit the schema.
        """
        merged = self._options(config, options)
        provider, request = await self._ask(prompt, messages, merged)
        as_json = schema.model_json_schema() if isinstance(schema, type) else schema
        reply = await _answered(provider, provider.generate_object(request, as_json))
        found = _checked(provider, reply.object, schema)
        return ToolReply(
            GeneratedObject(found, reply.message.text, reply.response), metadata=_metadata(provider, reply)
        )


def _offer(one: Tool) -> ToolOffer:
    definition = one.definition
    if not definition.description:
        raise ToolError(f"The tool `{definition.name}` has no description; a model cannot know what it is for.")
    nothing: Mapping[str, Any] = {"type": "object", "properties": {}}
    schema = definition.args.json_schema if definition.args else nothing
    server = one.server_config() if isinstance(one, ServerTool) else None
    return ToolOffer(definition.name, definition.description, schema, server)


async def _answered(provider: LlmProvider, call: Awaitable[R]) -> R:
    try:
        return await call
    except LoopstackError:
        raise
    except Exception as error:
        raise ModelError(
            f"The model provider `{provider.provider_id}` failed: {type(error).__name__}: {error}"
        ) from error


def _checked(provider: LlmProvider, value: Any, schema: type[BaseModel] | Mapping[str, Any]) -> Any:
    try:
        if isinstance(schema, type):
            return Shape(schema).from_json(value)
        jsonschema.validate(value, schema)
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, found.path)) or '(whole)'}: {found.message}" for found in field_errors(error)]
    except jsonschema.ValidationError as error:
        lines = [f"  {error.json_path}: {error.message}"]
    else:
        return value
    raise ModelError("\n".join([f"The answer of `{provider.provider_id}` does not fit the schema:", *lines]))


def _metadata(provider: LlmProvider, reply: LlmReply) -> dict[str, Any]:
    found = {"provider": provider.provider_id, "model": reply.model}
    usage = provider.extract_usage(reply.response)
    if usage is None:
        return found
    return found | {"usage": {name: value for name, value in asdict(usage).items() if value not in (None, False)}}
