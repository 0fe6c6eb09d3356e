"""The tools through which workflows call language models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, cast, overload

from pydantic import BaseModel
from typing_extensions import TypeVar, Unpack

from loopstack_temporal.definition.documents import LlmMessageDocument
from loopstack_temporal.definition.session import session_of
from loopstack_temporal.errors import ToolError
from loopstack_temporal.llm.asked import Origin
from loopstack_temporal.llm.asking import Question, ask, candidates
from loopstack_temporal.llm.conversation import Message, from_documents, from_messages, from_prompt, with_results
from loopstack_temporal.llm.cost import summed
from loopstack_temporal.llm.fitting import DoesNotFit, as_json_schema, correction, fitting, never_fits
from loopstack_temporal.llm.offers import offers
from loopstack_temporal.llm.options import LlmConfig, LlmGenerateArgs, LlmGenerateObjectArgs
from loopstack_temporal.llm.recording import Answer
from loopstack_temporal.llm.registry import LlmProviderRegistry
from loopstack_temporal.tools.base import Tool, ToolReply
from loopstack_temporal.tools.call import validated
from loopstack_temporal.tools.decorator import tool
from loopstack_temporal.tools.toolbox import Toolbox

M = TypeVar("M", bound=BaseModel)
Object = TypeVar("Object", default=Any)
_REPAIRS = 2


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
    """What both model tools share: the app's providers and tools, and how a question is put together."""

    providers: LlmProviderRegistry
    toolbox: Toolbox

    async def _question(self, prompt: str | None, messages: Sequence[Message] | None, options: LlmConfig) -> Question:
        origin: Origin = "run"
        if prompt is not None:
            origin, turns = "prompt", from_prompt(prompt)
        elif messages:
            origin, turns = "messages", from_messages(messages)
        else:
            tag = options.get("messages_search_tag", "message")
            turns = from_documents(await self.document_store.read_by_tag(tag), tag)
        wanted = options.get("tools", ())
        return Question(
            turns=with_results(turns),
            candidates=candidates(
                self.providers,
                options.get("provider"),
                options.get("model"),
                options.get("provider_config", {}),
                options.get("fallback", ()),
            ),
            system=options.get("system"),
            tools=offers(self.toolbox.find(wanted)) if wanted else (),
            origin=origin,
        )

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
        session, saved = session_of(self, "call"), merged.get("save", True)
        answer = await ask(session, await self._question(prompt, messages, merged), watched=saved)
        reply = answer.reply
        message = LlmMessageDocument(
            role="assistant",
            text=reply.message.text,
            blocks=list(reply.message.blocks) or None,
            stop_reason=reply.stop_reason,
            id=answer.id,
        )
        if saved:
            meta = {"response": reply.response, **answer.metadata, **merged.get("meta", {})}
            await self.document_store.save(message, key=message.id, meta=meta)
        return ToolReply(GeneratedText(message, reply.response), metadata=answer.metadata)


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
        output_schema: type[M],
        prompt: str | None = None,
        messages: Sequence[Message] | None = None,
        config: LlmConfig | None = None,
        **options: Unpack[LlmConfig],
    ) -> ToolReply[GeneratedObject[M]]: ...

    @overload
    async def call(
        self,
        *,
        output_schema: Mapping[str, Any],
        prompt: str | None = None,
        messages: Sequence[Message] | None = None,
        config: LlmConfig | None = None,
        **options: Unpack[LlmConfig],
    ) -> ToolReply[GeneratedObject[Any]]: ...

    async def call(
        self,
        *,
        output_schema: type[BaseModel] | Mapping[str, Any],
        prompt: str | None = None,
        messages: Sequence[Message] | None = None,
        config: LlmConfig | None = None,
        **options: Unpack[LlmConfig],
    ) -> ToolReply[GeneratedObject[Any]]:
        """Ask for data. `output_schema` is a pydantic model (the answer is an instance of it) or a JSON Schema.

        Nothing is saved: store the object as the document you want. Data that does not fit goes back to the model with
        what is wrong, at most `max_repairs` times. Raises like the text call, and `ModelError` when nothing fitted.
        """
        merged = self._options(config, options)
        if merged.get("tools"):
            raise ToolError("A call for data offers no tools; ask in words first, and for the data when all is known.")
        session = session_of(self, "call")
        question = await self._question(prompt, messages, merged)
        question = replace(question, schema=as_json_schema(output_schema))
        answers: list[Answer] = []
        while True:
            answer = await ask(session, question, watched=False)
            answers.append(answer)
            try:
                found = fitting(answer.reply.object, output_schema)
                break
            except DoesNotFit as fault:
                if len(answers) > merged.get("max_repairs", _REPAIRS):
                    raise never_fits(answer.provider, len(answers), fault) from None
                question = replace(question, turns=(*question.turns, *correction(answer.reply.object, fault)))
        metadata = {**answer.metadata, **summed([one.bill for one in answers])}
        return ToolReply(GeneratedObject(found, answer.reply.message.text, answer.reply.response), metadata=metadata)
