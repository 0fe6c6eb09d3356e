"""Answers at the worst moments: at the very instant a person is awaited, two at once, again and again, to nobody."""

from __future__ import annotations

import asyncio

import pytest

from loopstack_temporal.runs import Applied, Recorded, Refused
from loopstack_temporal.store.records import RunRow
from tests.api.serving import Got, listening
from tests.support.requests import answer, start, unused
from tests.support.stack import LIMIT, Stack, eventually

TIMES = 200
BY_HTTP = 40
TAKEN = (200, 202)
"""202: the worker stalled for so long that the answer travels as a signal."""
FASTER = ("answered", "run_ended", "not_awaited")
"""Why an answer is refused when another one was faster."""


async def waits_for(stack: Stack, run_id: str, step: int) -> RunRow:
    """Look without a pause until the row says that the answer to `step` is awaited: a moment before Temporal knows."""
    async with asyncio.timeout(LIMIT):
        while True:
            row = stack.store.runs.get(run_id)
            if row and row.status == "waiting" and row.next_step == step:
                return row
            await asyncio.sleep(0)


@pytest.mark.requirement("ENGINE-037")
async def test_an_answer_sent_at_the_instant_the_commit_is_visible_is_never_refused(running: Stack) -> None:
    run_id = await running.start("rounds", {"rounds": TIMES})
    for step in range(1, TIMES + 1):
        await waits_for(running, run_id, step)
        outcome = await running.trigger(run_id, "answer", str(step), at_step=step)
        assert not isinstance(outcome, Refused), outcome
    row = await running.run_is(run_id, "completed")
    assert row.result == [str(step) for step in range(1, TIMES + 1)]


async def test_an_answer_by_http_at_the_instant_of_the_event_is_never_refused(served: Stack) -> None:
    run_id = unused("instant")
    async with listening(served.base_url, run_id=run_id) as stream:
        await start(served, "rounds", {"rounds": BY_HTTP}, run_id=run_id)
        for step in range(1, BY_HTTP + 1):
            while not _asks(await stream.next(LIMIT), step):
                pass
            reply = await answer(served, run_id, "answer", str(step), step=step)
            assert reply.status_code in TAKEN, reply.text
    assert (await served.run_is(run_id, "completed")).result == [str(step) for step in range(1, BY_HTTP + 1)]


def _asks(frame: Got, step: int) -> bool:
    return frame.type == "task.opened" and frame.data["transition"] == "answer" and frame.data["step"] == step


@pytest.mark.requirement("ENGINE-042", "ENGINE-043")
async def test_of_two_answers_to_one_question_sent_at_once_exactly_one_applies(running: Stack) -> None:
    run_id = await running.start("rounds", {"rounds": TIMES})
    expected: list[list[str]] = []
    refused = 0
    for step in range(1, TIMES + 1):
        await waits_for(running, run_id, step)
        outcomes = await asyncio.gather(
            running.trigger(run_id, "answer", f"{step}a", at_step=step),
            running.trigger(run_id, "answer", f"{step}b", at_step=step)
            if step % 2
            else running.trigger(run_id, "skip", at_step=step),
        )
        texts = (f"{step}a", f"{step}b" if step % 2 else "(skipped)")
        sent = list(zip(texts, outcomes, strict=True))
        late = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        assert all(outcome.code in FASTER for outcome in late), outcomes
        refused += len(late)
        taken = [text for text, outcome in sent if not isinstance(outcome, Refused)]
        applied = [text for text, outcome in sent if isinstance(outcome, Applied)]
        assert taken and len(applied) < 2, outcomes
        expected.append(applied or taken)  # Of two that only were recorded, either may have been faster.
    assert refused, "not one was told that it came too late"
    result = (await running.run_is(run_id, "completed")).result
    assert all(text in texts for text, texts in zip(result, expected, strict=True)), (result, expected)


@pytest.mark.requirement("ENGINE-042")
async def test_two_answers_by_http_at_once_are_a_200_and_a_409_that_says_who_was_faster(served: Stack) -> None:
    run_id = await served.start("rounds", {"rounds": BY_HTTP})
    refused = 0
    for step in range(1, BY_HTTP + 1):
        await waits_for(served, run_id, step)
        replies = await asyncio.gather(
            *(answer(served, run_id, "answer", f"{step}{which}", step=step) for which in "ab")
        )
        statuses = sorted(reply.status_code for reply in replies)
        assert statuses in ([200, 409], [200, 202], [202, 202], [202, 409]), [reply.text for reply in replies]
        late = [reply.json()["code"] for reply in replies if reply.status_code == 409]
        assert all(code in FASTER for code in late), late
        refused += len(late)
    assert refused, "not one was told that it came too late"
    result = (await served.run_is(run_id, "completed")).result
    assert [text[:-1] for text in result] == [str(step) for step in range(1, BY_HTTP + 1)]


async def test_the_same_click_by_update_by_repeated_update_and_by_signal_applies_once(running: Stack) -> None:
    run_id = await running.start("rounds", {"rounds": 2})
    await running.run_is(run_id, "waiting")
    meta = {"id": "click-1", "at_step": None, "by": "ann", "channel": "studio"}
    outcomes = await asyncio.gather(
        running.trigger(run_id, "answer", "clicked", id="click-1"),
        running.trigger(run_id, "answer", "clicked", id="click-1"),
        running.signal(run_id, "answer", "clicked", meta),
        running.signal(run_id, "answer", "clicked", meta),
    )
    assert all(isinstance(outcome, Applied | Recorded | None) for outcome in outcomes), outcomes
    row = await running.run_is(run_id, "waiting")
    await eventually(lambda: running.texts(run_id) == ["clicked"], what="the click")
    late = await running.trigger(run_id, "answer", "clicked", id="click-1")
    assert isinstance(late, Applied | Recorded)
    await running.signal(run_id, "answer", "clicked", meta)
    await running.trigger(run_id, "answer", "another")
    row = await running.run_is(run_id, "completed")
    assert row.result == ["clicked", "another"]
    applied = running.store.inbox.applied_step(run_id, "click-1")
    assert applied == 1


async def test_an_answer_by_http_while_no_worker_runs_is_recorded_and_applied_once_when_one_comes(stack: Stack) -> None:
    worker = await stack.worker()
    await stack.api()
    run_id = await stack.start("rounds", {"rounds": 2})
    await stack.run_is(run_id, "waiting")
    await worker.kill()
    reply = await answer(stack, run_id, "answer", "to nobody", key="click-1", step=1)
    assert (reply.status_code, reply.json()["status"]) == (202, "recorded"), reply.text

    await worker.start()
    await eventually(lambda: stack.texts(run_id) == ["to nobody"], what="the answer")
    await stack.run_is(run_id, "waiting")
    again = await answer(stack, run_id, "answer", "to nobody", key="click-1", step=1)
    assert again.status_code == 200 and again.json()["step"] == 2, again.text
    late = await answer(stack, run_id, "answer", "too late", key="click-2", step=1)
    assert (late.status_code, late.json()["code"], late.json()["answered_by"]) == (409, "answered", "local")
    assert (await answer(stack, run_id, "answer", "second", step=2)).status_code == 200
    assert (await stack.run_is(run_id, "completed")).result == ["to nobody", "second"]


@pytest.mark.requirement("ENGINE-039")
async def test_signals_for_places_not_reached_yet_are_kept_and_delivered_there(running: Stack) -> None:
    run_id = await running.start("stages")
    await running.run_is(run_id, "waiting", place="one")
    await running.signal(run_id, "second", "early")
    await eventually(lambda: "trigger.kept" in [kind for kind, _ in running.events(run_id)], what="the note")
    row = await running.run_is(run_id, "waiting")
    assert (row.place, row.next_step) == ("one", 1)
    await running.signal(run_id, "first", "now")
    assert (await running.run_is(run_id, "completed")).result == ["now", "early"]


async def test_a_storm_of_signals_keeps_its_order_and_loses_none(running: Stack) -> None:
    count = 60
    run_id = await running.start("rounds", {"rounds": count})
    for number in range(count):
        await running.signal(run_id, "answer", str(number))
    row = await running.run_is(run_id, "completed", limit=180)
    assert row.result == [str(number) for number in range(count)]
    assert running.texts(run_id) == row.result


async def test_an_update_sent_before_the_first_rest_is_held_until_it(running: Stack) -> None:
    run_id = await running.start("chain", {"steps": 5, "pause": 0.1})
    other = await running.start("rounds", {"rounds": 1})
    assert not isinstance(await running.trigger(other, "answer", "at once"), Refused)
    assert (await running.run_is(other, "completed")).result == ["at once"]
    outcome = await running.trigger(run_id, "answer", "to a run that never asks")
    assert isinstance(outcome, Refused) and outcome.code in ("not_awaited", "run_ended"), outcome


async def test_an_update_for_a_step_that_is_over_is_refused_and_leaves_nothing(running: Stack) -> None:
    run_id = await running.start("rounds", {"rounds": 3})
    await waits_for(running, run_id, 1)
    assert not isinstance(await running.trigger(run_id, "answer", "a", at_step=1), Refused)
    before = await waits_for(running, run_id, 2)
    for at_step in (0, 1):
        late = await running.trigger(run_id, "answer", "late", at_step=at_step)
        assert isinstance(late, Refused) and late.code == "answered"
    far = await running.trigger(run_id, "answer", "far", at_step=9)
    assert isinstance(far, Refused) and far.code == "not_awaited"
    after = running.store.runs.get(run_id)
    assert after is not None and after.rev == before.rev
