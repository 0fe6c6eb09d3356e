"""Claude against a server that speaks its wire format."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

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
from loopstack_temporal.llm.providers.claude import ClaudeProvider, ClaudeSettings
from tests.support.model_servers import ModelServer, Scripted, recorded

ASK = LlmRequest((LlmMessage("user", "How are you?"),))
WEATHER = ToolOffer("get_weather", "The weather of a city.", {"type": "object", "properties": {"city": {}}})
TIME = ToolOffer("get_time", "The time.", {"type": "object", "properties": {}})


class City(BaseModel):
    name: str
    people: int


def provider(server: ModelServer, **settings: Any) -> ClaudeProvider:
    found: dict[str, Any] = {"model": "claude-sonnet-5", "base_url": server.url, **settings}
    return ClaudeProvider(ClaudeSettings(**found))


async def failure(server: ModelServer, answer: Scripted | str, request: LlmRequest = ASK, **more: Any) -> ModelError:
    server.will(answer)
    with pytest.raises(ModelError) as raised:
        await provider(server, **more).generate_text(request)
    assert raised.value.provider == "claude"
    return raised.value


@pytest.mark.requirement("LLM-031", "LLM-042")
async def test_a_text_is_streamed_and_comes_whole(server: ModelServer) -> None:
    server.will("claude-text.sse")
    told: list[StreamEvent] = []

    reply = await provider(server).generate_text(ASK, told.append)

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
    claude = provider(server)

    text, thought = await claude.generate_text(ASK), await claude.generate_text(ASK)

    assert claude.extract_usage(text.response) == Usage(25, 12, 40, 900)
    assert claude.extract_usage(thought.response) == Usage(25, 44, 0, 0, reasoning_tokens=30)
    assert claude.extract_usage({}) is None


@pytest.mark.requirement("LLM-031", "LLM-042")
async def test_tool_calls_in_pieces_are_put_together(server: ModelServer) -> None:
    server.will("claude-tools.sse")
    told: list[StreamEvent] = []

    reply = await provider(server).generate_text(LlmRequest(ASK.messages, tools=(WEATHER, TIME)), told.append)

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
    claude = provider(server)

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
    claude = provider(server)
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

    reply = await provider(server).generate_text(ASK)

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

    await provider(server).generate_text(LlmRequest(messages, system="Be brief."))

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

    await provider(server).generate_text(LlmRequest(ASK.messages, "Be brief.", None, (WEATHER, TIME), settings))

    (body,) = server.bodies
    mark = {"cache_control": {"type": "ephemeral"}}
    assert (body["max_tokens"], body["temperature"], body["stop_sequences"]) == (9, 0.5, ["three"])
    assert body["system"] == [{"type": "text", "text": "Be brief.", **mark}]
    assert [mark.items() <= tool.items() for tool in body["tools"]] == [False, True]
    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "How are you?", **mark}]}]


@pytest.mark.requirement("LLM-039")
async def test_an_unknown_setting_is_refused_before_anything_is_sent(server: ModelServer) -> None:
    with pytest.raises(ToolError, match=r"`provider_config` does not fit the provider `claude`.*\n  frequency_penalty"):
        await provider(server).generate_text(LlmRequest(ASK.messages, settings={"frequency_penalty": 1}))
    assert server.seen == []


@pytest.mark.requirement("LLM-003")
async def test_the_model_is_that_of_the_call_else_of_the_module_else_of_the_environment(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.will("claude-text.sse")
    with pytest.raises(ModelError, match=r"No model is set for the provider `claude`.*`CLAUDE_MODEL`") as raised:
        await provider(server, model=None).generate_text(ASK)
    assert (raised.value.code, raised.value.retryable) == ("model_not_configured", False)
    monkeypatch.setenv("CLAUDE_MODEL", "claude-of-environment")

    await provider(server, model=None).generate_text(ASK)
    await provider(server, model="claude-of-module").generate_text(ASK)
    await provider(server, model="claude-of-module").generate_text(LlmRequest(ASK.messages, model="claude-of-call"))

    assert [body["model"] for body in server.bodies] == ["claude-of-environment", "claude-of-module", "claude-of-call"]


@pytest.mark.requirement("LLM-004")
async def test_the_key_is_read_when_the_call_is_made(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.will("claude-text.sse")
    claude = provider(server)
    monkeypatch.delenv("ANTHROPIC_API_KEY")

    with pytest.raises(ModelError, match="no key: set the environment variable `ANTHROPIC_API_KEY`") as raised:
        await claude.generate_text(ASK)
    assert (raised.value.code, raised.value.retryable, server.seen) == ("model_not_configured", False, [])

    monkeypatch.setenv("ANTHROPIC_API_KEY", "one")
    monkeypatch.setenv("SECOND_KEY", "two")
    monkeypatch.setenv("THIRD_KEY", "three")
    await claude.generate_text(ASK)
    await provider(server, env_api_key="SECOND_KEY").generate_text(ASK)
    await claude.generate_text(LlmRequest(ASK.messages, settings={"env_api_key": "THIRD_KEY"}))
    assert [one.headers["authorization"] for one in server.seen] == ["Bearer one", "Bearer two", "Bearer three"]


@pytest.mark.requirement("LLM-017")
@pytest.mark.parametrize(
    ("status", "kind", "code", "retryable"),
    [
        (400, "invalid_request_error", "model_refused_request", False),
        (401, "authentication_error", "model_unauthorized", False),
        (403, "permission_error", "model_unauthorized", False),
        (404, "not_found_error", "model_refused_request", False),
        (413, "request_too_large", "model_input_too_long", False),
        (429, "rate_limit_error", "model_rate_limited", True),
        (500, "api_error", "model_failed", True),
        (529, "overloaded_error", "model_overloaded", True),
    ],
)
async def test_an_error_says_code_and_status_and_is_not_tried_again(
    server: ModelServer, status: int, kind: str, code: str, retryable: bool
) -> None:
    body = {"type": "error", "error": {"type": kind, "message": "That went wrong."}, "request_id": "req_1"}

    error = await failure(server, Scripted(status=status, body=body, headers={"retry-after": "7"}))

    assert (error.code, error.status, error.retryable, error.retry_after) == (code, status, retryable, 7.0)
    assert str(error) == f"The model provider `claude` answered {status}: That went wrong."
    assert len(server.seen) == 1


async def test_a_conversation_that_is_too_long_has_a_code_of_its_own(server: ModelServer) -> None:
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}}

    assert (await failure(server, Scripted(status=400, body=body))).code == "model_input_too_long"


async def test_the_wish_to_wait_may_be_a_date(server: ModelServer) -> None:
    headers = {"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    soon = {"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}

    assert (await failure(server, Scripted(status=429, headers=headers))).retry_after == 30.0
    assert (await failure(server, Scripted(status=429, headers=soon))).retry_after == 0.0
    assert (await failure(server, Scripted(status=429, headers={"retry-after": "later"}))).retry_after is None
    assert (await failure(server, Scripted(status=429, headers={"retry-after-ms": "1500"}))).retry_after == 1.5


async def test_an_answer_that_breaks_off_is_an_error_that_may_be_tried_again(server: ModelServer) -> None:
    half = recorded("claude-half.sse")

    for answer in (Scripted(half, cut=True), Scripted(half), "claude-malformed.sse"):
        error = await failure(server, answer)
        assert (error.code, error.retryable) == ("model_stream_broken", True)
    late = await failure(server, "claude-overloaded-midway.sse")
    assert (late.code, late.status) == ("model_overloaded", 529)


async def test_arguments_that_are_no_json_are_never_acted_upon(server: ModelServer) -> None:
    error = await failure(server, "claude-tools-malformed.sse")

    assert error.code == "model_invalid_output" and "(get_weather) are no JSON object" in str(error)


async def test_a_silent_server_is_left_after_the_limit(server: ModelServer) -> None:
    error = await failure(server, Scripted(silent=True), timeout=0.3)

    assert (error.code, error.retryable) == ("model_timeout", True)


async def test_a_server_that_is_not_there_is_named(server: ModelServer) -> None:
    error = await failure(server, "claude-text.sse", base_url="http://127.0.0.1:9")

    assert error.code == "model_unreachable" and "at http://127.0.0.1:9" in str(error)


@pytest.mark.requirement("LLM-019", "LLM-042")
async def test_data_comes_by_one_tool_that_the_model_has_to_call(server: ModelServer) -> None:
    server.will("claude-object.sse")

    reply = await provider(server).generate_object(ASK, City.model_json_schema())

    assert reply.object == {"name": "Rome", "people": 2_800_000}
    (body,) = server.bodies
    assert [(tool["name"], tool["input_schema"]["required"]) for tool in body["tools"]] == [
        ("structured_output", ["name", "people"])
    ]
    assert body["tool_choice"] == {"type": "tool", "name": "structured_output", "disable_parallel_tool_use": True}


@pytest.mark.requirement("LLM-019")
@pytest.mark.parametrize(
    ("stream", "code", "text"),
    [
        ("claude-object-missing.sse", "model_no_output", "answered in words: I would rather talk."),
        ("claude-refusal.sse", "model_no_output", "it refused: This could do harm."),
        ("claude-length.sse", "model_invalid_output", "cut off at the token limit"),
    ],
)
async def test_data_that_does_not_come_is_an_error_that_says_so(
    server: ModelServer, stream: str, code: str, text: str
) -> None:
    server.will(stream)

    with pytest.raises(ModelError, match=text) as raised:
        await provider(server).generate_object(ASK, City.model_json_schema())
    assert raised.value.code == code


async def test_a_list_is_asked_for_within_an_object(server: ModelServer) -> None:
    stream = recorded("claude-object.sse").replace('"{\\"name\\"', '"{\\"value\\": [1, 2], \\"name\\"')
    server.will(Scripted(stream))

    reply = await provider(server).generate_object(ASK, {"type": "array", "items": {"$ref": "#/$defs/n"}, "$defs": {}})

    assert reply.object == [1, 2]
    schema = server.bodies[0]["tools"][0]["input_schema"]
    assert schema["properties"]["value"] == {"type": "array", "items": {"$ref": "#/$defs/n"}} and "$defs" in schema


@pytest.mark.requirement("LLM-042")
async def test_in_tests_a_real_provider_is_never_asked(server: ModelServer) -> None:
    error = await failure(server, "claude-text.sse", base_url="https://api.anthropic.com")

    assert (error.code, error.retryable, server.seen) == ("model_requests_refused", False, [])
