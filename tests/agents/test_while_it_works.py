"""What a person can say and do while an agent works: steer, queue, interrupt. On a real server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loopstack_temporal.runs import Applied, Recorded
from loopstack_temporal.temporal.devserver import DevServer
from tests.agents.conftest import AGENTS
from tests.support.stack import Stack, eventually, stack_on


async def thinking(stack: Stack, workflow: str, *turns: Any) -> str:
    """An agent whose first model call has begun."""
    run_id = await stack.start(workflow, {"tools": ["weather"], "user_message": json.dumps(turns)})

    def asked() -> bool:
        return stack.store.runs.get(run_id) is not None and any(
            kind == "step.started" and data["transition"] == "llm_turn" for kind, data in stack.events(run_id)
        )

    await eventually(asked, what="the model call")
    return run_id


def talk(stack: Stack, run_id: str) -> list[tuple[str, str]]:
    """Who said what; results of tools as `…`."""
    rows = [row for row in stack.store.documents.live(run_id) if row.name == "llm_message"]
    return [(row.content["role"], row.content["text"] or "…") for row in rows][1:]


@pytest.mark.requirement("BEYOND-014")
async def test_steering_is_read_after_the_results_of_the_tools_and_before_the_next_model_call(agency: Stack) -> None:
    calls = {"text": "(1 s) Let me look.", "calls": [["weather", {"city": "Rome"}]]}
    run_id = await thinking(agency, "agent", calls, "Sunny.")
    assert await agency.trigger(run_id, "steer", "In Celsius.", queue=True) == Recorded(durable=True, queued=True)
    await agency.run_is(run_id, "completed")
    assert talk(agency, run_id) == [
        ("assistant", "(1 s) Let me look."),
        ("user", "…"),
        ("user", "In Celsius."),
        ("assistant", "Sunny."),
    ]


@pytest.mark.requirement("BEYOND-014")
async def test_an_agent_that_would_have_ended_reads_what_it_was_told_meanwhile(agency: Stack) -> None:
    run_id = await thinking(agency, "agent", "(1 s) Done.", "No, there is more.")
    await agency.trigger(run_id, "steer", "Really?", queue=True)
    row = await agency.run_is(run_id, "completed")
    assert row.result == {"response": "No, there is more."}
    assert talk(agency, run_id)[1] == ("user", "Really?")


@pytest.mark.requirement("BEYOND-014")
async def test_a_message_to_a_busy_chat_becomes_its_next_turn(agency: Stack) -> None:
    run_id = await thinking(agency, "chat_agent", "(1 s) One.", "Two.")
    assert await agency.trigger(run_id, "user_message", "And two?", queue=True) == Recorded(durable=True, queued=True)
    told = [("assistant", "(1 s) One."), ("user", "And two?"), ("assistant", "Two.")]
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
        stopped = await stack.trigger(run_id, "loopstack.stop")
        assert isinstance(stopped, Applied) and stopped.place == "waiting_for_user"
        assert talk(stack, run_id) == []
        row = await stack.run_is(run_id, "waiting", place="waiting_for_user")
        assert row.has_error is False

        await stack.trigger(run_id, "user_message", json.dumps(["(3600 s) Another one.", "never said"]))
        await stack.run_is(run_id, "running")
        queued = await stack.trigger(run_id, "user_message", json.dumps(["Short."]), queue=True)
        assert queued == Recorded(durable=True, queued=True)
        await worker.kill()
        assert await stack.trigger(run_id, "loopstack.stop") == Recorded(durable=True)
        await worker.start()
        await eventually(lambda: talk(stack, run_id)[-1:] == [("assistant", "Short.")], what="the next turn")
        assert [who for who, _ in talk(stack, run_id)] == ["user", "user", "assistant"]
