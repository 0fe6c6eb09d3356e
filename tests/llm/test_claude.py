"""Claude against a server that speaks its wire format."""

from __future__ import annotations

import pytest

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
from tests.llm.asked import ASK, claude_at
from tests.support.model_servers import ModelServer

WEATHER = ToolOffer("get_weather", "The weather of a city.", {"type": "object", "properties": {"city": {}}})
TIME = ToolOffer("get_time", "The time.", {"type": "object", "properties": {}})


@pytest.mark.requirement("LLM-031", "LLM-042")
async def test_a_text_is_streamed_and_comes_whole(server: ModelServer) -> None:
    server.will("claude-text.sse")
    told: list[StreamEvent] = []

    reply = await claude_at(server).generate_text(ASK, told.append)

    assert reply.message == LlmMessage(
        "assistant", "Hello there, Zoë — 你好", (TextBlock(text="Hello there, Zoë — 你好"),)
    )
    assert (reply.model, reply.stop_reason, reply.id) == ("claude-sonnet-5", "end_turn", "msg_01Text")
    assert [(one.type, one.text) for one in told] == [
        ("start", ""),
        ("text_delta", "Hello"),
        ("text_delta", " there, "),
        ("text_delta", "Zoë — 你好"),
    ]
    (seen,) = server.seen
    assert seen.path == "/v1/messages" and seen.headers["authorization"] == "Bearer sk-ant-test"
    assert seen.body == {
        "model": "claude-sonnet-5",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "How are you?"}]}],
        "stream": True,
    }


@pytest.mark.requirement("LLM-037")
async def test_tokens_are_counted_as_the_provider_says(server: ModelServer) -> None:
    server.will("claude-text.sse", "claude-thinking.sse")
    claude = claude_at(server)

    text, thought = await claude.generate_text(ASK), await claude.generate_text(ASK)

    assert claude.extract_usage(text.response) == Usage(25, 12, 40, 900)
    assert claude.extract_usage(thought.response) == Usage(25, 44, 0, 0, reasoning_tokens=30)
    assert claude.extract_usage({}) is None


@pytest.mark.requirement("LLM-031", "LLM-042")
async def test_tool_calls_in_pieces_are_put_together(server: ModelServer) -> None:
    server.will("claude-tools.sse")
    told: list[StreamEvent] = []

    reply = await claude_at(server).generate_text(LlmRequest(ASK.messages, tools=(WEATHER, TIME)), told.append)

    assert reply.stop_reason == "tool_use" and reply.message.text == "I look it up."
    assert reply.message.tool_calls == (
        ToolCallBlock(id="toolu_01A", name="get_weather", args={"city": "Rome"}),
        ToolCallBlock(id="toolu_01B", name="get_time"),
    )
    assert [one.data for one in told if one.type == "tool_call"] == [
        {"id": "toolu_01A", "name": "get_weather", "args": {"city": "Rome"}},
        {"id": "toolu_01B", "name": "get_time", "args": {}},
    ]
    assert server.bodies[0]["tools"] == [
        {"name": one.name, "description": one.description, "input_schema": one.input_schema} for one in (WEATHER, TIME)
    ]


@pytest.mark.requirement("LLM-031", "LLM-041", "LLM-042")
async def test_thinking_is_streamed_and_goes_back_unchanged(server: ModelServer) -> None:
    server.will("claude-thinking.sse")
    told: list[StreamEvent] = []
    claude = claude_at(server)

    reply = await claude.generate_text(LlmRequest(ASK.messages, settings={"thinking": 2048}), told.append)

    thought = ThinkingBlock(text="First I add.", signature="EqQBCkYIBxgC")
    assert reply.message.blocks == (thought, ThinkingBlock(text="[redacted]"), TextBlock(text="It is 4."))
    assert reply.message.text == "It is 4."
    assert [one.text for one in told if one.type == "thinking_delta"] == ["First I ", "add."]
    assert server.bodies[0]["thinking"] == {"type": "enabled", "budget_tokens": 2048, "display": "summarized"}
    native = LlmMessage("assistant", reply.message.text, reply.message.blocks, native=reply.response)
    assert claude.to_provider_message(native)["content"] == [
        {"type": "thinking", "thinking": "First I add.", "signature": "EqQBCkYIBxgC"},
        {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3"},
        {"type": "text", "text": "It is 4."},
    ]
    # Without the native answer what can be kept is kept.
    assert [part["type"] for part in claude.to_provider_message(reply.message)["content"]] == ["thinking", "text"]


@pytest.mark.requirement("LLM-016", "LLM-042")
async def test_the_providers_own_tools_and_their_results_go_back_natively(server: ModelServer) -> None:
    server.will("claude-server-tool.sse")
    claude = claude_at(server)
    search = ToolOffer("web_search", "", {}, server={"type": "web_search_20260209", "name": "web_search"})

    reply = await claude.generate_text(LlmRequest(ASK.messages, tools=(search,)))

    use, result, _ = reply.message.blocks
    assert use == ServerToolUseBlock(id="srvtoolu_01", name="web_search", input={"query": "tea"})
    assert isinstance(result, ServerToolResultBlock) and result.content[0]["encrypted_content"] == "Eo8B"
    assert server.bodies[0]["tools"] == [search.server]
    native = claude.to_provider_message(LlmMessage("assistant", "", reply.message.blocks, native=reply.response))
    assert [part["type"] for part in native["content"]] == ["server_tool_use", "web_search_tool_result", "text"]
    assert native["content"][2]["citations"][0]["encrypted_index"] == "Eo8C"
    assert claude.to_provider_message(reply.message)["content"][:2] == native["content"][:2]


@pytest.mark.requirement("LLM-013", "LLM-042")
@pytest.mark.parametrize(
    ("stream", "reason", "text"),
    [
        ("claude-refusal.sse", "refusal", ""),
        ("claude-length.sse", "max_tokens", "Once upon a"),
        ("claude-stop-sequence.sse", "stop_sequence", "One, two"),
        ("claude-unheard-of.sse", "other", "Look."),
    ],
)
async def test_every_reason_to_stop_has_a_documented_value(
    server: ModelServer, stream: str, reason: str, text: str
) -> None:
    server.will(stream)

    reply = await claude_at(server).generate_text(ASK)

    assert (reply.stop_reason, reply.message.text, reply.message.tool_calls) == (reason, text, ())


@pytest.mark.requirement("LLM-042")
async def test_all_kinds_of_blocks_are_sent_and_neighbours_of_one_role_become_one(server: ModelServer) -> None:
    server.will("claude-text.sse")
    messages = (
        LlmMessage("user", "Look"),
        LlmMessage(
            "user",
            blocks=(
                ImageBlock(media_type="image/png", data="aGk="),
                ImageBlock(media_type="image/png", url="https://pictures.example/1.png"),
                FileBlock(media_type="application/pdf", data="aGk=", name="a.pdf"),
                FileBlock(media_type="text/csv", data="YSxi"),
            ),
        ),
        LlmMessage(
            "assistant",
            blocks=(
                ThinkingBlock(text="somebody else's thought"),
                TextBlock(text=" "),
                ToolCallBlock(id="call_1", name="get_weather", args={"city": "Rome"}),
            ),
        ),
        LlmMessage("user", blocks=(ToolResultBlock(tool_call_id="call_1", content="no such city", is_error=True),)),
        LlmMessage("assistant", ""),
        LlmMessage("user", "And now?"),
    )

    await claude_at(server).generate_text(LlmRequest(messages, system="Be brief."))

    (body,) = server.bodies
    assert body["system"] == [{"type": "text", "text": "Be brief."}]
    assert body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
                {"type": "image", "source": {"type": "url", "url": "https://pictures.example/1.png"}},
                {
                    "type": "document",
                    "source": {"type": "base64", "media_type": "application/pdf", "data": "aGk="},
                    "title": "a.pdf",
                },
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a,b"}},
            ],
        },
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "call_1", "name": "get_weather", "input": {"city": "Rome"}}],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "no such city", "is_error": True},
                {"type": "text", "text": "And now?"},
            ],
        },
    ]


@pytest.mark.requirement("LLM-039")
async def test_the_settings_of_a_call_are_sent_and_cache_marks_the_three_places(server: ModelServer) -> None:
    server.will("claude-text.sse")
    settings = {"max_tokens": 9, "temperature": 0.5, "stop_sequences": ["three"], "cache": True}

    await claude_at(server).generate_text(LlmRequest(ASK.messages, "Be brief.", None, (WEATHER, TIME), settings))

    (body,) = server.bodies
    mark = {"cache_control": {"type": "ephemeral"}}
    assert (body["max_tokens"], body["temperature"], body["stop_sequences"]) == (9, 0.5, ["three"])
    assert body["system"] == [{"type": "text", "text": "Be brief.", **mark}]
    assert [mark.items() <= tool.items() for tool in body["tools"]] == [False, True]
    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "How are you?", **mark}]}]


@pytest.mark.requirement("LLM-039")
async def test_an_unknown_setting_is_refused_before_anything_is_sent(server: ModelServer) -> None:
    with pytest.raises(ToolError, match=r"`provider_config` does not fit the provider `claude`.*\n  frequency_penalty"):
        await claude_at(server).generate_text(LlmRequest(ASK.messages, settings={"frequency_penalty": 1}))
    with pytest.raises(ToolError, match=r"`thinking` \(5000\) must be less than `max_tokens` \(4096\)"):
        await claude_at(server).generate_text(LlmRequest(ASK.messages, settings={"thinking": 5000}))
    assert server.seen == []


@pytest.mark.requirement("LLM-003")
async def test_the_model_is_that_of_the_call_else_of_the_module_else_of_the_environment(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.will("claude-text.sse")
    with pytest.raises(ModelError, match=r"No model is set for the provider `claude`.*`CLAUDE_MODEL`") as raised:
        await claude_at(server, model=None).generate_text(ASK)
    assert (raised.value.code, raised.value.retryable) == ("model_not_configured", False)
    monkeypatch.setenv("CLAUDE_MODEL", "claude-of-environment")

    await claude_at(server, model=None).generate_text(ASK)
    await claude_at(server, model="claude-of-module").generate_text(ASK)
    await claude_at(server, model="claude-of-module").generate_text(LlmRequest(ASK.messages, model="claude-of-call"))

    assert [body["model"] for body in server.bodies] == ["claude-of-environment", "claude-of-module", "claude-of-call"]


@pytest.mark.requirement("LLM-004")
async def test_the_key_is_read_when_the_call_is_made(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.will("claude-text.sse")
    claude = claude_at(server)
    monkeypatch.delenv("ANTHROPIC_API_KEY")

    with pytest.raises(ModelError, match="no key: set the environment variable `ANTHROPIC_API_KEY`") as raised:
        await claude.generate_text(ASK)
    assert (raised.value.code, raised.value.retryable, server.seen) == ("model_not_configured", False, [])

    monkeypatch.setenv("ANTHROPIC_API_KEY", "one")
    monkeypatch.setenv("SECOND_KEY", "two")
    monkeypatch.setenv("THIRD_KEY", "three")
    await claude.generate_text(ASK)
    await claude_at(server, env_api_key="SECOND_KEY").generate_text(ASK)
    await claude.generate_text(LlmRequest(ASK.messages, settings={"env_api_key": "THIRD_KEY"}))
    assert [one.headers["authorization"] for one in server.seen] == ["Bearer one", "Bearer two", "Bearer three"]
