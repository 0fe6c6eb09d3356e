"""Calls to the outside world and workers that are killed at the worst moments; text that is watched meanwhile."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType

from loopstack_temporal.temporal.devserver import DevServer
from tests.api.serving import Got, listening
from tests.support.outside import World, open_world
from tests.support.stack import Stack, stack_on

APP = "tests.support.outside:app"


@pytest.fixture
async def both(temporal: DevServer, database_url: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """A stack on SQLite and on PostgreSQL."""
    async with stack_on(temporal, database_url, tmp_path) as made:
        yield made


@pytest.fixture
def world() -> Iterator[World]:
    """A service outside."""
    with open_world() as made:
        yield made


async def killed_at(stack: Stack, point: str, args: dict[str, object]) -> str:
    """A run whose worker dies in its letters; another worker goes on."""
    worker = await stack.worker(APP, LOOPSTACK_FAILPOINTS=f"{point}=kill@2")
    run_id = await stack.start("letters", args)
    await worker.died()
    await stack.worker(APP)
    return run_id


@pytest.mark.parametrize(
    ("point", "calls"), [("effect.before_call", 3), ("effect.after_call", 4), ("effect.after_record", 3)]
)
async def test_a_recorded_answer_is_never_asked_for_again_and_a_repeated_call_keeps_its_key(
    both: Stack, world: World, point: str, calls: int
) -> None:
    run_id = await killed_at(both, point, {"url": world.url})
    row = await both.run_is(run_id, "completed", limit=180)
    assert (len(world.keys), len(set(world.keys))) == (calls, 3)
    assert world.keys[0] not in world.keys[1:], "what was recorded before the death was not asked for again"
    assert row.result == [1, calls - 1, calls]
    assert both.texts(run_id) == [f"1 {calls - 1} {calls}"]
    assert row.failures == {}


@pytest.mark.parametrize(("point", "made"), [("effect.before_call", 1), ("effect.after_call", 2)])
async def test_a_call_that_must_not_be_repeated_waits_for_a_persons_decision(
    both: Stack, world: World, point: str, made: int
) -> None:
    run_id = await killed_at(both, point, {"url": world.url, "repeatable": False})
    row = await both.run_is(run_id, "failed", limit=180)
    assert row.error is not None
    assert (row.error.code, row.can_retry, len(world.keys)) == ("effect_unknown", True, made)
    assert "tool:post" in row.error.message

    await both.trigger(run_id, "loopstack.retry")
    row = await both.run_is(run_id, "completed", limit=180)
    assert (len(world.keys), len(set(world.keys))) == (made + 2, 3)
    assert row.result == [1, made + 1, made + 2], "the first letter was not sent again, not even by the retry"


async def test_an_outside_call_moves_a_local_step_into_a_regular_activity(stack: Stack, world: World) -> None:
    await stack.worker(APP)
    run_id = await stack.start("quick_letters", {"url": world.url})
    row = await stack.run_is(run_id, "completed")
    assert (row.result, len(world.keys), row.failures) == (1, 1, {})


@pytest.mark.requirement("LLM-033")
async def test_two_thousand_words_take_as_many_history_events_as_two(stack: Stack) -> None:
    await stack.worker(APP)
    client, counts = await stack.client(), set[int]()
    for words in (2, 2_000):
        run_id = await stack.start("story", {"words": words, "pause": 2 / words})
        await stack.run_is(run_id, "completed")
        handle = client.get_workflow_handle(run_id)
        assert await handle.result() == "told"
        kinds = [EventType.Name(event.event_type) async for event in handle.fetch_history_events()]
        # A workflow task more or less is a matter of luck: one that a busy worker took too late is given again.
        counts.add(len([kind for kind in kinds if not kind.startswith("EVENT_TYPE_WORKFLOW_TASK_")]))
    assert len(counts) == 1
    assert counts.pop() < 30


@pytest.mark.requirement("LLM-029", "LLM-030", "LLM-032")
async def test_a_killed_workers_text_gives_way_to_the_next_attempts_and_that_to_the_document(
    both: Stack, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    worker = await both.worker(APP)
    await both.api()
    run_id = await both.start("story", {"words": 200, "pause": 0.01, "gate": str(gate)})
    await both.run_is(run_id, "running")
    frames: list[Got] = []
    async with listening(both.base_url, run_id=run_id, live="true") as stream:
        while not any("word20 " in str(frame.data.get("text", "")) for frame in frames):
            frames.append(await stream.next())
        await worker.kill()
        gate.touch()
        await worker.start()
        while not (frames[-1].type == "live.end" and frames[-1].data["dropped"] and frames[-1].data["attempt"] == 2):
            frames.append(await stream.next())
    live = [frame for frame in frames if frame.type.startswith("live.")]
    second = [frame for frame in live if frame.data["attempt"] == 2]
    first = [frame for frame in live if frame.data["attempt"] == 1]
    assert live == [*first, *second]
    assert second[0].type == "live.snapshot"
    shown = "".join(frame.data["text"] for frame in second if frame.type != "live.end")
    (saved,) = [frame for frame in frames if frame.type == "document.saved"]
    assert saved.data["live_id"] == "story"
    assert both.texts(run_id)[0].startswith(shown)
    assert frames.index(saved) < frames.index(second[-1])
