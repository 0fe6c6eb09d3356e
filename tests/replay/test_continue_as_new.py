"""Runs that go on in a fresh history after every, every third and every seventh step lose nothing on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from temporalio.service import RPCError, RPCStatusCode

from loopstack_temporal.runs import Applied, Recorded, Refused
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Stack, eventually, stack_in

ROUNDS = 8


@pytest.fixture(scope="module", params=["1", "3", "7"])
async def limited(
    temporal: DevServer, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncGenerator[Stack]:
    """A stack whose runs continue as new after so many steps."""
    folder = tmp_path_factory.mktemp("limited")
    async with stack_in(temporal, folder) as stack:
        # Nobody is killed here: a worker that stalls for seconds must not lose its step to another attempt.
        await stack.worker(LOOPSTACK_HISTORY_LIMIT=request.param, LOOPSTACK_HEARTBEAT="10")
        yield stack


def continued(stack: Stack, run_id: str) -> bool:
    """Whether the run went on in another Temporal run at least once."""
    row = stack.store.runs.get(run_id)
    assert row is not None
    return row.temporal_run_id != row.first_execution_run_id


@pytest.mark.requirement("TEMPORAL-016")
async def test_a_chain_keeps_every_step_and_document(limited: Stack) -> None:
    run_id = await limited.start("chain", {"steps": 12})
    row = await limited.run_is(run_id, "completed")
    assert (row.result, limited.texts(run_id)) == (12, [f"{step}.0" for step in range(1, 13)])
    assert [step.step for step in limited.store.steps.page(run_id).items] == list(range(14))
    assert continued(limited, run_id)


@pytest.mark.requirement("TEMPORAL-016")
async def test_every_answer_sent_at_once_after_its_question_applies(limited: Stack) -> None:
    run_id = await limited.start("rounds", {"rounds": ROUNDS})
    for step in range(1, ROUNDS + 1):
        await eventually(lambda step=step: _stands_before(limited, run_id, step), what=f"question {step}")
        outcome = await limited.trigger(run_id, "answer", str(step), at_step=step)
        assert isinstance(outcome, Applied | Recorded), outcome
    row = await limited.run_is(run_id, "completed")
    assert row.result == [str(step) for step in range(1, ROUNDS + 1)]
    assert continued(limited, run_id)


def _stands_before(stack: Stack, run_id: str, step: int) -> bool:
    row = stack.store.runs.get(run_id)
    return row is not None and (row.status, row.next_step) == ("waiting", step)


@pytest.mark.requirement("TEMPORAL-016")
async def test_signals_kept_for_later_travel_along_in_order(limited: Stack) -> None:
    count = 20
    run_id = await limited.start("rounds", {"rounds": count})
    for number in range(count):
        await limited.signal(run_id, "answer", str(number))
    row = await limited.run_is(run_id, "completed")
    assert row.result == limited.texts(run_id) == [str(number) for number in range(count)]
    assert continued(limited, run_id)


@pytest.mark.requirement("TEMPORAL-016")
async def test_a_click_is_remembered(limited: Stack) -> None:
    run_id = await limited.start("rounds", {"rounds": ROUNDS + 1})
    await limited.run_is(run_id, "waiting")
    for step in range(1, ROUNDS + 1):
        await eventually(lambda step=step: _stands_before(limited, run_id, step), what=f"question {step}")
        await limited.trigger(run_id, "answer", str(step), id=f"click-{step}", at_step=step)
    await eventually(lambda: _stands_before(limited, run_id, ROUNDS + 1), what="the last question")
    for step in (1, ROUNDS):
        again = await limited.trigger(run_id, "answer", "again", id=f"click-{step}")
        assert not isinstance(again, Applied) or again.step == step, again
        await limited.signal(run_id, "answer", "again", {"id": f"click-{step}"})
    outcome = await limited.trigger(run_id, "answer", "last")
    assert not isinstance(outcome, Refused), outcome
    row = await limited.run_is(run_id, "completed")
    assert row.result == [*(str(step) for step in range(1, ROUNDS + 1)), "last"]


@pytest.mark.requirement("TEMPORAL-016", "ENGINE-071")
async def test_a_cancel_and_a_timer_reach_the_run(limited: Stack) -> None:
    late = await limited.start("reminder")
    run_id = await limited.start("rounds", {"rounds": 99})
    for number in range(3):
        await limited.signal(run_id, "answer", str(number))
    handle = (await limited.client()).get_workflow_handle(run_id)
    await asyncio.gather(handle.cancel(), _signal_if_open(limited, run_id))
    await limited.run_is(run_id, "canceled")
    assert (await limited.run_is(late, "completed")).result == "expired"


async def _signal_if_open(stack: Stack, run_id: str) -> None:
    """A signal that may come after the end."""
    try:
        await stack.signal(run_id, "answer", "x")
    except RPCError as error:
        assert error.status == RPCStatusCode.NOT_FOUND
