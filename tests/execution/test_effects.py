"""Calls to the outside world: recorded answers are taken, lost calls are made again or need a person."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from loopstack_temporal import BaseWorkflow, Retry, transition, workflow
from loopstack_temporal.definition.session import EffectAnswer, EffectCall, session_of
from loopstack_temporal.errors import EffectInLocalStep, Fenced, ModelError, ToolError
from loopstack_temporal.execution.values import Done, Spent, TryAgain
from loopstack_temporal.machine.decisions import Fire, Parked
from tests.execution.calling import Nothing, World, lose, opened
from tests.execution.conftest import Driver, Drivers


async def test_an_answer_outlives_the_authors_failure_and_the_authors_exception_does_not(drive: Drivers) -> None:
    world, tries = World(), 0

    @workflow
    class MailWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end", retry=Retry(attempts=3, delay=0))
        async def work(self) -> Any:
            nonlocal tries
            tries += 1
            world.error = ToolError("no") if tries == 1 else None
            answer = await world.call(self, {"to": "ann"}, repeatable=False)
            if tries == 2:
                raise RuntimeError("after the call")
            return answer

    driver = drive(MailWorkflow)
    fire = await opened(driver, "mail")
    assert isinstance(await driver.fire(fire), TryAgain)
    assert isinstance(await driver.fire(fire, attempt=2), TryAgain)
    assert isinstance(await driver.fire(fire, attempt=3), Done)
    assert (driver.row.result, len(world.keys), len(set(world.keys))) == ({"n": 2}, 2, 1)


async def test_a_lost_call_is_made_again_under_the_same_key(drive: Drivers) -> None:
    world = World()

    @workflow
    class MailWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end")
        async def work(self) -> Any:
            return await world.call(self)

    driver = drive(MailWorkflow)
    fire = await opened(driver, "mail")
    await lose(driver, fire, world)
    assert isinstance(await driver.fire(fire, attempt=2), Done)
    assert (driver.row.result, len(world.keys), len(set(world.keys))) == ({"n": 2}, 2, 1)


@pytest.mark.parametrize("swallow", [False, True])
async def test_a_lost_call_that_must_not_be_repeated_parks_the_run_until_a_person_retries(
    drive: Drivers, swallow: bool
) -> None:
    world = World()

    @workflow(on_failure="fail")
    class MailWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="asked")
        async def ask(self) -> Any:
            await world.call(self, name="llm:demo", anew=True)

        @transition(from_="asked", to="end", retry=Retry(attempts=5, delay=0, place="broken"))
        async def work(self) -> Any:
            await world.call(self, name="llm:demo", anew=True)
            try:
                return await world.call(self, "mail", repeatable=False)
            except Exception:
                if swallow:
                    return "whatever"
                raise

        @transition(from_="broken", to="end")
        async def give_up(self) -> None:
            return None

    driver = drive(MailWorkflow)
    await opened(driver, "mail")
    fire = driver.decision
    assert isinstance(fire, Fire)
    assert isinstance(await driver.fire(fire), Done)
    fire = driver.decision
    assert isinstance(fire, Fire)
    asked, world.keys = world.keys, []
    session = asyncio.create_task(lose_at(driver, fire, world, call=2))
    await session
    spent = await driver.fire(fire, attempt=2)
    assert isinstance(spent, Spent)
    assert spent.error.code == "effect_unknown"
    assert "`tool:post`" in spent.error.message
    assert isinstance(driver.decision, Parked)
    assert (driver.row.status, driver.row.can_retry, len(world.keys)) == ("failed", True, 2)

    assert isinstance(await driver.retry(), Done)
    assert driver.row.result == {"n": 3}
    model, mail, again = world.keys
    assert mail == again, "the person's retry has the same key, so that an outside service may recognise it"
    assert model not in asked


async def lose_at(driver: Driver, fire: Fire, world: World, call: int) -> None:
    """Lose the attempt in that call, counted from 1."""
    blocked = asyncio.Event()
    perform = world.perform

    async def hanging(key: str) -> EffectAnswer:
        if len(world.keys) + 1 == call:
            world.keys.append(key)
            world.reached.set()
            await blocked.wait()
        return await perform(key)

    world.perform = hanging  # type: ignore[method-assign]
    world.reached.clear()
    lost = asyncio.create_task(driver.executor.step(driver.call(fire), driver.pulse))
    while len(world.keys) < call:
        world.reached.clear()
        await world.reached.wait()
    lost.cancel()
    await asyncio.wait({lost})
    world.perform = perform  # type: ignore[method-assign]


async def test_the_model_is_asked_anew_after_the_authors_failure_but_not_after_its_own(drive: Drivers) -> None:
    world, tries = World(), 0
    errors = {1: ModelError("overloaded"), 2: RuntimeError("the answer was no good")}

    @workflow
    class ChatWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end", retry=Retry(attempts=2, delay=0))
        async def work(self) -> Any:
            nonlocal tries
            tries += 1
            answers = [await world.call(self, "a", anew=True), await world.call(self, "b")]
            if tries in errors:
                raise errors[tries]
            return answers

    driver = drive(ChatWorkflow)
    fire = await opened(driver, "chat")
    assert isinstance(await driver.fire(fire), TryAgain)
    assert len(world.keys) == 2
    assert isinstance(await driver.fire(fire, attempt=2), TryAgain)
    assert len(world.keys) == 2, "a provider's failure gives no reason to ask again what it has answered"
    assert isinstance(await driver.fire(fire, attempt=3), Done)
    assert driver.row.result == [{"n": 3}, {"n": 2}]


async def test_the_model_is_not_asked_anew_after_the_step_ran_out_of_time(drive: Drivers) -> None:
    world, tries = World(), 0

    @workflow
    class SlowWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end", retry=Retry(attempts=1, delay=0), timeout=3)
        async def work(self) -> Any:
            nonlocal tries
            tries += 1
            answer = await world.call(self, "a", anew=True)
            if tries == 1:
                await asyncio.Event().wait()
            return answer

    driver = drive(SlowWorkflow)
    fire = await opened(driver, "slow")
    again = await driver.fire(fire)
    assert isinstance(again, TryAgain) and again.error.code == "transition_timeout"
    assert isinstance(await driver.fire(fire, attempt=2), Done)
    assert (driver.row.result, len(world.keys)) == ({"n": 1}, 1)


@pytest.mark.requirement("LLM-038")
async def test_what_failed_calls_have_cost_is_counted_with_what_the_answer_costs(drive: Drivers) -> None:
    world, tries = World(), 0

    def spent(error: Exception) -> list[Nothing]:
        return [{"input_tokens": 40}] if isinstance(error, ModelError) else []

    @workflow
    class PaidWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end", retry=Retry(attempts=3, delay=0))
        async def work(self) -> Any:
            nonlocal tries
            tries += 1
            world.error = {1: ModelError("half"), 2: ToolError("free"), 3: ModelError("half")}.get(tries)
            return await world.call(self, name="llm:demo", anew=True, spent=spent)

    driver = drive(PaidWorkflow)
    fire = await opened(driver, "paid")
    for attempt in (1, 2, 3):
        assert isinstance(await driver.fire(fire, attempt=attempt), TryAgain)
    assert isinstance(await driver.fire(fire, attempt=4), Done)
    costs = [one.usage["input_tokens"] for one in driver.store.effects.usage(driver.run_id)]
    assert costs == [40, 40, 4]


async def test_equal_calls_of_one_step_are_told_apart_and_those_inside_a_call_are_its_own(drive: Drivers) -> None:
    world, tries = World(), 0

    @workflow
    class FanWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end", retry=Retry(attempts=1, delay=0))
        async def work(self) -> Any:
            nonlocal tries
            tries += 1

            async def outer(key: str) -> EffectAnswer:
                return EffectAnswer(await world.call(self, "same"))

            session = session_of(self, "effect")
            first = await session.effect(EffectCall("tool:outer", None), outer)
            rest = await asyncio.gather(*(world.call(self, "same") for _ in range(3)))
            if tries == 1:
                raise RuntimeError("again")
            return [first, *rest]

    driver = drive(FanWorkflow)
    fire = await opened(driver, "fan")
    assert isinstance(await driver.fire(fire), TryAgain)
    assert isinstance(await driver.fire(fire, attempt=2), Done)
    assert (len(world.keys), len(set(world.keys))) == (4, 4)
    assert sorted(answer["n"] for answer in driver.row.result) == [1, 2, 3, 4]


async def test_a_local_step_goes_on_as_a_regular_one_without_a_call_and_without_spending_a_try(drive: Drivers) -> None:
    world = World()

    @workflow
    class QuickWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end")
        async def work(self) -> Any:
            try:
                return await world.call(self)
            except Exception:
                return "swallowed"

    driver = drive(QuickWorkflow)
    fire = await opened(driver, "quick")
    with pytest.raises(EffectInLocalStep):
        await driver.executor.step(driver.call(fire, local=True), driver.pulse)
    assert world.keys == []
    assert isinstance(await driver.fire(fire), Done)
    assert (driver.row.result, driver.row.failures) == ({"n": 1}, {})


async def test_an_overtaken_attempt_records_nothing_and_ends(drive: Drivers) -> None:
    world = World(hang=asyncio.Event())

    @workflow
    class MailWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end")
        async def work(self) -> Any:
            return await world.call(self)

    driver = drive(MailWorkflow)
    fire = await opened(driver, "mail")
    first = asyncio.create_task(driver.executor.step(driver.call(fire), driver.pulse))
    await world.reached.wait()
    hanging, world.hang = world.hang, None
    assert isinstance(await driver.fire(fire, attempt=2), Done)
    assert hanging
    hanging.set()
    with pytest.raises(Fenced):
        await first
    assert driver.row.result == {"n": 2}


@pytest.mark.parametrize(("answer", "code"), [("x" * 9_000_000, "too_large"), (object(), "author_error")])
async def test_an_answer_that_cannot_be_kept_is_refused_by_name(drive: Drivers, answer: Any, code: str) -> None:
    world = World(answer=lambda _: answer)

    @workflow
    class BigWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end")
        async def work(self) -> Any:
            return await world.call(self, repeatable=False)

    driver = drive(BigWorkflow)
    spent = await driver.fire(await opened(driver, "big"))
    assert isinstance(spent, Spent)
    assert (spent.error.code, "tool:post" in spent.error.message) == (code, True)
    assert [one.usage for one in driver.store.effects.usage(driver.run_id)] == [{"input_tokens": 1}]
