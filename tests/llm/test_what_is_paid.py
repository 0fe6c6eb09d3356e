"""Answers that nobody can use have to be paid for: what they took is told with the error, and counted for the run."""

from __future__ import annotations

import pytest

from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.cost import cost_of
from loopstack_temporal.llm.port import Usage
from tests.llm.asked import ASK, EVERY, City, claude_at, every_provider, openai_at, wire_of
from tests.llm.attempts import JournaledAttempt, text_tool
from tests.support.model_servers import ModelServer, Scripted, recorded

MODELS = {"claude": "claude-sonnet-5", "openai": "gpt-5.4-mini-2026-03-17"}
LIMITED = {"claude": "claude-length.sse", "openai": "openai-object-length.sse"}


async def failed(server: ModelServer, provider: str, answer: Scripted | str, *, data: bool = False) -> ModelError:
    (asked,) = [one for one in every_provider(server) if one.provider_id == provider]
    server.will(answer)
    with pytest.raises(ModelError) as raised:
        await (asked.generate_object(ASK, City.model_json_schema()) if data else asked.generate_text(ASK))
    return raised.value


def counts(error: ModelError) -> list[tuple[object, object, object]]:
    return [(one["model"], one["input_tokens"], one["output_tokens"]) for one in error.usage]


@pytest.mark.requirement("LLM-038")
@pytest.mark.parametrize("provider", EVERY)
async def test_an_error_tells_what_the_unusable_answer_took(server: ModelServer, provider: str) -> None:
    wire = wire_of(provider)
    broken = await failed(server, provider, f"{wire}-tools-malformed.sse")
    cut = await failed(server, provider, LIMITED[wire], data=True)

    for error in (broken, cut):
        assert error.code == "model_invalid_output"
        ((model, given, written),) = counts(error)
        assert model == MODELS[wire] and given and written


async def test_half_an_answer_took_what_was_told_of_it(server: ModelServer) -> None:
    assert counts(await failed(server, "claude", "claude-half.sse")) == [("claude-sonnet-5", 25, 1)]
    assert counts(await failed(server, "openai", "openai-half.sse")) == []


@pytest.mark.parametrize(("wire", "counted"), [("claude", '"output_tokens": 16'), ("openai", '"prompt_tokens": 30')])
async def test_counts_that_are_none_do_not_hide_why_a_call_failed(server: ModelServer, wire: str, counted: str) -> None:
    name = {"claude": "claude-length.sse", "openai": "openai-tools-malformed.sse"}[wire]
    stream = recorded(name)
    assert counted in stream
    odd = Scripted(stream.replace(counted, f'{counted.partition(":")[0]}: "many"'))

    error = await failed(server, wire, odd, data=wire == "claude")

    assert (error.code, error.usage) == ("model_invalid_output", ())


@pytest.mark.requirement("LLM-038")
async def test_what_a_model_took_before_another_one_answered_is_counted_too(server: ModelServer) -> None:
    server.will("claude-tools-malformed.sse", "openai-text.sse")
    attempt = JournaledAttempt()
    asking = text_tool(attempt, claude_at(server), openai_at(server))

    await asking.call(prompt="Hello", fallback=["openai"])

    wasted, paid = attempt.usages
    assert wasted and paid and (wasted["provider"], paid["provider"]) == ("claude", "openai")
    took = Usage(wasted["input_tokens"], wasted["output_tokens"])
    assert wasted["cost"] == (await cost_of("claude", "claude-sonnet-5", took))["cost"] and wasted["cost"]["amount"]


@pytest.mark.requirement("LLM-038")
async def test_the_error_of_all_candidates_tells_what_all_of_them_took(server: ModelServer) -> None:
    server.will("claude-tools-malformed.sse", Scripted(status=529), "openai-tools-malformed.sse")
    attempt = JournaledAttempt()
    asking = text_tool(attempt, claude_at(server), openai_at(server))

    with pytest.raises(ModelError) as raised:
        await asking.call(prompt="Hello", fallback=["claude-haiku-4-5", "openai"])

    assert [one["provider"] for one in raised.value.usage] == ["claude", "openai"]
    (call,) = attempt.calls
    assert call.spent is not None and call.spent(raised.value) == raised.value.usage
