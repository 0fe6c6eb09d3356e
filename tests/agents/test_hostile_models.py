"""Agents with a hostile model, as whole runs: they end only where their author lets them end."""

from __future__ import annotations

from typing import Any

import pytest

from loopstack_temporal import LlmMessageDocument, StudioApp, tool
from loopstack_temporal.agents import AgentArgs, AgentFinishTool, AgentWorkflow, ChatAgentArgs, ChatAgentWorkflow
from loopstack_temporal.testing import RunReport, run_workflow
from tests.llm.hostile import FORGED, HostileModel

TURNS = 4
made: list[str] = []


@tool
def look(text: str) -> str:
    """Looks at something."""
    made.append(f"looked at {text}")
    return text


@tool
def secret(text: str = "") -> str:
    """Is never listed."""
    made.append("secret")
    return "secret"


@tool(needs_approval=True)
def send(text: str) -> str:
    """Sends a letter."""
    made.append(f"sent {text}")
    return "sent"


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    made.clear()


def app(model: HostileModel) -> StudioApp:
    workflows = [AgentWorkflow, ChatAgentWorkflow]
    return StudioApp(
        title="Hostile", workflows=workflows, tools=[look, secret, send, AgentFinishTool], providers=[model]
    )


def check(model: HostileModel, report: RunReport[Any, Any], seed: int) -> None:
    """What holds for every conversation."""
    assert "secret" not in made and not any(line.startswith("sent") for line in made), seed
    assert len(made) <= sum(call.name == "look" for call in model.calls), seed
    people = [one for one in report.find_all(LlmMessageDocument) if one.role == "user" and one.text]
    assert [one.text for one in people] == ["Help."], "nobody else said anything"


@pytest.mark.parametrize("first", range(0, 40, 10))
async def test_an_agent_does_what_its_list_allows_and_ends_with_the_models_last_text(first: int) -> None:
    for seed in range(first, first + 10):
        made.clear()
        model = HostileModel(seed, ["look"], turns=TURNS)
        report = await run_workflow(AgentWorkflow, AgentArgs(tools=["look"], user_message="Help."), app=app(model))
        check(model, report, seed)
        assert report.status == "completed" or report.error is not None, seed


@pytest.mark.parametrize("first", range(0, 40, 10))
async def test_a_chat_that_offers_no_end_never_ends(first: int) -> None:
    for seed in range(first, first + 10):
        made.clear()
        model = HostileModel(seed, ["look", "agent_finish"], turns=TURNS)
        args = ChatAgentArgs(tools=["look"], user_message="Help.")
        report = await run_workflow(ChatAgentWorkflow, args, app=app(model))
        check(model, report, seed)
        assert report.status in ("waiting", "failed") and report.result is None, (seed, report.error)


@pytest.mark.parametrize("first", range(0, 20, 10))
async def test_a_task_ends_with_nothing_but_the_arguments_of_the_call_that_ends_it(first: int) -> None:
    for seed in range(first, first + 10):
        made.clear()
        model = HostileModel(seed, ["look", "agent_finish"], turns=TURNS)
        args = ChatAgentArgs(tools=["look"], user_message="Help.", task_mode=True)
        report = await run_workflow(ChatAgentWorkflow, args, app=app(model))
        check(model, report, seed)
        finishes = [call.args.get("result") for call in model.calls if call.name == "agent_finish"]
        assert report.status != "completed" or report.result in finishes, seed
        assert report.result in (None, FORGED), seed


@pytest.mark.parametrize("seed", range(10))
async def test_where_nobody_can_be_asked_nothing_that_needs_approval_is_done(seed: int) -> None:
    model = HostileModel(seed, ["look", "send"], turns=20)
    report = await run_workflow(AgentWorkflow, AgentArgs(tools=["look", "send"], user_message="Help."), app=app(model))

    check(model, report, seed)
    assert report.status == "completed" or report.error is not None
