"""Agents on a real Temporal server: results that come later, people, cancels, agents of agents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loopstack_temporal.runs import Refused
from loopstack_temporal.store.records import DocumentRow, RunFilter, RunRow
from loopstack_temporal.tools.digest import digest_of
from tests.agents.conftest import AGENTS
from tests.support.stack import Stack, eventually

TOOLS = ["weather", "errand", "send", "expert"]


def script(*turns: Any) -> str:
    return json.dumps(turns)


def messages(stack: Stack, run_id: str) -> list[DocumentRow]:
    return [row for row in stack.store.documents.live(run_id) if row.name in ("llm_message", "llm_context")]


async def start(stack: Stack, *turns: Any, workflow: str = "agent", **more: Any) -> str:
    return await stack.start(workflow, {"tools": TOOLS, "user_message": script(*turns), **more})


async def child(stack: Stack, parent: str, workflow: str) -> RunRow:
    def look() -> RunRow | None:
        found = stack.store.runs.page(RunFilter(parent_id=parent)).items
        return next((row for row in found if row.workflow == workflow and row.status == "waiting"), None)

    return await eventually(look, what=f"a waiting `{workflow}` of {parent}")


@pytest.mark.requirement("AGENT-001", "AGENT-003")
async def test_a_workflow_gets_the_answer_of_its_agent_and_the_talk_is_in_the_agents_feed(agency: Stack) -> None:
    agent = {
        "system": "Be brief.",
        "tools": TOOLS,
        "user_message": script([["weather", {"city": "Rome"}]], "Sunny."),
        "context": "It is May.",
    }
    run_id = await agency.start("asking", {"agent": agent})

    assert (await agency.run_is(run_id, "completed")).result == {"type": "AgentResult", "response": "Sunny."}
    feed = messages(agency, f"{run_id}-0-0")
    assert [(row.name, row.content["role"], row.internal) for row in feed] == [
        ("llm_context", "user", True),
        ("llm_message", "user", False),
        ("llm_message", "assistant", False),
        ("llm_message", "user", False),
        ("llm_message", "assistant", False),
    ]
    assert feed[2].content["blocks"][0]["name"] == "weather"
    assert feed[3].content["blocks"][0]["content"] == "Sun in Rome."


@pytest.mark.requirement("AGENT-005", "LLM-024", "TOOL-016")
async def test_an_agent_waits_for_a_pending_call_and_asks_again_with_all_results_in_order(agency: Stack) -> None:
    calls: list[Any] = [
        ["errand", {"name": "e"}],
        ["weather", {"city": "Rome"}],
        ["weather", {"town": "Rome"}],
        ["nothing", {}],
    ]
    run_id = await start(agency, calls, "echo")
    waiting = await agency.run_is(run_id, "waiting", place="awaiting_tools")
    assert len(messages(agency, run_id)) == 2, "no results message before all results are there"

    await agency.trigger((await child(agency, waiting.id, "errand")).id, "arrive", "found it")
    result: Any = (await agency.run_is(run_id, "completed")).result

    first, second, third, fourth = result["response"].split(" | ")
    assert (first, second) == ("found it", "Sun in Rome.")
    assert third.startswith("error: The arguments of the tool `weather` do not fit")
    assert fourth.startswith("error: There is no tool `nothing`")
    answers = [row for row in messages(agency, run_id) if row.content["role"] == "user"]
    assert [len(row.content["blocks"] or ()) for row in answers] == [0, 4]


@pytest.mark.requirement("AGENT-006")
async def test_an_agent_whose_model_breaks_off_parks_with_the_reason(agency: Stack) -> None:
    run_id = await start(agency, {"text": "Half an", "stop_reason": "max_tokens"})
    parked = await agency.run_is(run_id, "failed")

    assert parked.ended_at is None and parked.place == "ready"
    assert parked.error is not None and parked.error.code == "agent_stopped"
    assert "its answer reached the token limit" in parked.error.message


@pytest.mark.requirement("AGENT-008")
async def test_canceling_pending_tools_cancels_their_families_and_the_model_goes_on(agency: Stack) -> None:
    inner = script([["errand", {}]], "never said")
    run_id = await start(agency, [["expert", {"instructions": inner}], ["weather", {"city": "Rome"}]], "echo")
    sub_agent = await child(agency, run_id, "agent")
    errand = await child(agency, sub_agent.id, "errand")

    await agency.trigger(run_id, "cancel_pending_tools")

    result: Any = (await agency.run_is(run_id, "completed")).result
    assert result["response"] == "error: The call of `expert` was canceled. | Sun in Rome."
    for gone in (sub_agent, errand):
        await agency.run_is(gone.id, "canceled")


@pytest.mark.requirement("AGENT-009")
async def test_a_chat_waits_for_the_next_message_after_every_answer(agency: Stack) -> None:
    run_id = await start(agency, "Hello.", workflow="chat_agent")
    await agency.run_is(run_id, "waiting", place="waiting_for_user")
    await agency.trigger(run_id, "user_message", script([["weather", {"city": "Rome"}]], "Sunny."))

    def said() -> list[str] | None:
        texts = [row.content["text"] for row in messages(agency, run_id) if row.content["role"] == "assistant"]
        return texts if len(texts) == 3 else None

    assert await eventually(said, what="the answer") == ["Hello.", "", "Sunny."]
    await agency.run_is(run_id, "waiting", place="waiting_for_user")


@pytest.mark.requirement("AGENT-010")
async def test_a_task_ends_with_the_value_that_the_model_gives(agency: Stack) -> None:
    run_id = await start(agency, [["agent_finish", {"result": "42"}]], workflow="chat_agent", task_mode=True)
    assert (await agency.run_is(run_id, "completed")).result == "42"
    # Without task mode it is a tool like any other that was not offered.
    run_id = await start(agency, [["agent_finish", {"result": "42"}]], "echo", workflow="chat_agent")
    await agency.run_is(run_id, "waiting", place="waiting_for_user")
    assert "There is no tool `agent_finish`" in messages(agency, run_id)[-1].content["text"]


@pytest.mark.requirement("AGENT-012")
async def test_the_documented_loop_runs_with_calls_errors_and_pending_tools(agency: Stack) -> None:
    calls: list[Any] = [["weather", {"city": "Rome"}], ["weather", {}], ["errand", {}]]
    question = {"question": script(calls, [["weather", {"city": "Ulm"}]], "echo"), "tools": TOOLS}
    run_id = await agency.start("research", question)
    await agency.trigger((await child(agency, run_id, "errand")).id, "arrive", "home")

    result: Any = (await agency.run_is(run_id, "completed")).result
    said = result.split(" | ")
    assert (said[0], said[2], said[3]) == ("Sun in Rome.", "home", "Sun in Ulm.") and said[1].startswith("error: ")


@pytest.mark.requirement("AGENT-013")
async def test_a_small_chat_keeps_its_history_over_turns_and_restarts(stack: Stack) -> None:
    worker = await stack.worker(AGENTS)
    run_id = await stack.start("small_chat", {"message": script("one")})

    def said() -> list[str]:
        return [row.content["text"] for row in messages(stack, run_id)]

    for turn in range(2, 6):
        row = await stack.run_is(run_id, "waiting")
        if turn % 2:
            await worker.kill()
            await worker.start()
            await stack.working(worker)
        told = await stack.trigger(run_id, "user_message", script(f"turn {turn}"), at_step=row.next_step)
        assert not isinstance(told, Refused), told
        await eventually(lambda wanted=2 * turn: len(said()) == wanted, what=f"turn {turn}")
    texts = said()
    assert texts[1::2] == ["one", "turn 2", "turn 3", "turn 4", "turn 5"]
    last: Any = messages(stack, run_id)[-1].meta["usage"]
    assert last["input_tokens"] * 4 >= sum(len(text) for text in texts[:-1]) - 4, "the whole history was sent"


@pytest.mark.requirement("AGENT-014")
async def test_answers_come_back_through_three_agents_and_none_has_more_tools_than_its_starter(agency: Stack) -> None:
    third = script([["weather", {"city": "Rome"}], ["send", {"text": "never"}]], "echo")
    second = script([["expert", {"instructions": third}]], "echo")
    run_id = await agency.start(
        "agent",
        {"tools": ["weather", "expert"], "user_message": script([["expert", {"instructions": second}]], "echo")},
    )
    result: Any = (await agency.run_is(run_id, "completed")).result
    assert result["response"].startswith(
        "Sun in Rome. | error: There is no tool `send`. You can call: `weather`, `expert`"
    )


async def test_a_call_that_needs_approval_is_made_once_a_person_has_approved_it(agency: Stack) -> None:
    notes = agency.folder / "notes.txt"
    for decision, expected in (("approve", "sent: to Ann"), ("deny", "error: A person denied this call of `send`: no")):
        run_id = await start(agency, [["send", {"text": "to Ann"}]], "echo")
        asked = await child(agency, run_id, "approve_tool_call")
        sent = notes.read_text().count("to Ann") if notes.exists() else 0
        assert asked.args["tool"] == "send" and asked.args["args"] == {"text": "to Ann"}
        answer = {"decision": decision, "digest": digest_of("send", {"text": "to Ann"}), "reason": "no"}
        await agency.trigger(asked.id, "user_decided", answer)
        result: Any = (await agency.run_is(run_id, "completed")).result
        assert result["response"] == expected
        assert notes.read_text().count("to Ann") - sent == (decision == "approve")


async def test_a_message_while_the_agent_is_busy_waits_for_its_turn(agency: Stack) -> None:
    args = {"tools": ["errand"], "user_message": json.dumps([[["errand", {}]], "Done."])}
    run_id = await agency.start("chat_agent", args)
    errand = await child(agency, run_id, "errand")
    await agency.run_is(run_id, "waiting", place="awaiting_tools")
    await agency.signal(run_id, "user_message", json.dumps(["Now to you."]))
    await agency.trigger(errand.id, "arrive", "home")

    def said() -> list[str]:
        rows = [row.content for row in messages(agency, run_id) if row.content["role"] == "assistant"]
        return [content["text"] for content in rows if content["text"]]

    await eventually(lambda: said() == ["Done.", "Now to you."], what="both answers")
