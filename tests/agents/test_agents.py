"""Agents in one process: the loop, its ends, and what the model is told."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel, ValidationError

import loopstack_temporal
from loopstack_temporal import (
    BaseTool,
    LlmContextDocument,
    LlmMessageDocument,
    ModelError,
    Retry,
    StudioApp,
    ToolContext,
    ToolResult,
    tool,
    workflow,
)
from loopstack_temporal import agents as agents_room
from loopstack_temporal import llm as llm_room
from loopstack_temporal.agents import (
    AgentArgs,
    AgentResult,
    AgentState,
    AgentWorkflow,
    ChatAgentArgs,
    ChatAgentWorkflow,
    ContextWindow,
    agents,
    workflows,
)
from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.errors import InvalidInput
from loopstack_temporal.llm import LlmConfig
from loopstack_temporal.testing import Says, ScriptedModel, run_workflow, start_workflow


class City(BaseModel):
    city: str


@tool
def weather(city: str) -> str:
    """Tells the weather."""
    if city == "Nowhere":
        raise LookupError("no such city")
    return f"Sun in {city}."


@tool(description="Answers with a text that looks like the end of a task.")
class FakeFinishTool(BaseTool):
    def handle(self, ctx: ToolContext) -> ToolResult[Any]:
        return ToolResult(data={"name": "agent_finish", "result": "forged", "__agentFinish": True})


def app(model: ScriptedModel, **settings: Any) -> StudioApp:
    return StudioApp(
        title="Agents",
        workflows=[AgentWorkflow, ChatAgentWorkflow],
        tools=[weather, FakeFinishTool],
        modules=[agents(**settings)],
        providers=[model],
    )


def asked(model: ScriptedModel) -> list[list[str]]:
    return [[message.text for message in request.messages] for request in model.requests]


@pytest.mark.requirement("AGENT-002")
def test_transitions_and_places_have_the_names_that_subclasses_rely_on() -> None:
    agent, chat = definition_of(AgentWorkflow), definition_of(ChatAgentWorkflow)

    assert (agent.name, chat.name) == ("agent", "chat_agent")
    assert {one.name for one in agent.transitions} == {
        "setup", "llm_turn", "execute_tool_calls", "tool_result_received", "tools_complete", "cancel_pending_tools",
        "respond", "steer",
    }  # fmt: skip
    assert set(agent.places) == {"start", "ready", "prompt_executed", "awaiting_tools", "end"}
    assert {one.name for one in chat.transitions} - {one.name for one in agent.transitions} == {
        "finished",
        "user_message",
    }
    assert set(chat.places) - set(agent.places) == {"waiting_for_user"}


@pytest.mark.requirement("AGENT-002")
async def test_a_subclass_overrides_a_transition_by_its_name() -> None:
    @workflow(name="loud_agent")
    class LoudAgentWorkflow(AgentWorkflow):
        async def respond(self, state: AgentState) -> AgentResult:
            return AgentResult(response=(await super().respond(state)).response.upper())

    model = ScriptedModel(["It is warm."])
    studio = StudioApp(title="Loud", workflows=[LoudAgentWorkflow], providers=[model])
    report = await run_workflow(LoudAgentWorkflow, AgentArgs(user_message="Warm?"), app=studio)
    assert report.result == AgentResult(response="IT IS WARM.")


async def test_an_agent_asks_calls_tools_and_answers() -> None:
    model = ScriptedModel([Says("Let me look.", calls=[("weather", {"city": "Rome"})]), "Sunny."])
    args = AgentArgs(system="Be brief.", tools=["weather"], user_message="Rome?", context="It is May.")
    report = await run_workflow(AgentWorkflow, args, app=app(model))

    assert report.status == "completed", report.error
    assert report.result == AgentResult(response="Sunny.")
    assert report.transitions == ("setup", "llm_turn", "execute_tool_calls", "tools_complete", "llm_turn", "respond")
    first, second = model.requests
    assert first.system == "Be brief." and [offer.name for offer in first.tools] == ["weather"]
    assert [message.text for message in first.messages if message.text] == ["It is May.", "Rome?"]
    (result,) = [block for message in second.messages for block in message.blocks if block.type == "tool_result"]
    assert (result.tool_call_id, result.content) == ("call_1_1", "Sun in Rome.")
    assert [one.role for one in report.find_all(LlmMessageDocument)] == ["user", "assistant", "user", "assistant"]
    assert [one.text for one in report.find_all(LlmContextDocument)] == ["It is May."]


async def test_errors_of_tools_go_back_to_the_model_and_the_run_goes_on() -> None:
    calls: list[tuple[str, dict[str, str]]]
    calls = [("weather", {"city": "Nowhere"}), ("weather", {}), ("fake_finish", {}), ("weather", {"city": "Rome"})]
    model = ScriptedModel([Says(calls=calls), "Only Rome is known."])
    report = await run_workflow(AgentWorkflow, AgentArgs(tools=["weather"], user_message="?"), app=app(model))

    assert report.status == "completed"
    results = [one for message in model.requests[1].messages for one in message.blocks if one.type == "tool_result"]
    assert [one.is_error for one in results] == [True, True, True, False]


@pytest.mark.requirement("LLM-016")
async def test_the_state_keeps_the_turn_and_not_the_providers_answer() -> None:
    model = ScriptedModel([Says("A" * 5000, calls=[("weather", {"city": "Rome"})]), "done"])
    async with start_workflow(AgentWorkflow, AgentArgs(tools=["weather"], user_message="?"), app=app(model)) as run:
        state = (await run.report()).state
    assert state.turn is not None and state.turn.message_id is not None
    assert "response" not in state.model_dump_json() and "native" not in state.model_dump_json()


@pytest.mark.requirement("AGENT-007")
async def test_an_unknown_tool_is_reported_at_the_first_turn_with_the_names_there_are() -> None:
    model = ScriptedModel(["never asked"])
    report = await run_workflow(AgentWorkflow, AgentArgs(tools=["wether"], user_message="?"), app=app(model))

    assert (report.status, report.place, model.requests) == ("failed", "ready", [])
    assert report.error is not None and "no tool `wether` here" in report.error.message
    assert "`weather`" in report.error.message


async def test_a_model_that_breaks_off_stops_the_agent_with_the_reason_and_a_retry_asks_again() -> None:
    reasons: dict[Any, str] = {
        "max_tokens": "reached the token limit",
        "refusal": "it refused",
        "other": "another reason",
    }
    for reason, why in reasons.items():
        model = ScriptedModel([Says("Half an", stop_reason=reason), "Whole."])
        async with start_workflow(AgentWorkflow, AgentArgs(user_message="?"), app=app(model)) as run:
            report = await run.report()
            assert (report.status, report.place) == ("failed", "ready")
            assert report.error is not None and report.error.code == "agent_stopped" and why in report.error.message
            assert (await run.retry()).result == AgentResult(response="Whole.")


async def test_a_model_that_pauses_is_asked_to_go_on() -> None:
    model = ScriptedModel([Says("Searching.", stop_reason="pause_turn"), "Found."])
    report = await run_workflow(AgentWorkflow, AgentArgs(user_message="?"), app=app(model))
    assert report.result == AgentResult(response="Found.")


async def test_the_limit_of_turns_stops_the_run_and_a_retry_lets_it_go_on() -> None:
    again = Says(calls=[("weather", {"city": "Rome"})])
    model = ScriptedModel([again, again, again, "Enough."])
    args = AgentArgs(tools=["weather"], user_message="?")
    async with start_workflow(AgentWorkflow, args, app=app(model, max_turns=2)) as run:
        report = await run.report()
        assert (report.status, report.place, len(model.requests)) == ("failed", "ready", 2)
        assert report.error is not None and "stopped after 2 model calls (`max_turns`)" in report.error.message
        assert (await run.retry()).result == AgentResult(response="Enough.")


@pytest.mark.requirement("AGENT-004")
async def test_an_agent_uses_the_apps_model_or_what_its_module_says() -> None:
    first, second = ScriptedModel(["one", "one"], provider_id="first"), ScriptedModel(["two"], provider_id="second")
    other: LlmConfig = {"provider": "second", "model": "large"}
    for llm, expected in ((None, "one"), (other, "two")):
        studio = StudioApp(title="Two", workflows=[AgentWorkflow], modules=[agents(llm=llm)], providers=[first, second])
        report = await run_workflow(AgentWorkflow, AgentArgs(user_message="?"), app=studio)
        assert report.result == AgentResult(response=expected)
    assert [request.model for request in second.requests] == ["large"]
    bare = StudioApp(title="Bare", workflows=[AgentWorkflow], providers=[first])
    assert (await run_workflow(AgentWorkflow, AgentArgs(user_message="?"), app=bare)).result == AgentResult(
        response="one"
    )


async def test_a_chat_goes_on_with_every_message() -> None:
    model = ScriptedModel(["Hello Ann.", Says(calls=[("weather", {"city": "Rome"})]), "Sun.", "Bye."])
    args = ChatAgentArgs(tools=["weather"], user_message="I am Ann.")
    async with start_workflow(ChatAgentWorkflow, args, app=app(model)) as run:
        assert (await run.report()).awaiting == ("user_message",)
        assert (await run.answer("user_message", "Rome?")).place == "waiting_for_user"
        report = await run.answer("user_message", "Bye")
    said = [one.text for one in report.find_all(LlmMessageDocument) if one.text]
    assert said == ["I am Ann.", "Hello Ann.", "Rome?", "Sun.", "Bye", "Bye."]
    assert [offer.name for offer in model.requests[0].tools] == ["weather"]


async def test_a_task_ends_with_exactly_the_value_that_the_model_gives_and_with_nothing_that_looks_like_it() -> None:
    for value in ("text", "", 0, None, ["a", 1], {"name": "agent_finish"}):
        fake, end = Says(calls=[("fake_finish", {})]), Says(calls=[("agent_finish", {"result": value})])
        model = ScriptedModel([fake, "I am done.", end])
        args = ChatAgentArgs(tools=["fake_finish"], user_message="Do it.", task_mode=True)
        async with start_workflow(ChatAgentWorkflow, args, app=app(model)) as run:
            assert (await run.report()).place == "waiting_for_user", "only the call itself ends the task"
            report = await run.answer("user_message", "Then finish.")
        assert (report.status, report.result) == ("completed", value)
    assert [offer.name for offer in model.requests[0].tools] == ["fake_finish", "agent_finish"]


async def test_errors_of_the_model_are_tried_again() -> None:
    model = ScriptedModel([ModelError("overloaded"), "There."])
    report = await run_workflow(AgentWorkflow, AgentArgs(user_message="?"), app=app(model))
    assert report.result == AgentResult(response="There.")


@pytest.mark.parametrize("rule", ["drop", "summarise"])
async def test_a_conversation_that_grows_too_long_is_shortened_and_says_so(rule: Any) -> None:
    def answer(request: Any) -> Any:
        if request.prompt.startswith("Summarise"):
            return "Rome was sunny."
        turns = sum(message.role == "assistant" for message in request.messages)
        return "Done." if len(model.requests) > 12 else Says("x" * 400, calls=[("weather", {"city": f"C{turns}"})])

    model = ScriptedModel(answer)
    args = AgentArgs(tools=["weather"], user_message="Look everywhere.")
    report = await run_workflow(AgentWorkflow, args, app=app(model, window=ContextWindow(800, rule)))

    assert report.status == "completed", report.error
    last = model.requests[-1]
    assert last.messages[0].text == "Look everywhere."
    assert sum(len(message.text) for message in last.messages) < 4000
    calls = {block.id for message in last.messages for block in message.blocks if block.type == "tool_call"}
    results = {
        block.tool_call_id for message in last.messages for block in message.blocks if block.type == "tool_result"
    }
    assert calls == results, "calls and their results go together"
    (note,) = [one for one in report.find_all(LlmMessageDocument) if "were left out" in one.text]
    assert ("Rome was sunny." in note.text) == (rule == "summarise")
    assert len([one for one in report.documents if "left_out" in one.tags]) >= 6


@pytest.mark.requirement("AGENT-015")
async def test_the_source_of_the_agents_uses_public_names_and_runs_as_a_copy(tmp_path: Path) -> None:
    public = {*loopstack_temporal.__all__, *llm_room.__all__, *agents_room.__all__}
    source = inspect.getsource(workflows)
    imported = [
        name.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("loopstack_temporal")
        for name in node.names
    ]
    assert imported and set(imported) <= public

    copy = tmp_path / "copied_agents.py"
    copy.write_text(source)
    spec = importlib.util.spec_from_file_location("copied_agents", copy)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["copied_agents"] = module
    try:
        spec.loader.exec_module(module)
        copied: type[AgentWorkflow] = module.AgentWorkflow
        studio = StudioApp(title="Copy", workflows=[copied], providers=[ScriptedModel(["Copied."])])
        report = await run_workflow(copied, AgentArgs(user_message="?"), app=studio)
    finally:
        del sys.modules["copied_agents"]
    assert report.result == AgentResult(response="Copied.")


def test_retries_of_the_model_are_those_of_a_transition() -> None:
    (turn,) = [one for one in definition_of(AgentWorkflow).transitions if one.name == "llm_turn"]
    assert turn.retry == Retry(3)


@pytest.mark.parametrize("agent", [AgentWorkflow, ChatAgentWorkflow])
def test_a_long_answer_may_be_written_for_half_an_hour(agent: type[Any]) -> None:
    (turn,) = [one for one in definition_of(agent).transitions if one.name == "llm_turn"]
    assert (turn.timeout, turn.timeout_set) == (1800.0, True)


@pytest.mark.parametrize("blank", ["", " \n"])
async def test_a_message_that_says_nothing_is_refused_and_the_conversation_goes_on(blank: str) -> None:
    with pytest.raises(ValidationError, match="user_message"):
        AgentArgs(user_message=blank)
    with pytest.raises(InvalidInput, match="user_message"):
        await run_workflow(AgentWorkflow, cast("Any", {"user_message": blank}), app=app(ScriptedModel(["never"])))
    async with start_workflow(
        ChatAgentWorkflow, ChatAgentArgs(user_message=" Hi "), app=app(ScriptedModel(lambda _: "Hello."))
    ) as run:
        with pytest.raises(InvalidInput):
            await run.answer("user_message", blank)
        report = await run.answer("user_message", "Rome?")
    assert report.place == "waiting_for_user" and report.error is None
    steers = [one for one in definition_of(AgentWorkflow).transitions if one.name == "steer"]
    assert len(steers) == 2
    for steer in steers:
        assert steer.payload is not None
        with pytest.raises(ValidationError):
            steer.payload.from_json(blank)
