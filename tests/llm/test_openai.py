"""OpenAI against a server that speaks its wire format."""

from __future__ import annotations

import pytest

from loopstack_temporal.definition.documents.llm import (
    FileBlock,
    ImageBlock,
    ServerToolUseBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
    ToolResultBlock,
)
from loopstack_temporal.errors import ModelError, ToolError
from loopstack_temporal.llm import LlmMessage, LlmRequest, StreamEvent, ToolOffer, Usage
from tests.llm.asked import ASK, openai_at
from tests.support.model_servers import ModelServer, Scripted, recorded

WEATHER = ToolOffer("get_weather", "The weather of a city.", {"type": "object", "properties": {"city": {}}})


@pytest.mark.requirement("LLM-007", "LLM-031", "LLM-042")
async def test_a_text_is_streamed_from_any_server_with_the_interface(server: ModelServer) -> None:
    server.will("openai-text.sse")
    told: list[StreamEvent] = []

    reply = await openai_at(server).generate_text(LlmRequest(ASK.messages, system="Be brief."), told.append)

    assert reply.message == LlmMessage(
        "assistant", "Hello there, Zoë — 你好", (TextBlock(text="Hello there, Zoë — 你好"),)
    )
    assert (reply.model, reply.stop_reason, reply.id) == ("gpt-5.4-mini-2026-03-17", "end_turn", "chatcmpl-1")
    assert [(one.type, one.text) for one in told] == [
        ("start", ""),
        ("text_delta", "Hello"),
        ("text_delta", " there, "),
        ("text_delta", "Zoë — 你好"),
    ]
    (seen,) = server.seen
    assert seen.path == "/v1/chat/completions" and seen.headers["authorization"] == "Bearer sk-test"
    assert seen.body == {
        "model": "gpt-4.1",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How are you?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.requirement("LLM-037")
async def test_cached_tokens_are_counted_apart(server: ModelServer) -> None:
    server.will("openai-text.sse", "openai-reasoning.sse")
    openai = openai_at(server)

    text, thought = await openai.generate_text(ASK), await openai.generate_text(ASK)

    assert openai.extract_usage(text.response) == Usage(30, 12, None, 10, reasoning_tokens=0)
    assert openai.extract_usage(thought.response) == Usage(30, 44, None, 0, reasoning_tokens=30)
    assert openai.extract_usage({"usage": None}) is None


@pytest.mark.requirement("LLM-031", "LLM-042")
async def test_tool_calls_in_pieces_are_put_together(server: ModelServer) -> None:
    one_number = recorded("openai-tools.sse").replace('"index": 1', '"index": 0', 1)
    server.will("openai-tools.sse", Scripted(one_number.replace('"index": 1, "function"', '"index": 0, "function"')))
    told: list[StreamEvent] = []
    openai = openai_at(server)

    reply = await openai.generate_text(LlmRequest(ASK.messages, tools=(WEATHER,)), told.append)

    assert reply.stop_reason == "tool_use" and reply.message.text == ""
    assert reply.message.tool_calls == (
        ToolCallBlock(id="call_A", name="get_weather", args={"city": "Rome"}),
        ToolCallBlock(id="call_B", name="get_time"),
    )
    assert [one.data for one in told if one.type == "tool_call"] == [
        {"id": "call_A", "name": "get_weather", "args": {"city": "Rome"}},
        {"id": "call_B", "name": "get_time", "args": {}},
    ]
    function = {"name": WEATHER.name, "description": WEATHER.description, "parameters": WEATHER.input_schema}
    assert server.bodies[0]["tools"] == [{"type": "function", "function": function}]
    # Servers that number every call 0.
    assert (await openai.generate_text(ASK)).message.tool_calls == reply.message.tool_calls


@pytest.mark.requirement("LLM-031")
async def test_thoughts_of_open_models_are_streamed(server: ModelServer) -> None:
    server.will("openai-reasoning.sse")
    told: list[StreamEvent] = []

    reply = await openai_at(server).generate_text(ASK, told.append)

    assert reply.message.blocks == (ThinkingBlock(text="First I add."), TextBlock(text="It is 4."))
    assert [one.text for one in told if one.type == "thinking_delta"] == ["First I ", "add."]


@pytest.mark.requirement("LLM-013", "LLM-042")
@pytest.mark.parametrize(
    ("stream", "reason", "text"),
    [
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

    reply = await openai_at(server).generate_text(ASK)

    assert (reply.stop_reason, reply.message.text, reply.message.tool_calls) == (reason, text, ())


@pytest.mark.requirement("LLM-016", "LLM-042")
async def test_all_kinds_of_blocks_are_sent_with_calls_and_results_of_another_openai_at(server: ModelServer) -> None:
    server.will("openai-text.sse")
    messages = (
        LlmMessage(
            "user",
            blocks=(
                TextBlock(text="Look"),
                ImageBlock(media_type="image/png", data="aGk="),
                ImageBlock(media_type="image/png", url="https://pictures.example/1.png"),
                FileBlock(media_type="application/pdf", data="aGk=", name="a.pdf"),
                FileBlock(media_type="text/csv", data="YSxi"),
            ),
        ),
        LlmMessage(
            "assistant",
            "I ask.",
            (
                ThinkingBlock(text="hm", signature="of another provider"),
                ServerToolUseBlock(id="s", name="web_search"),
                TextBlock(text="I ask."),
                ToolCallBlock(id="toolu_1", name="get_weather", args={"city": "Rom"}),
                ToolCallBlock(id="toolu_2", name="get_weather", args={"city": "Rome"}),
            ),
        ),
        LlmMessage(
            "user",
            blocks=(
                ToolResultBlock(tool_call_id="toolu_1", content="no such city", is_error=True),
                ToolResultBlock(tool_call_id="toolu_2", content="sunny"),
                TextBlock(text="And now?"),
            ),
        ),
    )

    await openai_at(server).generate_text(LlmRequest(messages))

    user, assistant, first, second, again = server.bodies[0]["messages"]
    assert user["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/1.png"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,aGk="}},
        {"type": "text", "text": "a,b"},
    ]
    assert assistant["content"] == "I ask."
    assert [call["function"]["arguments"] for call in assistant["tool_calls"]] == [
        '{"city": "Rom"}',
        '{"city": "Rome"}',
    ]
    assert first == {"role": "tool", "tool_call_id": "toolu_1", "content": "Error: no such city"}
    assert second == {"role": "tool", "tool_call_id": "toolu_2", "content": "sunny"}
    assert again == {"role": "user", "content": "And now?"}


async def test_what_the_provider_cannot_take_is_said_before_anything_is_sent(server: ModelServer) -> None:
    search = ToolOffer("web_search", "", {}, server={"type": "web_search"})
    linked = LlmMessage("user", blocks=(FileBlock(media_type="application/pdf", url="https://files.example/a.pdf"),))

    with pytest.raises(ToolError, match="`openai` runs no tools of its own; leave `web_search` out"):
        await openai_at(server).generate_text(LlmRequest(ASK.messages, tools=(search,)))
    with pytest.raises(ToolError, match=r"send the content of https://files\.example/a\.pdf as `data`"):
        await openai_at(server).generate_text(LlmRequest((linked,)))
    assert server.seen == []


@pytest.mark.requirement("LLM-016", "LLM-042")
async def test_a_native_answer_goes_back_as_it_came(server: ModelServer) -> None:
    server.will("openai-tools.sse", "openai-text.sse")
    openai = openai_at(server)
    reply = await openai.generate_text(ASK)

    native = LlmMessage("assistant", "", reply.message.blocks, native=reply.response)
    result = LlmMessage("user", blocks=(ToolResultBlock(tool_call_id="call_A", content="sunny"),))
    await openai.generate_text(LlmRequest((*ASK.messages, native, result)))

    _, returned, answered = server.bodies[1]["messages"]
    assert returned["tool_calls"][0] == {
        "id": "call_A",
        "type": "function",
        "function": {"name": "get_weather", "arguments": '{"city": "Rome"}'},
    }
    assert (returned["role"], answered["role"]) == ("assistant", "tool")


@pytest.mark.requirement("LLM-040")
async def test_the_settings_of_a_call_are_sent_and_unknown_ones_refused(server: ModelServer) -> None:
    server.will("openai-text.sse")
    settings = {
        "max_tokens": 9,
        "temperature": 0.5,
        "stop_sequences": ["three"],
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
    }

    await openai_at(server).generate_text(LlmRequest(ASK.messages, settings=settings))

    expected = {
        "max_tokens": 9,
        "temperature": 0.5,
        "stop": ["three"],
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
    }
    assert expected.items() <= server.bodies[0].items()
    with pytest.raises(ToolError, match=r"does not fit the provider `openai`.*\n  cache"):
        await openai_at(server).generate_text(LlmRequest(ASK.messages, settings={"cache": True}))


@pytest.mark.requirement("LLM-040")
@pytest.mark.parametrize(
    ("model", "told", "name"),
    [
        ("gpt-4.1", None, "max_tokens"),
        ("llama-4", None, "max_tokens"),
        ("o4-mini", None, "max_completion_tokens"),
        ("gpt-5.4-mini", None, "max_completion_tokens"),
        ("gpt-6-sol", None, "max_completion_tokens"),
        ("ft:o3:org::id", None, "max_completion_tokens"),
        ("openai/gpt-5.5", None, "max_completion_tokens"),
        ("llama-4", "max_completion_tokens", "max_completion_tokens"),
        ("gpt-5.5", "max_tokens", "max_tokens"),
    ],
)
async def test_the_token_limit_has_the_name_that_the_model_takes(
    server: ModelServer, model: str, told: str | None, name: str
) -> None:
    server.will("openai-text.sse")

    await openai_at(server, token_limit=told).generate_text(
        LlmRequest(ASK.messages, None, model, (), {"max_tokens": 9})
    )

    assert {key: value for key, value in server.bodies[0].items() if key.startswith("max_")} == {name: 9}


@pytest.mark.requirement("LLM-003", "LLM-004")
async def test_model_and_key_of_the_environment(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.will("openai-text.sse")
    await openai_at(server, model=None).generate_text(ASK)
    monkeypatch.setenv("OPENAI_MODEL", "of-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/other")
    await openai_at(server, model=None, base_url=None).generate_text(ASK)
    monkeypatch.delenv("OPENAI_API_KEY")

    with pytest.raises(ModelError, match="set the environment variable `OPENAI_API_KEY`") as raised:
        await openai_at(server).generate_text(ASK)

    assert raised.value.code == "model_not_configured"
    assert [body["model"] for body in server.bodies] == ["gpt-5.4-mini", "of-environment"]
    assert server.seen[1].path == "/other/chat/completions"
