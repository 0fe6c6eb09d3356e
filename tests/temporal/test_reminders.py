"""An answer to a question that reminders have interrupted: the question is still the one that was seen."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from loopstack_temporal.machine.decisions import Await
from loopstack_temporal.temporal.devserver import DevServer
from loopstack_temporal.temporal.messages import Carry, OpenResult, Received
from loopstack_temporal.temporal.triggers import Triggers
from tests.support.requests import answer, start
from tests.support.stack import Stack, eventually, stack_in


def click(at_step: int, name: str = "go", id: str = "k") -> Received:
    return Received(id=id, name=name, at_step=at_step)


def asked(*waits: str) -> Triggers:
    triggers = Triggers(step=3)
    triggers.rest(waits or ("go",))
    return triggers


def remind(triggers: Triggers, *waits: str, place: str = "asked") -> None:
    triggers.depart("asked")
    triggers.settle(place)
    triggers.rest(waits or ("go",))


def code(triggers: Triggers, received: Received) -> str | None:
    refused = triggers.refusal(received)
    return refused.code if refused else None


@pytest.mark.parametrize(("at_step", "refused"), [(2, "answered"), (3, None), (4, None), (5, None), (6, "not_awaited")])
def test_any_number_since_the_question_was_asked_answers_it(at_step: int, refused: str | None) -> None:
    triggers = asked()
    remind(triggers)
    remind(triggers)
    assert code(triggers, click(at_step)) == refused
    if refused is None:
        triggers.offer_update(click(at_step))
        assert triggers.taken is not None
        assert code(triggers, click(at_step, id="other")) == "answered"


def test_an_answer_that_meets_the_reminder_is_held_until_that_is_done() -> None:
    for place, taken in (("asked", True), ("elsewhere", False)):
        triggers = asked()
        triggers.depart("asked")
        assert code(triggers, click(3)) is None
        triggers.offer_update(click(3))
        triggers.offer_signal(click(3, id="second"))
        triggers.settle(place)
        triggers.rest({"go"})
        assert (triggers.taken is not None) is taken
        outcome = triggers.outcome("k")
        assert taken or (outcome is not None and outcome.refused is not None and outcome.refused.code == "answered")


def test_a_question_that_was_closed_meanwhile_is_another_one() -> None:
    triggers = asked("go", "stop")
    remind(triggers, "stop")
    assert code(triggers, click(3)) == "answered"
    remind(triggers, "go", "stop")
    assert (code(triggers, click(3)), code(triggers, click(5))) == ("answered", None)
    assert code(triggers, click(3, "stop")) is None


def test_a_refused_answer_leaves_the_question_open_and_an_applied_one_closes_it() -> None:
    triggers = asked()
    remind(triggers)
    triggers.offer_update(click(3))
    triggers.depart()
    assert code(triggers, click(3, id="meanwhile")) == "answered"
    triggers.settle("asked", moved=False)
    triggers.rest({"go"})
    assert code(triggers, click(3, id="again")) is None
    triggers.offer_update(click(3, id="again"))
    triggers.depart()
    triggers.settle("asked")
    triggers.rest({"go"})
    assert (code(triggers, click(4, id="late")), code(triggers, click(5, id="new"))) == ("answered", None)


def test_a_fresh_history_and_a_pause_remember_since_when_the_question_is_open() -> None:
    triggers = asked()
    remind(triggers)
    opened = OpenResult(decision=Await(place="asked"))
    carry = Carry(opened=opened, decision=Await(place="asked"), step=triggers.step, since=triggers.since)
    carried = Triggers.carried(Carry.model_validate(carry.model_dump()))
    carried.pause({"go"})
    assert code(carried, click(3)) is None
    carried.rest({"go"})
    assert (code(carried, click(3)), code(carried, click(2))) == (None, "answered")


@pytest.fixture(params=["500", "1"], ids=["one history", "a history per step"])
async def reminding(
    request: pytest.FixtureRequest, temporal: DevServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stack]:
    """A worker and an API."""
    folder = tmp_path_factory.mktemp("reminding")
    async with stack_in(temporal, folder) as made:
        # Nobody is killed here: a worker that stalls for seconds must not lose its step to another attempt.
        more = {"LOOPSTACK_HISTORY_LIMIT": request.param, "LOOPSTACK_HEARTBEAT": "10"}
        await made.worker("tests.temporal.reminding_app:app", **more)
        await made.api()
        yield made


def step(stack: Stack, run_id: str) -> int:
    row = stack.store.runs.get(run_id)
    return row.next_step if row else 0


@pytest.mark.requirement("ENGINE-072")
async def test_people_answer_the_question_they_saw_however_often_they_were_reminded(reminding: Stack) -> None:
    stack = reminding
    run_id = await start(stack, "knock")
    seen = (await stack.run_is(run_id, "waiting")).next_step
    await eventually(lambda: step(stack, run_id) >= seen + 2, what="two reminders")
    early = await answer(stack, run_id, "open_door", "nobody", step=seen - 1)
    assert (early.status_code, early.json()["code"]) == (409, "answered")
    applied = await answer(stack, run_id, "open_door", "ann", step=seen)
    assert applied.status_code in (200, 202), applied.text
    opened = await stack.run_is(run_id, "waiting", place="open")
    late = await answer(stack, run_id, "open_door", "bob", step=seen)
    assert (late.status_code, late.json()["code"]) == (409, "answered")
    assert "answered `open_door` already" in late.json()["detail"]
    assert (await answer(stack, run_id, "leave", step=opened.next_step)).status_code in (200, 202)
    assert (await stack.run_is(run_id, "completed")).result == "ann"


@pytest.mark.requirement("ENGINE-072")
async def test_an_answer_that_comes_while_a_later_reminder_runs_is_held_and_applies(reminding: Stack) -> None:
    stack = reminding
    run_id = await start(stack, "nag")
    seen = (await stack.run_is(run_id, "waiting")).next_step

    def reminds() -> bool:
        row = stack.store.runs.get(run_id)
        return row is not None and row.status == "running" and row.next_step > seen

    await eventually(reminds, what="the second reminder")
    applied = await answer(stack, run_id, "open_door", "ann", step=seen)
    assert applied.status_code in (200, 202), applied.text
    assert (await stack.run_is(run_id, "completed")).result == "ann"
