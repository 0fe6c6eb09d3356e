"""Long conversations: what a summary keeps, what a message says of it, and how often models are asked for one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from loopstack_temporal import LlmMessageDocument, StudioApp, tool
from loopstack_temporal.agents import AgentArgs, AgentWorkflow, ContextWindow, agents
from loopstack_temporal.llm import LlmRequest
from loopstack_temporal.testing import RunReport, Says, ScriptedModel, run_workflow

TURNS = 40
FACT = re.compile(r"fact-\d+")


@tool
def look() -> str:
    """Looks around."""
    return "Nothing new."


class Talkative:
    """A model that learns a fact with each turn, and keeps every fact it reads in its summaries."""

    def __init__(self) -> None:
        self.turns = 0
        self.summaries = 0

    def __call__(self, request: LlmRequest) -> Says | str:
        if request.prompt.startswith("Summarise"):
            self.summaries += 1
            return " ".join(dict.fromkeys(FACT.findall(request.prompt)))
        self.turns += 1
        said = f"fact-{self.turns} " + "x" * 400
        return Says(said, calls=[("look", {})]) if self.turns < TURNS else "Done."


async def talked(rule: Any) -> tuple[Talkative, ScriptedModel, RunReport]:
    """A conversation of many times the window."""
    talk = Talkative()
    model = ScriptedModel(talk)
    modules = [agents(window=ContextWindow(2_000, rule))]
    app = StudioApp(title="Talk", workflows=[AgentWorkflow], tools=[look], modules=modules, providers=[model])
    report = await run_workflow(AgentWorkflow, AgentArgs(tools=["look"], user_message="Begin."), app=app)
    assert report.status == "completed", report.error
    return talk, model, report


async def test_no_summary_loses_what_the_one_before_it_knew() -> None:
    _, model, _ = await talked("summarise")

    told = " ".join(message.text for message in model.requests[-1].messages)

    assert set(FACT.findall(told)) == {f"fact-{number}" for number in range(1, TURNS)}


async def test_a_summary_makes_room_for_several_turns() -> None:
    talk, _, _ = await talked("summarise")

    assert 1 < talk.summaries <= TURNS // 3


@pytest.mark.parametrize("rule", ["drop", "summarise"])
async def test_the_note_counts_all_messages_that_were_ever_left_out(rule: Any) -> None:
    _, _, report = await talked(rule)

    (note,) = [one.text for one in report.find_all(LlmMessageDocument) if "were left out" in one.text]
    gone = [one for one in report.documents if "left_out" in one.tags]

    assert note.startswith(f"[{len(gone)} earlier messages, about ") and len(gone) > TURNS
    assert len({one.key for one in gone}) == len(gone)
