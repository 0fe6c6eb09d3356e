"""A model asks people through its tools: in the feed of its agent, and it is told what they said."""

from __future__ import annotations

import json

import pytest

from loopstack_temporal.store.records import RunFilter, RunRow
from tests.support.stack import Stack, eventually

TOOLS = ["ask_clarification", "ask_for_approval"]


async def question(stack: Stack, parent: str, workflow: str) -> RunRow:
    def look() -> RunRow | None:
        found = stack.store.runs.page(RunFilter(parent_id=parent)).items
        return next((row for row in found if row.workflow == workflow and row.status == "waiting"), None)

    return await eventually(look, what=f"a waiting `{workflow}` of {parent}")


@pytest.mark.requirement("HITL-007", "HITL-008")
@pytest.mark.parametrize("approved", [True, False])
async def test_a_model_asks_for_clarification_and_approval_and_is_told_the_answers(
    stack: Stack, approved: bool
) -> None:
    await stack.worker("tests.hitl.agent_app:app")
    run_id = await stack.start("agent", {"tools": TOOLS, "user_message": "Find the way."})
    asked = await question(stack, run_id, "ask_user")
    # Of the two only the question is one to people; that the agent's tools can be canceled asks nobody.
    assert [row.id for row in stack.store.runs.page(RunFilter(awaits_person=True)).items] == [asked.id]
    agent = stack.store.runs.get(run_id)
    assert agent is not None
    offered = {one.transition: one.kind for one in agent.awaiting}
    assert offered == {"tool_result_received": "child", "cancel_pending_tools": "signal"}
    await stack.trigger(asked.id, "user_answered", {"answer": "left"})
    asked = await question(stack, run_id, "confirm_user")
    assert asked.args["markdown"] == "# Go left"
    await stack.trigger(asked.id, "user_confirmed" if approved else "user_denied")

    clarified, decided = (await stack.run_is(run_id, "completed")).result["response"].split(" | ")
    assert clarified == "left"
    assert json.loads(decided) == {"approved": approved, "concept": "# Go left"}
    links = [row.content for row in stack.store.documents.live(run_id) if row.name == "link"]
    assert [(link["label"], link["embed"]) for link in links] == [
        ("Waiting for user answer...", True),
        ("Waiting for approval...", True),
    ]
