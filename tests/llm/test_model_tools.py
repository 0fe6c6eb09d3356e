"""Calling models through the two tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.documents import LlmContextDocument, LlmMessageDocument, MarkdownDocument
from loopstack_temporal.definition.session import attach
from loopstack_temporal.errors import ContextClosed, ModelError, ToolError
from loopstack_temporal.llm import (
    LlmGenerateObjectTool,
    LlmGenerateTextTool,
    LlmMessage,
    LlmProviderRegistry,
    LlmReply,
    LlmRequest,
    OnStream,
    Usage,
)
from tests.tools.attempts import OneAttempt


class ListeningProvider:
    """Keeps what it is asked and gives a prepared answer."""

    def __init__(self, provider_id: str = "listening", answer: Sequence[Any] = ()) -> None:
        self.provider_id = provider_id
        self.requests: list[LlmRequest] = []
        self._answer = answer

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        self.requests.append(request)
        return LlmReply(LlmMessage("assistant", "Fine."), "small-1", response={"raw": 1})

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        self.requests.append(request)
        answer = self._answer[min(len(self.requests), len(self._answer)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return LlmReply(LlmMessage("assistant"), "small-1", object=answer)

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        return Usage(3, 2)

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        return {"role": message.role, "text": message.text}


class City(BaseModel):
    name: str
    people: int


def text_tool(*providers: ListeningProvider) -> tuple[LlmGenerateTextTool, OneAttempt]:
    tool, attempt = LlmGenerateTextTool(), OneAttempt(RunContext(run_id="r", workflow="w", args={}))
    tool.providers = LlmProviderRegistry(providers)
    attach(tool, attempt)
    return tool, attempt


def object_tool(*answers: Any) -> LlmGenerateObjectTool:
    tool = LlmGenerateObjectTool()
    tool.providers = LlmProviderRegistry([ListeningProvider(answer=answers)])
    attach(tool, OneAttempt(RunContext(run_id="r", workflow="w", args={})))
    return tool


@pytest.mark.requirement("LLM-015")
async def test_an_answer_is_saved_once_even_if_the_author_saves_it_again() -> None:
    tool, attempt = text_tool(ListeningProvider())

    reply = await tool.call(prompt="How are you?")
    await attempt.documents.save(reply.data.message, key=reply.data.message.id)

    assert reply.data.message.text == "Fine."
    assert reply.metadata == {
        "provider": "listening",
        "model": "small-1",
        "usage": {"input_tokens": 3, "output_tokens": 2},
        "cost": None,
        "cost_note": "No price is known for the model `small-1` of `listening`.",
    }
    assert [(one.document_name, one.tags) for one in attempt.documents.saved] == [("llm_message", ("message",))]


async def test_save_false_stores_nothing() -> None:
    tool, attempt = text_tool(ListeningProvider())

    await tool.call(prompt="How are you?", save=False)
    await tool.call(prompt="How are you?", config={"save": False})

    assert attempt.documents.saved == []


@pytest.mark.requirement("LLM-010", "LLM-012", "LLM-014")
async def test_the_conversation_is_the_prompt_else_the_messages_else_the_tagged_documents() -> None:
    provider = ListeningProvider()
    tool, attempt = text_tool(provider)
    await attempt.documents.save(LlmContextDocument(role="user", text="You know Rome."))
    await attempt.documents.save(MarkdownDocument(markdown="not part of it"))
    await attempt.documents.save(LlmMessageDocument(role="user", text="Where?"))
    await attempt.documents.save(LlmMessageDocument(role="user", text="Other thread"), tags=["side"])

    await tool.call(prompt="Only this", messages=[{"role": "user", "text": "not this"}], system="Be kind.")
    await tool.call(
        messages=[{"role": "user", "text": "A"}, LlmMessageDocument(role="assistant", text="B")], save=False
    )
    attempt.documents.saved.pop()
    await tool.call(save=False)
    await tool.call(messages_search_tag="side", save=False)

    asked = [[message.text for message in request.messages] for request in provider.requests]
    assert asked == [["Only this"], ["A", "B"], ["You know Rome.", "Where?"], ["Other thread"]]
    assert [request.system for request in provider.requests] == ["Be kind.", None, None, None]


async def test_a_call_without_anything_to_send_says_so() -> None:
    tool, _ = text_tool(ListeningProvider())

    with pytest.raises(ToolError, match="neither `prompt` nor `messages`, and no document of this run"):
        await tool.call()
    with pytest.raises(ToolError, match="The prompt of a model call is empty"):
        await tool.call(prompt=" ")
    with pytest.raises(ToolError, match=r"`messages\.1\.role` of a model call does not fit"):
        await tool.call(messages=[{"role": "user", "text": "a"}, {"role": "robot", "text": "b"}])


async def test_wrong_options_are_named() -> None:
    tool, _ = text_tool(ListeningProvider())
    wrong: Any = {"temprature": 1}

    with pytest.raises(ToolError, match=r"options of the tool `llm_generate_text` do not fit:\n  temprature"):
        await tool.call(prompt="a", config=wrong)
    with pytest.raises(ToolError, match="`model` of a model call was given both by name and in `config`"):
        await tool.call(prompt="a", model="x", config={"model": "y"})


async def test_a_model_tool_outside_a_transition_says_where_it_belongs() -> None:
    tool = LlmGenerateTextTool()
    tool.providers = LlmProviderRegistry()

    with pytest.raises(ContextClosed):
        await tool.call(prompt="Say hello to Ann.")


@pytest.mark.requirement("LLM-018")
async def test_an_object_is_an_instance_of_the_model_or_plain_data_for_a_json_schema() -> None:
    tool = object_tool({"name": "Rome", "people": 2_800_000})

    found = (await tool.call(prompt="Which?", output_schema=City)).data.object
    plain = (await tool.call(prompt="Which?", output_schema=City.model_json_schema())).data.object

    assert found == City(name="Rome", people=2_800_000)
    assert plain == {"name": "Rome", "people": 2_800_000}


async def test_an_answer_that_does_not_fit_and_a_provider_that_breaks_are_model_errors() -> None:
    with pytest.raises(ModelError, match=r"does not fit the schema, asked 3 times:\n  people: Field required"):
        await object_tool({"name": "Rome"}).call(prompt="Which?", output_schema=City)
    with pytest.raises(ModelError, match=r"the schema, asked 3 times:\n  \$: 'people' is a required property"):
        await object_tool({"name": "Rome"}).call(prompt="Which?", output_schema=City.model_json_schema())
    with pytest.raises(ModelError, match="provider `listening` failed: RuntimeError: boom"):
        await object_tool(RuntimeError("boom")).call(prompt="Which?", output_schema=City)


@pytest.mark.requirement("LLM-005")
def test_a_provider_that_is_not_configured_is_an_error_that_says_what_to_add() -> None:
    models = LlmProviderRegistry([ListeningProvider("openai"), ListeningProvider("local")])

    assert models.get().provider_id == "openai" and models.get("local").provider_id == "local"
    with pytest.raises(
        ModelError, match=r"'anthropic' is not configured: it needs the module `claude\(\.\.\.\)`.*ANTHROP"
    ) as raised:
        models.get("anthropic")
    assert (raised.value.code, raised.value.provider, raised.value.retryable) == (
        "model_not_configured",
        "claude",
        False,
    )
    with pytest.raises(ModelError, match=r"'mistral' is not configured: no such .* Configured here: openai, local\."):
        models.get("mistral")
    with pytest.raises(ModelError, match="it answers by itself only where nothing else is configured"):
        models.get("demo")


@pytest.mark.requirement("LLM-006")
async def test_without_any_provider_the_demo_answers_and_says_so() -> None:
    provider = LlmProviderRegistry().get()

    reply = await provider.generate_text(LlmRequest((LlmMessage("user", "Say hello to Ann."),)))

    assert reply.message.text.startswith("Hello, Ann!") and "Demo model" in reply.message.text
    usage = provider.extract_usage(reply.response)
    assert usage is not None and usage.estimated
