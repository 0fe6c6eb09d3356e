"""What a person can say and do while an agent works: steer, queue, interrupt. On a real server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loopstack_temporal.runs import Recorded, Refused
from loopstack_temporal.temporal.devserver import DevServer
from tests.agents.conftest import AGENTS
from tests.support.requests import unused
from tests.support.stack import Stack, eventually, stack_on


async def thinking(stack: Stack, workflow: str, *turns: Any) -> str:
    """An agent whose first model call has begun."""
    run_id = await stack.start(workflow, {"tools": ["weather"], "user_message": json.dumps(turns)})
    await asked(stack, run_id, 1)
    return run_id


async def asked(stack: Stack, run_id: str, times: int) -> None:
    """Wait until so many model calls have begun."""

    def begun() -> bool:
        started = [data["transition"] for kind, data in stack.events(run_id) if kind == "step.started"]
        return started.count("llm_turn") >= times

    await eventually(begun, what=f"model call {times}")


def talk(stack: Stack, run_id: str) -> list[tuple[str, str]]:
    """Who said what; results of tools as `…`."""
    rows = [row for row in stack.store.documents.live(run_id) if row.name == "llm_message"]
    return [(row.content["role"], row.content["text"] or "…") for row in rows][1:]


@pytest.mark.requirement("BEYOND-014")
async def test_steering_is_read_after_the_results_of_the_tools_and_before_the_next_model_call(agency: Stack) -> None:
    gate = agency.folder / unused("gate")
    calls = {"text": f"(until {gate}) Let me look.", "calls": [["weather", {"city": "Rome"}]]}
    run_id = await thinking(agency, "agent", calls, "Sunny.")
    assert isinstance(await agency.trigger(run_id, "steer", "In Celsius.", queue=True), Recorded)
    gate.touch()
    await agency.run_is(run_id, "completed")
    assert talk(agency, run_id) == [
        ("assistant", f"(until {gate}) Let me look."),
        ("user", "…"),
        ("user", "In Celsius."),
        ("assistant", "Sunny."),
    ]


@pytest.mark.requirement("BEYOND-014")
async def test_an_agent_that_would_have_ended_reads_what_it_was_told_meanwhile(agency: Stack) -> None:
    gate = agency.folder / unused("gate")
    run_id = await thinking(agency, "agent", f"(until {gate}) Done.", "No, there is more.")
    assert isinstance(await agency.trigger(run_id, "steer", "Really?", queue=True), Recorded)
    gate.touch()
    row = await agency.run_is(run_id, "completed")
    assert row.result == {"response": "No, there is more."}
    assert talk(agency, run_id)[1] == ("user", "Really?")


@pytest.mark.requirement("BEYOND-014")
async def test_a_message_to_a_busy_chat_becomes_its_next_turn(agency: Stack) -> None:
    gate = agency.folder / unused("gate")
    run_id = await thinking(agency, "chat_agent", f"(until {gate}) One.", "Two.")
    assert isinstance(await agency.trigger(run_id, "user_message", "And two?", queue=True), Recorded)
    gate.touch()
    told = [("assistant", f"(until {gate}) One."), ("user", "And two?"), ("assistant", "Two.")]
    await eventually(lambda: talk(agency, run_id) == told, what="the second turn")
    await agency.run_is(run_id, "waiting", place="waiting_for_user")


@pytest.mark.requirement("BEYOND-014")
async def test_an_interrupted_chat_keeps_nothing_of_the_answer_and_goes_on_with_the_queued_message(
    temporal: DevServer, sqlite_database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("interrupted")
    async with stack_on(temporal, sqlite_database, folder) as stack:
        worker = await stack.worker(AGENTS, LOOPSTACK_TEST_NOTES=str(folder / "notes.txt"))
        run_id = await thinking(stack, "chat_agent", "(3600 s) A long story.", "never said")
        assert not isinstance(await stack.trigger(run_id, "loopstack.stop"), Refused)
        row = await stack.run_is(run_id, "waiting", place="waiting_for_user")
        assert row.has_error is False
        assert talk(stack, run_id) == []

        story = json.dumps(["(3600 s) Another one.", "never said"])
        assert not isinstance(await stack.trigger(run_id, "user_message", story, at_step=row.next_step), Refused)
        await asked(stack, run_id, 2)
        queued = await stack.trigger(run_id, "user_message", json.dumps(["Short."]), queue=True)
        assert isinstance(queued, Recorded)
        await worker.kill()
        assert await stack.trigger(run_id, "loopstack.stop") == Recorded(durable=True)
        await worker.start()
        await eventually(lambda: talk(stack, run_id)[-1:] == [("assistant", "Short.")], what="the next turn")
        assert [who for who, _ in talk(stack, run_id)] == ["user", "user", "assistant"]
