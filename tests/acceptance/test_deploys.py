"""A workflow class changes under its running runs: they go on with the new code, and no history stops replaying."""

from __future__ import annotations

import pytest

from loopstack_temporal.runs import Applied, Recorded
from tests.support.stack import Program, Stack, eventually

APPS = "tests.support.deployed:"


async def deploy(stack: Stack, name: str, former: Program | None = None) -> Program:
    """Stop the former code's worker in good order and start one with other code."""
    if former:
        await former.stop()
    # A fresh process has no run in its cache, so every run it touches is replayed from its history.
    return await stack.worker(APPS + name, LOOPSTACK_UNKNOWN_GRACE="0")


async def apply(stack: Stack, run_id: str, transition: str, payload: str | None = None) -> None:
    """Answer as the API does. A worker that only just started may take it as a signal, later."""
    row = await stack.run_is(run_id, "waiting")
    outcome = await stack.trigger(run_id, transition, payload, at_step=row.next_step)
    assert isinstance(outcome, Applied | Recorded), outcome
    await eventually(lambda: next_step(stack, run_id) > row.next_step, what=transition)


def next_step(stack: Stack, run_id: str) -> int:
    row = stack.store.runs.get(run_id)
    return row.next_step if row else -1


async def ends_with(stack: Stack, run_id: str, *seen: str) -> None:
    """The run completed, told all it saw, and no worker ever failed to replay it."""
    row = await stack.run_is(run_id, "completed")
    assert (row.result, stack.texts(run_id)) == (list(seen), list(seen))
    for program in stack.programs:
        assert "ondeterminis" not in program.output, program.output
        assert "Traceback" not in program.output, program.output


@pytest.mark.requirement("TEMPORAL-018")
@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("removed", ["yes"]),
        ("renamed", ["yes", "verified"]),
        ("guarded", ["yes", "waved through"]),
        ("added", ["yes", "checked"]),
    ],
)
async def test_a_run_that_waits_goes_on_with_the_changed_code(stack: Stack, change: str, seen: list[str]) -> None:
    worker = await deploy(stack, "original")
    run_id = await stack.start("deployed")
    await stack.run_is(run_id, "waiting", place="asking")
    await deploy(stack, change, worker)
    await apply(stack, run_id, "answer", "yes")
    await stack.run_is(run_id, "waiting", place="deciding")
    await apply(stack, run_id, "decide", "done")
    await ends_with(stack, run_id, *seen, "done")


@pytest.mark.requirement("TEMPORAL-018")
async def test_an_added_wait_is_offered_where_the_run_comes_next(stack: Stack) -> None:
    worker = await deploy(stack, "original")
    run_id = await stack.start("deployed")
    await stack.run_is(run_id, "waiting", place="asking")
    await deploy(stack, "added", worker)
    await apply(stack, run_id, "answer", "yes")
    row = await stack.run_is(run_id, "waiting", place="deciding")
    assert {one.transition for one in row.awaiting} == {"decide", "reconsider"}
    await apply(stack, run_id, "reconsider")
    await stack.run_is(run_id, "waiting", place="asking")
    await apply(stack, run_id, "shrug")
    await stack.run_is(run_id, "waiting", place="deciding")
    await apply(stack, run_id, "decide", "done")
    await ends_with(stack, run_id, "yes", "checked", "reconsidered", "shrugged", "checked", "done")


@pytest.mark.requirement("TEMPORAL-018")
@pytest.mark.parametrize("by", ["update", "signal"])
async def test_a_wait_that_was_removed_after_it_was_answered_is_no_loss(stack: Stack, by: str) -> None:
    worker = await deploy(stack, "original")
    run_id = await stack.start("deployed")
    await stack.run_is(run_id, "waiting", place="asking")
    if by == "signal":
        await stack.signal(run_id, "answer", "yes")
    else:
        await apply(stack, run_id, "answer", "yes")
    await stack.run_is(run_id, "waiting", place="deciding")
    await deploy(stack, "unasked", worker)
    await apply(stack, run_id, "decide", "done")
    await ends_with(stack, run_id, "yes", "checked", "done")


@pytest.mark.requirement("TEMPORAL-018")
async def test_a_run_whose_transition_is_gone_parks_with_its_name_and_goes_on_when_it_is_back(stack: Stack) -> None:
    worker = await deploy(stack, "original")
    run_id = await stack.start("deployed")
    await stack.run_is(run_id, "waiting", place="asking")
    worker = await deploy(stack, "unasked", worker)
    await stack.trigger(run_id, "answer", "yes", at_step=1)
    row = await stack.run_is(run_id, "failed")
    assert (row.place, row.can_retry, row.ended_at) == ("asking", True, None)
    assert row.error and row.error.code == "unknown_transition"
    assert "`answer`" in row.error.message and "`deployed`" in row.error.message

    # Still gone: a retry parks the run once more and loses nothing.
    await stack.trigger(run_id, "loopstack.retry", at_step=row.next_step)
    await eventually(lambda: _parked_again(stack, run_id, row.next_step), what="the second parking")

    await deploy(stack, "original", worker)
    row = await stack.run_is(run_id, "failed")
    outcome = await stack.trigger(run_id, "loopstack.retry", at_step=row.next_step)
    assert isinstance(outcome, Applied | Recorded), outcome
    await stack.run_is(run_id, "waiting", place="deciding")
    await apply(stack, run_id, "decide", "done")
    row = await stack.run_is(run_id, "completed")
    assert (row.result, stack.texts(run_id)) == (["yes", "checked", "done"], ["yes", "checked", "done"])


def _parked_again(stack: Stack, run_id: str, step: int) -> bool:
    row = stack.store.runs.get(run_id)
    return row is not None and row.status == "failed" and row.next_step == step + 1
