"""A person stops the step that runs, and not the run; and says something while it works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from loopstack_temporal.runs import Applied, Recorded, Refused, Sender
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Program, Stack, eventually, stack_in, stack_on

BUSY = "tests.support.busy:app"
STOP = "loopstack.stop"


@pytest.fixture(scope="module")
async def busy(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    folder = tmp_path_factory.mktemp("busy")
    async with stack_in(temporal, folder) as stack:
        # Nobody is killed here: a worker that stalls for seconds must not lose its step to another attempt.
        await stack.worker(BUSY, LOOPSTACK_HEARTBEAT="10")
        yield stack


@pytest.fixture
async def mortal(temporal: DevServer, sqlite_database: str, tmp_path_factory: pytest.TempPathFactory):
    """A stack whose worker the test may kill."""
    async with stack_on(temporal, sqlite_database, tmp_path_factory.mktemp("mortal")) as stack:
        yield stack, await stack.worker(BUSY)


async def sleeping(stack: Stack, workflow: str, **args: object) -> str:
    """A run whose long step has begun, so that everybody sees it."""
    run_id = await stack.start(workflow, args)
    step = {"nap": "sleep", "thread": "sleep", "talk": "think"}[workflow]

    def begun() -> bool:
        if stack.store.runs.get(run_id) is None:
            return False
        return any(kind == "step.started" and data["transition"] == step for kind, data in stack.events(run_id))

    await eventually(begun, what="the long step")
    return run_id


@pytest.mark.parametrize(("workflow", "place"), [("nap", "asleep"), ("thread", "woken")])
@pytest.mark.requirement("BEYOND-014")
async def test_a_stop_ends_a_body_of_an_hour_and_not_the_run(busy: Stack, workflow: str, place: str) -> None:
    run_id = await sleeping(busy, workflow)
    stopped = await busy.trigger(run_id, STOP, {"reason": "wrong room"}, sender=Sender(by="ann"))
    assert isinstance(stopped, Applied) and stopped.place == place
    row = busy.store.runs.get(run_id)
    assert row is not None and row.ended_at is None and row.place == place
    assert row.status == ("waiting" if workflow == "thread" else "failed")
    step = busy.store.steps.get(run_id, stopped.step).row
    assert step.status == "closed" and step.error is not None
    assert (step.error.code, step.error.message) == ("stopped", "ann stopped `sleep`: wrong room")
    assert busy.store.steps.failures(run_id) == {}, "a stop spends no try"
    assert busy.texts(run_id) == [], "nothing of the stopped body is kept"


async def test_what_was_stopped_runs_again_only_when_a_person_says_so(busy: Stack) -> None:
    run_id = await sleeping(busy, "nap")
    stopped = await busy.trigger(run_id, STOP)
    assert isinstance(stopped, Applied)
    row = await busy.run_is(run_id, "failed")
    assert (row.can_retry, row.error and row.error.code) == (True, "stopped")
    await busy.trigger(run_id, "loopstack.retry")
    await eventually(
        lambda: [data["step"] for kind, data in busy.events(run_id) if kind == "step.started"][-1] == row.next_step,
        what="the second try",
    )
    await busy.temporal_cli("workflow", "signal", "-w", run_id, "--name", STOP, "--input", '{"by":"bob"}')
    row = await busy.run_is(run_id, "failed")
    assert row.error is not None and row.error.message == "bob stopped `sleep`"


@pytest.mark.requirement("BEYOND-014")
async def test_a_stop_leads_where_the_author_said_and_nothing_is_wrong_with_the_run(busy: Stack) -> None:
    run_id = await sleeping(busy, "talk")
    assert isinstance(await busy.trigger(run_id, STOP), Applied)
    row = await busy.run_is(run_id, "waiting", place="asking")
    assert (row.has_error, row.error) == (False, None)
    await busy.trigger(run_id, "finish")
    assert (await busy.run_is(run_id, "completed")).result == []


async def test_there_is_nothing_to_stop_where_a_run_stands_still(busy: Stack) -> None:
    run_id = await busy.start("talk", {"seconds": 0})
    before = await busy.run_is(run_id, "waiting")
    refused = await busy.trigger(run_id, STOP)
    assert isinstance(refused, Refused) and refused.code == "nothing_runs"
    await busy.signal(run_id, STOP)
    codes = await eventually(
        lambda: [data["code"] for kind, data in busy.events(run_id) if kind == "trigger.rejected"], what="the refusal"
    )
    # The first one is noted as well if it came before the workflow knew of the commit that people see already.
    assert set(codes) == {"nothing_runs"}
    after = await busy.run_is(run_id, "waiting")
    assert (after.next_step, after.place) == (before.next_step, before.place)
    await busy.trigger(run_id, "finish")
    ended = await busy.trigger(run_id, STOP)
    assert isinstance(ended, Refused) and ended.code == "run_ended"


async def test_a_stop_for_another_step_than_the_one_that_runs_is_refused(busy: Stack) -> None:
    run_id = await sleeping(busy, "talk")
    late = await busy.trigger(run_id, STOP, at_step=0)
    assert isinstance(late, Refused) and late.code == "nothing_runs"
    assert (await busy.run_is(run_id, "running")).next_step == 1
    assert isinstance(await busy.trigger(run_id, STOP, at_step=1), Applied)


async def test_a_local_step_cannot_be_stopped_and_ends_by_itself(busy: Stack) -> None:
    run_id = await busy.start("short", {"seconds": 1})
    await eventually(lambda: busy.store.runs.get(run_id), what="the row")
    refused = await busy.trigger(run_id, STOP)
    assert isinstance(refused, Refused) and refused.code in ("nothing_runs", "run_ended")
    assert (await busy.run_is(run_id, "completed")).result == "done"


@pytest.mark.requirement("BEYOND-014")
async def test_a_stop_that_meets_the_end_of_its_step_wins_or_loses_and_never_both(busy: Stack) -> None:
    async def race(seconds: float) -> bool:
        run_id = await sleeping(busy, "talk", seconds=seconds)
        outcome = await busy.trigger(run_id, STOP, at_step=1)
        row = await busy.run_is(run_id, "waiting", place="asking")
        step = busy.store.steps.get(run_id, 1).row
        stopped = step.status == "closed"
        assert stopped == isinstance(outcome, Applied), (outcome, step)
        assert stopped or (isinstance(outcome, Refused) and outcome.code == "nothing_runs")
        assert row.next_step == (2 if stopped else 3)
        return stopped

    # A worker hears of a stop once a second: these end before, in that moment, and after it.
    moments = [*(0.6 + number * 0.1 for number in range(17)), 6, 10, 20]
    won = await asyncio.gather(*map(race, moments))
    assert 0 < sum(won) < len(moments), "the race was none"


async def test_a_stop_counts_although_the_worker_died_of_it(mortal: tuple[Stack, Program]) -> None:
    stack, worker = mortal
    run_id = await sleeping(stack, "nap")
    await worker.kill()
    assert await stack.trigger(run_id, STOP) == Recorded(durable=True)
    await worker.start()
    row = await stack.run_is(run_id, "failed")
    assert (row.error and row.error.code, stack.texts(run_id)) == ("stopped", [])


@pytest.mark.requirement("BEYOND-014")
async def test_an_early_answer_goes_before_what_the_run_does_by_itself(busy: Stack, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    run_id = await sleeping(busy, "talk", seconds=0, gate=str(gate))
    for word in ("left", "right"):
        assert await busy.trigger(run_id, "steer", word, queue=True) == Recorded(durable=True, queued=True)
    kept = [data["name"] for kind, data in busy.events(run_id) if kind == "trigger.kept"]
    assert kept == ["steer", "steer"], "people see at once that it is kept"
    assert (await busy.run_is(run_id, "running")).next_step == 1
    gate.touch()
    await busy.run_is(run_id, "waiting", place="asking")
    await busy.trigger(run_id, "finish")
    row = await busy.run_is(run_id, "completed")
    assert row.result == ["thought", "heard left", "heard right", "thought"]


@pytest.mark.requirement("BEYOND-014")
async def test_queued_steering_and_interrupting_messages_survive_the_worker(mortal: tuple[Stack, Program]) -> None:
    stack, worker = mortal
    run_id = await sleeping(stack, "talk", seconds=6)
    assert await stack.trigger(run_id, "ask", "why", queue=True) == Recorded(durable=True, queued=True)
    assert await stack.trigger(run_id, "steer", "left", queue=True) == Recorded(durable=True, queued=True)
    await worker.kill()
    assert await stack.trigger(run_id, STOP) == Recorded(durable=True)
    await worker.start()
    # The interrupt leads to `asking`, where the queued question is taken; the steering goes before the next thought.
    await eventually(
        lambda: (row := stack.store.runs.get(run_id)) and row.next_step == 6 and row.status == "waiting",
        what="the rest",
    )
    await stack.trigger(run_id, "finish", at_step=6)
    row = await stack.run_is(run_id, "completed")
    assert row.result == ["asked why", "heard left", "thought"]


async def test_a_message_that_no_place_will_ever_take_is_refused(busy: Stack) -> None:
    run_id = await sleeping(busy, "talk", seconds=1)
    await busy.trigger(run_id, "steer_left", "x", queue=True)
    codes = await eventually(
        lambda: [data["code"] for kind, data in busy.events(run_id) if kind == "trigger.rejected"], what="the refusal"
    )
    assert codes == ["unknown_trigger"]


@pytest.mark.requirement("BEYOND-014")
async def test_over_http_a_person_steers_queues_and_stops_and_reads_what_became_of_it(busy: Stack) -> None:
    await busy.api()
    run_id = await sleeping(busy, "talk")
    url = f"/api/v1/runs/{run_id}"
    shown = (await busy.http.get(url)).json()
    assert (shown["can_stop"], [one["transition"] for one in shown["ahead"]]) == (True, ["steer"])

    steered = await busy.http.post(f"{url}/transitions/steer", json={"payload": "left"})
    assert (steered.status_code, steered.json()["status"]) == (202, "queued"), steered.text
    queued = await busy.http.post(f"{url}/transitions/finish", json={"queue": True})
    assert (queued.status_code, queued.json()["status"]) == (202, "queued")

    other = await busy.http.post(f"{url}/stop", json={"step": 0})
    assert (other.status_code, other.json()["code"]) == (409, "nothing_runs")
    stopped = await busy.http.post(f"{url}/stop", json={"step": 1, "reason": "enough"})
    assert stopped.status_code == 200, stopped.text
    row = await busy.run_is(run_id, "completed")
    assert row.result == []
    step = (await busy.http.get(f"{url}/steps/1")).json()
    assert (step["status"], step["error"]["message"]) == ("closed", "local stopped `think`: enough")
    late = await busy.http.post(f"{url}/stop")
    assert (late.status_code, late.json()["code"]) == (409, "run_ended")
    left = [data["name"] for kind, data in busy.events(run_id) if kind == "trigger.kept"]
    assert left == ["steer", "finish"]
