"""Models to fall back to: who is asked next, what is refused before, and which failure is told in the end."""

from __future__ import annotations

from typing import Any, cast

import pytest

from loopstack_temporal import Module
from loopstack_temporal.definition.options import DEFAULT_TIMEOUT
from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm import claude, openai
from loopstack_temporal.llm.providers.pydantic_ai import pydantic_ai
from tests.llm.asked import adapted_claude_at, claude_at, openai_at
from tests.llm.attempts import JournaledAttempt, text_tool
from tests.llm.test_asking import WebSearchTool
from tests.support.model_servers import ModelServer, Scripted

OVERLOADED = Scripted(status=529, body={"error": {"type": "overloaded_error", "message": "Overloaded"}})
UNAUTHORIZED = Scripted(status=401, body={"error": {"type": "authentication_error", "message": "no such key"}})
BROKEN = Scripted(status=500, body={"error": {"type": "api_error", "message": "Internal server error"}})


def busy(seconds: int) -> Scripted:
    error = {"type": "rate_limit_error", "message": "Too many requests"}
    return Scripted(status=429, body={"error": error}, headers={"retry-after": f"{seconds}"})


async def test_a_model_that_is_overloaded_is_replaced_by_the_next_one(server: ModelServer) -> None:
    server.will(OVERLOADED, OVERLOADED, "openai-text.sse")
    attempt = JournaledAttempt()
    asking = text_tool(attempt, claude_at(server), openai_at(server))
    fallback = ["claude-haiku-4-5", "openai:gpt-4.1-mini", "openai"]

    reply = await asking.call(prompt="Hello", provider_config={"cache": True}, fallback=fallback)

    assert [body["model"] for body in server.bodies] == ["claude-sonnet-5", "claude-haiku-4-5", "gpt-4.1-mini"]
    assert (reply.metadata["provider"], reply.data.message.text) == ("openai", "Hello there, Zoë — 你好")
    assert len({live_id for live_id, _ in attempt.watched}) == 1 and len(attempt.calls) == 1
    assert attempt.documents.saved[0].meta["provider"] == "openai"


async def test_what_no_other_model_can_cure_is_not_tried_with_one(server: ModelServer) -> None:
    server.will(Scripted(status=401, body={"error": {"type": "authentication_error", "message": "invalid x-api-key"}}))
    asking = text_tool(JournaledAttempt(), claude_at(server), openai_at(server))

    with pytest.raises(ModelError, match="answered 401"):
        await asking.call(prompt="Hello", fallback=["openai"])
    assert len(server.seen) == 1

    server.will(OVERLOADED)
    with pytest.raises(ModelError, match="answered 529") as raised:
        await asking.call(prompt="Hello", fallback=["claude-haiku-4-5"])
    assert raised.value.code == "model_overloaded"


async def test_a_fallback_that_cannot_be_asked_leaves_the_failure_that_may_pass(server: ModelServer) -> None:
    server.will(OVERLOADED, UNAUTHORIZED)
    asking = text_tool(JournaledAttempt(), claude_at(server), openai_at(server, env_api_key="NO_SUCH_KEY"))

    for fallback, calls in ((["claude-haiku-4-5"], 2), (["openai"], 1)):
        server.seen.clear()
        server.will(OVERLOADED, UNAUTHORIZED)
        with pytest.raises(ModelError, match="answered 529") as raised:
            await asking.call(prompt="Hello", fallback=fallback)
        assert (raised.value.code, raised.value.retryable) == ("model_overloaded", True)
        assert len(server.seen) == calls


async def test_a_fallback_that_cannot_be_asked_is_passed_over(server: ModelServer) -> None:
    server.will(OVERLOADED, "openai-text.sse")
    keyless = adapted_claude_at(server, id="keyless")
    asking = text_tool(JournaledAttempt(), claude_at(server), keyless, openai_at(server))

    reply = await asking.call(prompt="Hello", fallback=["keyless:another-model", "openai"])

    assert (reply.metadata["provider"], len(server.seen)) == ("openai", 2)


async def test_a_fallback_that_does_not_know_a_tool_of_the_provider_is_passed_over(server: ModelServer) -> None:
    server.will(busy(120))
    asking = text_tool(JournaledAttempt(), claude_at(server), openai_at(server), tools=(WebSearchTool(),))

    with pytest.raises(ModelError) as raised:
        await asking.call(prompt="Tea?", tools=["web_search"], fallback=["openai"])

    assert (raised.value.code, raised.value.retry_after, len(server.seen)) == ("model_rate_limited", 120.0, 1)


@pytest.mark.parametrize("answers", [[busy(120), BROKEN], [busy(5), busy(120)], [BROKEN, busy(120), busy(7)]])
async def test_the_longest_wait_that_a_candidate_wished_for_counts(
    server: ModelServer, answers: list[Scripted]
) -> None:
    server.will(*answers)
    asking = text_tool(JournaledAttempt(), claude_at(server))

    with pytest.raises(ModelError) as raised:
        await asking.call(prompt="Hello", fallback=["claude-haiku-4-5", "claude-opus-5"][: len(answers) - 1])

    assert (raised.value.retry_after, raised.value.retryable) == (120.0, True)


async def test_a_silent_model_is_replaced_by_the_next_one(server: ModelServer) -> None:
    server.will(Scripted(silent=True), "openai-text.sse")
    asking = text_tool(JournaledAttempt(), claude_at(server, timeout=0.3), openai_at(server))

    assert (await asking.call(prompt="Hello", fallback=["openai"])).metadata["provider"] == "openai"


@pytest.mark.parametrize("module", [claude(), openai(), pydantic_ai("ollama:llama3.2")], ids=lambda one: one.name)
def test_by_default_a_silent_model_leaves_the_next_one_half_of_the_step(module: Module) -> None:
    (provider,) = module.providers

    assert cast(Any, provider).settings.timeout <= DEFAULT_TIMEOUT / 2


@pytest.mark.requirement("LLM-005")
@pytest.mark.parametrize("entry", ["openai", "openai:gpt-5.5"])
async def test_a_fallback_to_a_provider_that_the_app_lacks_is_refused_before_anybody_is_asked(
    server: ModelServer, entry: str
) -> None:
    server.will("claude-text.sse")
    asking = text_tool(JournaledAttempt(), claude_at(server))

    with pytest.raises(ModelError, match=r"'openai' is not configured: .*`openai\(\.\.\.\)`.*Configured here: claude"):
        await asking.call(prompt="Hello", fallback=[entry])
    assert server.seen == []
