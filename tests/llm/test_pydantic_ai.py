"""Models of Pydantic AI: its own classes against servers that speak their wire formats, and its test models."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel

from loopstack_temporal.definition.documents.llm import (
    FileBlock,
    ImageBlock,
    ServerToolResultBlock,
    ServerToolUseBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
    ToolResultBlock,
)
from loopstack_temporal.errors import ModelError, ToolError
from loopstack_temporal.llm import LlmMessage, LlmRequest, StreamEvent, ToolOffer, Usage
from loopstack_temporal.llm.providers.pydantic_ai import pydantic_ai
from tests.llm.asked import ASK, City, adapted, adapted_claude_at, adapted_openai_at
from tests.llm.attempts import JournaledAttempt, text_tool
from tests.support.model_servers import ModelServer, Scripted

WEATHER = ToolOffer("get_weather", "The weather of a city.", {"type": "object", "properties": {"city": {}}})
TIME = ToolOffer("get_time", "The time.", {"type": "object", "properties": {}})
ADAPTED = {"claude": adapted_claude_at, "openai": adapted_openai_at}
WIRES = sorted(ADAPTED)


@pytest.mark.requirement("LLM-043")
@pytest.mark.parametrize("wire", WIRES)
async def test_a_text_is_streamed_and_comes_whole(server: ModelServer, wire: str) -> None:
    server.will(f"{wire}-text.sse")
    told: list[StreamEvent] = []

    reply = await ADAPTED[wire](server).generate_text(LlmRequest(ASK.messages, system="Be brief."), told.append)

    text = "Hello there, Zoë — 你好"
    assert reply.message == LlmMessage("assistant", text, (TextBlock(text=text),))
    assert (reply.stop_reason, reply.vendor) == ("end_turn", {"claude": "anthropic"}.get(wire, wire))
    assert [(one.type, one.text) for one in told] == [
        ("start", ""),
        ("text_delta", "Hello"),
        ("text_delta", " there, "),
        ("text_delta", "Zoë — 你好"),
    ]
    (body,) = server.bodies
    asked = body["messages"] if wire == "claude" else body["messages"][1:]
    assert [one["role"] for one in asked] == ["user"] and "How are you?" in str(asked)
    assert "Be brief." in str(body["system"] if wire == "claude" else body["messages"][0])


async def test_what_an_answer_took_and_cost_is_told_by_the_model_that_gave_it(server: ModelServer) -> None:
    server.will("claude-text.sse", "openai-text.sse", "openai-reasoning.sse")
    attempt = JournaledAttempt()
    claude, openai = adapted_claude_at(server), adapted_openai_at(server)
    asking = text_tool(attempt, claude, openai)

    first = await asking.call(prompt="How are you?")
    second = await asking.call(prompt="How are you?", provider="adapted_openai")

    assert first.metadata["provider"] == "adapted_claude" and first.metadata["cost"]["amount"] > 0
    assert claude.extract_usage(first.data.response) == Usage(25, 12, 40, 900)
    assert openai.extract_usage(second.data.response) == Usage(30, 12, None, 10)
    thought = await openai.generate_text(ASK)
    assert openai.extract_usage(thought.response) == Usage(30, 44, reasoning_tokens=30)
    assert openai.extract_usage({}) is None


@pytest.mark.parametrize("wire", WIRES)
async def test_parallel_tool_calls_are_offered_put_together_and_answered(server: ModelServer, wire: str) -> None:
    server.will(f"{wire}-tools.sse", f"{wire}-text.sse")
    told: list[StreamEvent] = []
    provider = ADAPTED[wire](server)

    reply = await provider.generate_text(LlmRequest(ASK.messages, tools=(WEATHER, TIME)), told.append)

    first, second = reply.message.tool_calls
    assert (reply.stop_reason, first.name, first.args, second.args) == ("tool_use", "get_weather", {"city": "Rome"}, {})
    assert [one.data for one in told if one.type == "tool_call"] == [
        {"id": first.id, "name": "get_weather", "args": {"city": "Rome"}},
        {"id": second.id, "name": "get_time", "args": {}},
    ]
    assert [(tool.get("function") or tool)["name"] for tool in server.bodies[0]["tools"]] == ["get_weather", "get_time"]

    native = LlmMessage("assistant", reply.message.text, reply.message.blocks, native=reply.response)
    results = (
        ToolResultBlock(tool_call_id=first.id, content="no such city", is_error=True),
        ToolResultBlock(tool_call_id=second.id, content="noon"),
    )
    await provider.generate_text(LlmRequest((*ASK.messages, native, LlmMessage("user", blocks=results))))

    _, answer, *rest = server.bodies[1]["messages"]
    assert answer["role"] == "assistant" and first.id in str(answer) and second.id in str(answer)
    told_back = rest if wire == "openai" else rest[0]["content"]
    assert [first.id in str(told_back[0]), second.id in str(told_back[1])] == [True, True]
    assert "no such city" in str(told_back[0]) and "noon" in str(told_back[1])
    assert wire == "openai" or told_back[0]["is_error"] is True


@pytest.mark.parametrize("wire", WIRES)
async def test_thinking_is_streamed_and_goes_back_unchanged(server: ModelServer, wire: str) -> None:
    server.will(f"{wire}-{'thinking' if wire == 'claude' else 'reasoning'}.sse", f"{wire}-text.sse")
    told: list[StreamEvent] = []
    provider = ADAPTED[wire](server)

    reply = await provider.generate_text(ASK, told.append)
    native = LlmMessage("assistant", reply.message.text, reply.message.blocks, native=reply.response)
    await provider.generate_text(LlmRequest((*ASK.messages, native, LlmMessage("user", "Sure?"))))

    assert [one.text for one in told if one.type == "thinking_delta"] == ["First I ", "add."]
    first, *others = reply.message.blocks
    assert isinstance(first, ThinkingBlock) and first.text == "First I add." and reply.message.text == "It is 4."
    if wire == "claude":
        assert others[0] == ThinkingBlock(text="[redacted]", signature="EmwKAhgBEgy3va3")
        assert [part["type"] for part in server.bodies[1]["messages"][1]["content"]] == [
            "thinking",
            "redacted_thinking",
            "text",
        ]


@pytest.mark.parametrize(
    ("stream", "reason", "text"),
    [
        ("claude-refusal.sse", "refusal", "This could do harm."),
        ("claude-length.sse", "max_tokens", "Once upon a"),
        ("claude-stop-sequence.sse", "stop_sequence", "One, two"),
        ("claude-unheard-of.sse", "other", "Look."),
        ("openai-refusal.sse", "refusal", "I cannot help with that."),
        ("openai-filtered.sse", "refusal", "The"),
        ("openai-length.sse", "max_tokens", "Once upon a"),
        ("openai-unheard-of.sse", "other", "Look."),
    ],
)
async def test_every_reason_to_stop_has_a_documented_value(
    server: ModelServer, stream: str, reason: str, text: str
) -> None:
    server.will(stream)

    reply = await ADAPTED[stream.partition("-")[0]](server).generate_text(ASK)

    assert (reply.stop_reason, reply.message.text, reply.message.tool_calls) == (reason, text, ())


@pytest.mark.parametrize("wire", WIRES)
async def test_half_a_call_is_left_out_of_what_goes_back(server: ModelServer, wire: str) -> None:
    server.will(f"{wire}-length.sse", f"{wire}-text.sse")
    provider = ADAPTED[wire](server)

    half = await provider.generate_text(ASK)
    native = LlmMessage("assistant", half.message.text, half.message.blocks, native=half.response)
    await provider.generate_text(LlmRequest((*ASK.messages, native, LlmMessage("user", "Go on."))))

    assert "Once upon a" in str(server.bodies[1]["messages"]) and "get_weather" not in str(server.bodies[1])


async def test_all_kinds_of_blocks_are_sent_and_neighbours_of_a_person_become_one(server: ModelServer) -> None:
    server.will("openai-text.sse")
    messages = (
        LlmMessage("user", "Look"),
        LlmMessage(
            "user",
            blocks=(
                TextBlock(text=" "),
                ImageBlock(media_type="image/png", data="aGk="),
                ImageBlock(media_type="image/png", url="https://pictures.example/1.png"),
                FileBlock(media_type="application/pdf", data="aGk=", name="a.pdf"),
                FileBlock(media_type="text/csv", data="YSxi"),
            ),
        ),
        LlmMessage(
            "assistant",
            blocks=(
                ThinkingBlock(text="somebody else's thought", signature="EqQB"),
                ServerToolUseBlock(id="s", name="web_search"),
                TextBlock(text="I ask."),
                ToolCallBlock(id="toolu_1", name="get_weather", args={"city": "Rome"}),
            ),
        ),
        LlmMessage("user", blocks=(ToolResultBlock(tool_call_id="toolu_1", content="sunny"),)),
        LlmMessage("assistant", " "),
        LlmMessage("user", "And now?"),
    )

    await adapted_openai_at(server).generate_text(LlmRequest(messages))

    look, media, answer, result, again = server.bodies[0]["messages"]
    assert (look["content"], again["content"]) == ("Look", "And now?")
    assert [part["type"] for part in media["content"]] == ["image_url", "image_url", "file", "text"]
    assert media["content"][0]["image_url"]["url"] == "data:image/png;base64,aGk="
    assert media["content"][1]["image_url"]["url"] == "https://pictures.example/1.png"
    assert media["content"][3]["text"] == "a,b"
    assert (answer["content"], answer["tool_calls"][0]["function"]["name"]) == ("I ask.", "get_weather")
    assert "thought" not in str(answer)
    assert (result["role"], result["tool_call_id"], result["content"]) == ("tool", "toolu_1", "sunny")


async def test_native_tools_of_a_model_are_named_by_their_kind(server: ModelServer) -> None:
    server.will("claude-server-tool.sse")
    search = ToolOffer("web_search", "", {}, server={"kind": "web_search", "max_uses": 2})
    claude = adapted_claude_at(server)

    reply = await claude.generate_text(LlmRequest(ASK.messages, tools=(search,)))

    (tool,) = server.bodies[0]["tools"]
    assert (tool["name"], tool["max_uses"]) == ("web_search", 2)
    assert any(isinstance(block, ServerToolResultBlock) for block in reply.message.blocks)
    with pytest.raises(ToolError, match="`mine` is none that Pydantic AI knows"):
        other = ToolOffer("mine", "", {}, server={"type": "web_search_20260209"})
        await claude.generate_text(LlmRequest(ASK.messages, tools=(other,)))
    with pytest.raises(ModelError, match="cannot be asked so") as raised:
        await adapted_openai_at(server).generate_text(LlmRequest(ASK.messages, tools=(search,)))
    assert (raised.value.code, raised.value.retryable, len(server.seen)) == ("model_refused_request", False, 1)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("mode", [None, "tool", "native", "prompted"])
async def test_data_is_asked_for_by_a_tool_a_format_or_in_words(
    server: ModelServer, wire: str, mode: str | None
) -> None:
    server.will(f"{wire}-object.sse")
    settings: dict[str, Any] = {} if mode is None else {"output": mode}

    reply = await ADAPTED[wire](server).generate_object(
        LlmRequest(ASK.messages, settings=settings), City.model_json_schema()
    )

    assert reply.object == {"name": "Rome", "people": 2_800_000}
    (body,) = server.bodies
    # Left to itself the library forces the tool, but for models of Claude that think by themselves.
    tool = mode == "tool" or (mode is None and wire == "openai")
    assert ("structured_output" in str(body.get("tools")), "tool_choice" in body) == (tool, tool)
    formats = ("response_format", "output_config")
    assert any("people" in str(body.get(name)) for name in formats) == (not tool and mode != "prompted")
    assert ("people" in str(body["messages"]) + str(body.get("system"))) == (mode == "prompted")


@pytest.mark.parametrize(
    ("stream", "code", "text"),
    [
        ("claude-refusal.sse", "model_no_output", "it refused: This could do harm."),
        ("claude-length.sse", "model_invalid_output", "cut off at the token limit"),
        ("openai-refusal.sse", "model_no_output", "it refused: I cannot help with that."),
        ("openai-object-length.sse", "model_invalid_output", "cut off at the token limit"),
        ("openai-tools.sse", "model_no_output", "its answer is empty"),
    ],
)
async def test_data_that_does_not_come_is_an_error_that_says_so(
    server: ModelServer, stream: str, code: str, text: str
) -> None:
    server.will(stream)

    with pytest.raises(ModelError, match=text) as raised:
        await ADAPTED[stream.partition("-")[0]](server).generate_object(ASK, City.model_json_schema())
    assert raised.value.code == code


async def test_the_settings_of_a_call_are_sent_and_unknown_ones_refused(server: ModelServer) -> None:
    server.will("openai-text.sse")
    settings: dict[str, Any] = {"max_tokens": 9, "temperature": 0.5, "stop_sequences": ["three"], "seed": 7}
    own = {"openai_user": "ann"}

    await adapted_openai_at(server).generate_text(
        LlmRequest(ASK.messages, settings={**settings, "model_settings": own})
    )

    body = server.bodies[0]
    assert (body["temperature"], body["stop"], body["seed"], body["user"]) == (0.5, ["three"], 7, "ann")
    assert 9 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    with pytest.raises(ToolError, match=r"does not fit the provider `adapted_openai`.*\n  cache"):
        await adapted_openai_at(server).generate_text(LlmRequest(ASK.messages, settings={"cache": True}))


async def test_a_test_model_answers_calls_tools_and_fills_schemas() -> None:
    told: list[StreamEvent] = []
    provider = adapted(TestModel())

    text = await adapted(TestModel(custom_output_text="It rains.")).generate_text(ASK, told.append)
    called = await provider.generate_text(LlmRequest(ASK.messages, tools=(WEATHER,)))
    filled = await provider.generate_object(ASK, City.model_json_schema())
    listed = await provider.generate_object(ASK, {"type": "array", "items": {"type": "integer"}, "minItems": 1})

    assert "".join(one.text for one in told) == text.message.text == "It rains."
    assert (called.stop_reason, [call.name for call in called.message.tool_calls]) == ("tool_use", ["get_weather"])
    assert City.model_validate(filled.object) and listed.object == [0]
    usage = provider.extract_usage(filled.response)
    assert usage is not None and usage.estimated


async def test_a_model_that_cannot_stream_is_asked_all_the_same() -> None:
    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse([TextPart(f"{len(messages)} message"), ToolCallPart("get_time", None, "c1")])

    told: list[StreamEvent] = []

    reply = await adapted(FunctionModel(answer)).generate_text(ASK, told.append)

    assert (reply.message.text, reply.stop_reason, told) == ("1 message", "tool_use", [])
    assert reply.message.tool_calls == (ToolCallBlock(id="c1", name="get_time"),)


async def test_a_message_can_be_seen_in_the_form_of_the_library() -> None:
    provider = adapted(TestModel())

    asked = provider.to_provider_message(ASK.messages[0])
    said = provider.to_provider_message(LlmMessage("assistant", "Fine."))

    assert (asked["kind"], asked["parts"][0]["content"]) == ("request", "How are you?")
    assert (said["kind"], said["parts"][0]["content"]) == ("response", "Fine.")
    # An answer that a version far away wrote down still has its words.
    old = LlmMessage("assistant", "Fine.", native={"kind": "unheard of"})
    assert provider.to_provider_message(old)["parts"][0]["content"] == "Fine."


def test_the_library_is_loaded_by_those_who_call_a_model_only() -> None:
    code = (
        "import sys\nfrom loopstack_temporal.llm.providers.pydantic_ai import pydantic_ai\npydantic_ai('test')\n"
        "print([name for name in ('pydantic_ai', 'openai', 'anthropic') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "[]"


async def test_the_model_of_a_call_is_checked_or_made_by_name() -> None:
    given, named = adapted(TestModel()), adapted("test")

    assert (await given.generate_text(LlmRequest(ASK.messages, model="test:test"))).model == "test"
    assert (await named.generate_text(ASK)).model == "test"
    with pytest.raises(ModelError, match="has the one model `test`, not 'gpt-9'") as raised:
        await given.generate_text(LlmRequest(ASK.messages, model="gpt-9"))
    assert raised.value.code == "model_not_configured"
    wrong: Any = object()
    with pytest.raises(ToolError, match="was given object, which is no model of Pydantic AI"):
        await adapted(wrong).generate_text(ASK)
    with pytest.raises(ValueError, match="without a colon"):
        pydantic_ai("test", id="a:b")
    assert pydantic_ai("test", id="gemini").name == "gemini"


async def test_models_in_a_row_fall_back_by_themselves_and_fail_with_the_last_error(server: ModelServer) -> None:
    overloaded = Scripted(status=529, body={"error": {"type": "overloaded_error", "message": "Overloaded"}})
    server.will(overloaded, "openai-text.sse", overloaded)
    claude, openai = (make(server).settings.model for make in (adapted_claude_at, adapted_openai_at))
    assert not isinstance(claude, str) and not isinstance(openai, str)
    both: Any = (claude, openai)
    provider = adapted(FallbackModel(*both))

    reply = await provider.generate_text(ASK)
    with pytest.raises(ModelError, match="answered 529") as raised:
        await provider.generate_text(ASK)

    assert (reply.vendor, raised.value.code, raised.value.retryable) == ("openai", "model_overloaded", True)
