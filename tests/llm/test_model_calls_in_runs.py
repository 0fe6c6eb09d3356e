"""Model calls of whole runs: modules of providers, the conversation in the feed, and what failures do to a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from loopstack_temporal import (
    BaseWorkflow,
    Document,
    LlmContextDocument,
    LlmMessageDocument,
    Module,
    Retry,
    StudioApp,
    transition,
    workflow,
)
from loopstack_temporal import document as document_class
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.documents.llm import ToolResultBlock
from loopstack_temporal.errors import DefinitionError
from loopstack_temporal.inprocess import Beginning, InProcessRun
from loopstack_temporal.llm import (
    LlmGenerateTextTool,
    LlmMessage,
    LlmProviderRegistry,
    LlmReply,
    LlmRequest,
    OnStream,
    StreamEvent,
    Usage,
    claude,
    openai,
)
from loopstack_temporal.machine.decisions import Finish, Parked
from loopstack_temporal.store.private import PrivateStores
from loopstack_temporal.testing import run_workflow
from loopstack_temporal.testing.clock import SkippingClock
from tests.support.model_servers import ModelServer, Scripted


class Echo:
    """An author's own provider."""

    provider_id = "echo"

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        text = f"{request.model}: {request.prompt}"
        for event in ("start", "text_delta", "done"):
            if on_stream is not None:
                on_stream(StreamEvent(event, text))
        return LlmReply(LlmMessage("assistant", text), request.model or "loud", response={"said": text})

    async def generate_object(
        self, request: LlmRequest, schema: Mapping[str, Any], on_stream: OnStream | None = None
    ) -> LlmReply:
        raise NotImplementedError

    def extract_usage(self, response: Mapping[str, Any]) -> Usage | None:
        return None

    def to_provider_message(self, message: LlmMessage) -> Mapping[str, Any]:
        return {"role": message.role, "text": message.text}


@workflow
class AskWorkflow(BaseWorkflow[dict[str, Any], dict[str, Any], str]):
    llm: LlmGenerateTextTool

    @transition(to="end", retry=Retry(attempts=2, delay=1))
    async def ask(self, ctx: Any) -> str:
        reply = await self.llm.call(prompt="Hello", config=ctx.args.get("config"))
        return reply.data.message.text


class NoticingClock(SkippingClock):
    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await super().sleep(seconds)


async def outcome(app: StudioApp) -> tuple[Any, list[float]]:
    """How a run of `AskWorkflow` ends, and how long it waited on the way."""
    clock = NoticingClock()
    run = InProcessRun(resolve(app, environ={}), PrivateStores().open(), clock)
    try:
        return await run.begin(Beginning("ask", {})), clock.slept
    finally:
        run.close()


@pytest.mark.requirement("LLM-001", "LLM-003")
async def test_a_module_is_all_an_app_needs_and_a_call_may_ask_another(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_MODEL", "of-environment")
    monkeypatch.setenv("OPENAI_MODEL", "of-environment")
    server.will("claude-text.sse", "claude-text.sse", "openai-text.sse")
    modules = [claude(model="of-module", base_url=server.url), openai(base_url=f"{server.url}/v1")]
    app = StudioApp(title="Ask", workflows=[AskWorkflow], modules=modules)

    for config in ({}, {"model": "of-call"}, {"provider": "openai"}):
        report = await run_workflow(AskWorkflow, {"config": config}, app=app)
        assert report.result == "Hello there, Zoë — 你好"

    assert [one.path for one in server.seen] == ["/v1/messages"] * 2 + ["/v1/chat/completions"]
    assert [body["model"] for body in server.bodies] == ["of-module", "of-call", "of-environment"]


@pytest.mark.requirement("LLM-008", "LLM-031")
async def test_an_authors_provider_in_a_module_is_used_by_its_id() -> None:
    app = StudioApp(title="Ask", workflows=[AskWorkflow], modules=[Module(name="echo", providers=[Echo()])])

    report = await run_workflow(AskWorkflow, {"config": {"provider": "echo", "model": "low"}}, app=app)

    assert report.result == "low: Hello"
    (saved,) = report.documents
    assert saved.meta == {"response": {"said": "low: Hello"}, "provider": "echo", "model": "low"}
    registry = LlmProviderRegistry([Echo()])
    assert registry.has("echo") and not registry.has("claude") and registry.get("echo").provider_id == "echo"
    with pytest.raises(DefinitionError, match="another model provider is named 'echo' too"):
        registry.register(Echo())


@pytest.mark.requirement("LLM-017")
async def test_the_next_try_comes_no_earlier_than_the_provider_wants(server: ModelServer) -> None:
    busy = Scripted(status=429, headers={"retry-after": "3600"})
    server.will(busy, "claude-text.sse")
    app = StudioApp(title="Ask", workflows=[AskWorkflow], modules=[claude(model="m", base_url=server.url)])

    end, slept = await outcome(app)

    assert isinstance(end, Finish) and len(server.seen) == 2
    assert slept == [3600.0]


@pytest.mark.requirement("LLM-017")
async def test_an_error_that_no_other_try_can_cure_spends_none(server: ModelServer) -> None:
    body = {"type": "error", "error": {"type": "authentication_error", "message": "invalid key"}}
    server.will(Scripted(status=401, body=body))
    app = StudioApp(title="Ask", workflows=[AskWorkflow], modules=[claude(model="m", base_url=server.url)])

    end, slept = await outcome(app)

    assert isinstance(end, Parked) and end.code == "model_unauthorized"
    assert (len(server.seen), slept) == (1, [])


@document_class(internal=True, tags=["message"])
class RuleDocument(Document):
    role: str = "user"
    text: str = ""


@workflow
class ChatWorkflow(BaseWorkflow):
    llm: LlmGenerateTextTool

    @transition(to="end")
    async def talk(self) -> None:
        save = self.document_store.save
        await save(LlmContextDocument(role="user", text="context"))
        await save(RuleDocument(text="internal"))
        await save(LlmMessageDocument(role="user", text="replaced"), key="k")
        await save(LlmMessageDocument(role="assistant", text="hidden"), hidden=True)
        await save(LlmMessageDocument(role="user", text="untagged"), tags=["other"])
        await save(LlmMessageDocument(role="user", text="live"), key="k")
        await save(LlmMessageDocument(role="user", text="last"))
        await self.llm.call()


@pytest.mark.requirement("LLM-010", "LLM-011", "LLM-015")
async def test_the_conversation_is_what_lives_under_the_tag_hidden_and_internal_ones_too(server: ModelServer) -> None:
    server.will("openai-text.sse")
    app = StudioApp(title="Chat", workflows=[ChatWorkflow], modules=[openai(base_url=f"{server.url}/v1")])

    report = await run_workflow(ChatWorkflow, app=app)

    assert report.status == "completed"
    assert [one["content"] for one in server.bodies[0]["messages"]] == ["context", "internal", "live", "hidden", "last"]
    answers = [one for one in report.find_all(LlmMessageDocument) if one.text.startswith("Hello")]
    assert len(answers) == 1


@workflow
class WeatherWorkflow(BaseWorkflow):
    llm: LlmGenerateTextTool

    @transition(to="asked")
    async def ask(self) -> None:
        await self.document_store.save(LlmMessageDocument(role="user", text="Weather?"))
        await self.llm.call()

    @transition(from_="asked", to="answered")
    async def answer(self) -> None:
        results = [ToolResultBlock(tool_call_id="toolu_01A", content="sunny")]
        await self.document_store.save(LlmMessageDocument(role="user", blocks=[*results]))

    @transition(from_="answered", to="end")
    async def tell(self) -> None:
        await self.llm.call()


@pytest.mark.requirement("LLM-016")
async def test_a_conversation_over_several_steps_keeps_its_blocks_and_native_answers(server: ModelServer) -> None:
    server.will("claude-tools.sse", "claude-text.sse")
    app = StudioApp(title="Weather", workflows=[WeatherWorkflow], modules=[claude(model="m", base_url=server.url)])

    report = await run_workflow(WeatherWorkflow, app=app)

    assert report.status == "completed", report.error
    _, asked, results = server.bodies[1]["messages"]
    assert [part.get("caller") for part in asked["content"]] == [None, {"type": "direct"}, {"type": "direct"}]
    assert [(part["tool_use_id"], part["content"]) for part in results["content"]] == [
        ("toolu_01A", "sunny"),
        ("toolu_01B", "The call of `get_time` was not answered."),
    ]
