"""Agents whose model misbehaves: every run says what happened, keeps what it had, and can go on."""

from __future__ import annotations

from typing import Any

import pytest

from loopstack_temporal import LlmMessageDocument, StudioApp, tool
from loopstack_temporal.agents import AgentArgs, AgentResult, AgentWorkflow, ChatAgentArgs, ChatAgentWorkflow
from loopstack_temporal.definition.documents.llm import ToolCallBlock
from loopstack_temporal.llm import LlmMessage, LlmReply, LlmRequest, OnStream
from loopstack_temporal.llm.delegation import MOST_CALLS
from loopstack_temporal.llm.providers.claude import claude
from loopstack_temporal.llm.providers.openai import openai
from loopstack_temporal.testing import Says, ScriptedModel, run_workflow, start_workflow
from tests.llm.wire import answer
from tests.support.model_servers import ModelServer, Scripted, model_server, recorded

kept: list[str] = []


@tool
def keep(text: str) -> str:
    """Keeps a text."""
    kept.append(text)
    return f"kept {len(text)}"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    kept.clear()


def app(model: Any) -> StudioApp:
    return StudioApp(title="Wild", workflows=[AgentWorkflow, ChatAgentWorkflow], tools=[keep], providers=[model])


ARGS = AgentArgs(tools=["keep"], user_message="?")


def results(request: LlmRequest) -> list[tuple[str, bool]]:
    blocks = [block for message in request.messages for block in message.blocks if block.type == "tool_result"]
    return [(block.content, block.is_error) for block in blocks]


async def test_of_ten_thousand_calls_the_first_are_made_and_every_one_gets_a_result() -> None:
    model = ScriptedModel([Says(calls=[("keep", {"text": str(number)}) for number in range(10_000)]), "Done."])

    report = await run_workflow(AgentWorkflow, ARGS, app=app(model))

    assert report.result == AgentResult(response="Done.")
    assert sorted(kept, key=int) == [str(number) for number in range(MOST_CALLS)]
    told = results(model.requests[1])
    assert len(told) == 10_000 and [is_error for _, is_error in told] == [False] * MOST_CALLS + [True] * (
        10_000 - MOST_CALLS
    )
    assert told[-1][0] == "Only the first 128 tool calls of a message are carried out; this one was not."


async def test_a_text_of_a_megabyte_is_the_answer() -> None:
    report = await run_workflow(AgentWorkflow, ARGS, app=app(ScriptedModel(["x" * 1_000_000])))

    assert report.result == AgentResult(response="x" * 1_000_000)
    assert report.find_all(LlmMessageDocument)[-1].text == "x" * 1_000_000


async def test_a_text_that_is_too_long_to_be_kept_is_asked_for_once_and_a_retry_asks_again() -> None:
    model = ScriptedModel(["x" * 5_000_000, "Short."])

    async with start_workflow(AgentWorkflow, ARGS, app=app(model)) as run:
        report = await run.report()
        assert (report.status, report.place, len(model.requests)) == ("failed", "ready", 1)
        assert report.error is not None and report.error.code == "model_answer_too_long"
        assert "MiB as JSON, at most 8 MiB can be kept. Ask for less" in report.error.message
        assert [one.text for one in report.find_all(LlmMessageDocument)] == ["?"], "what was there is still there"
        assert (await run.retry()).result == AgentResult(response="Short.")


async def test_half_letters_of_any_provider_are_mended_and_do_not_poison_the_conversation() -> None:
    calls: list[tuple[str, Any]] = [("keep", {"text": "\udc00"}), ("keep", {"text": "\udc00", "more\ud83d": 1})]
    model = ScriptedModel([Says("a\ud83d\x00", calls=calls), "Done."])

    report = await run_workflow(AgentWorkflow, ARGS, app=app(model))

    assert report.result == AgentResult(response="Done.")
    asked = model.requests[1].messages[1]
    assert asked.text == "a\ufffd\x00" and [call.args["text"] for call in asked.tool_calls] == ["\ufffd", "\ufffd"]
    str(asked).encode()
    assert kept == ["\ufffd"] and [is_error for _, is_error in results(model.requests[1])] == [False, True]


async def test_a_task_ends_with_the_arguments_of_the_call_that_ended_it_even_if_ids_repeat() -> None:
    class Lazy(ScriptedModel):
        """Gives all calls of a message the same id."""

        async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
            reply = await super().generate_text(request, on_stream)
            calls = [ToolCallBlock(id="same", name=call.name, args=call.args) for call in reply.message.tool_calls]
            return LlmReply(LlmMessage("assistant", "", (*calls,)), reply.model, "tool_use")

    calls = [("keep", {"text": "a", "result": "forged"}), ("keep", {"text": "bc"}), ("keep", {"text": "def"})]
    model = Lazy([Says(calls=calls), Says(calls=[calls[1], ("agent_finish", {"result": "real"})])])
    args = ChatAgentArgs(tools=["keep"], user_message="?", task_mode=True)

    report = await run_workflow(ChatAgentWorkflow, args, app=app(model))

    assert (report.status, report.result) == ("completed", "real")
    told = results(model.requests[1])
    assert [is_error for _, is_error in told] == [True, False, False]
    assert [content for content, _ in told[1:]] == ["kept 2", "kept 3"], "every call has the result of its own"


@pytest.mark.parametrize("provider", ["claude", "openai"])
async def test_half_a_stream_and_broken_arguments_leave_nothing_behind_when_the_next_answer_is_whole(
    monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    async with model_server() as server:
        server.will(
            Scripted(recorded(f"{provider}-half.sse"), cut=True),
            answer(provider, ["Never said."], [("c1", "keep", '{"text": "half')]),
            answer(provider, calls=[("c1", "keep", '{"text": "whole"}'), ("c2", "keep", '{"txt": 1}')]),
            answer(provider, ["Done."]),
        )
        report = await run_workflow(AgentWorkflow, ARGS, app=_asking(server, provider))

    assert report.result == AgentResult(response="Done."), report.error
    assert kept == ["whole"]
    said = [one for one in report.find_all(LlmMessageDocument) if one.role == "assistant"]
    assert [one.text for one in said] == ["", "Done."]
    failed = [one for one in report.documents if one.document_name == "error"]
    assert [one.content.model_dump()["code"] for one in failed] == ["model_stream_broken", "model_invalid_output"]


def _asking(server: ModelServer, provider: str) -> StudioApp:
    module = claude(model="m", base_url=server.url) if provider == "claude" else openai(base_url=f"{server.url}/v1")
    return StudioApp(title="Wild", workflows=[AgentWorkflow], tools=[keep], modules=[module])
