"""Several calls of one step at the same time: each has its own outcome, and none is forgotten for another."""

from __future__ import annotations

import asyncio
from typing import Any

from loopstack_temporal import BaseWorkflow, Retry, transition, workflow
from loopstack_temporal.errors import ToolError
from loopstack_temporal.execution.values import Done, Spent, TryAgain
from tests.execution.calling import Nothing, World, lose, opened
from tests.execution.conftest import Drivers


async def test_a_call_under_way_when_another_one_fails_is_waited_for_and_recorded(drive: Drivers) -> None:
    world, failing, tries = World(), World(error=ToolError("at once")), 0

    @workflow
    class FanWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end", retry=Retry(attempts=1, delay=0))
        async def work(self) -> Any:
            nonlocal tries
            tries += 1
            if tries == 1:
                world.hang = asyncio.Event()
                asyncio.get_running_loop().call_later(0.2, world.hang.set)
            else:
                failing.error = None
            slow, _ = await asyncio.gather(
                world.call(self, "slow", repeatable=False), failing.call(self, "quick", repeatable=False)
            )
            return slow

    driver = drive(FanWorkflow)
    fire = await opened(driver, "fan")
    assert isinstance(await driver.fire(fire), TryAgain)
    assert isinstance(await driver.fire(fire, attempt=2), Done)
    assert (driver.row.result, len(world.keys)) == ({"n": 1}, 1)


async def test_a_call_that_is_cut_off_beside_one_whose_outcome_is_unknown_is_named_with_it(drive: Drivers) -> None:
    world, tries = World(), 0

    @workflow
    class MailWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end")
        async def work(self) -> Any:
            nonlocal tries
            tries += 1
            if tries == 1:
                return await world.call(self, "ann", repeatable=False, shown="Ann")
            world.hang = asyncio.Event()
            bob = asyncio.ensure_future(world.call(self, "bob", repeatable=False, shown="Bob"))
            await world.reached.wait()
            try:
                return await world.call(self, "ann", repeatable=False, shown="Ann")
            finally:
                bob.cancel()
                await asyncio.wait({bob})

    driver = drive(MailWorkflow)
    fire = await opened(driver, "mail")
    await lose(driver, fire, world)
    world.reached.clear()
    spent = await driver.fire(fire, attempt=2)
    assert isinstance(spent, Spent) and spent.error.code == "effect_unknown"
    assert spent.error.message.startswith("2 calls were begun")
    assert "`tool:post` with Ann, `tool:post` with Bob." in spent.error.message


async def test_a_call_that_must_not_be_repeated_and_is_cut_off_by_the_limit_waits_for_a_person(drive: Drivers) -> None:
    world = World(hang=asyncio.Event())

    @workflow
    class MailWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end", timeout=3, retry=Retry(attempts=5, delay=0))
        async def work(self) -> Any:
            return await world.call(self, "ann", repeatable=False, shown="Ann")

    driver = drive(MailWorkflow)
    spent = await driver.fire(await opened(driver, "mail"))
    assert isinstance(spent, Spent) and spent.error.code == "effect_unknown"
    assert "`tool:post` with Ann was begun" in spent.error.message
    world.hang = None
    assert isinstance(await driver.retry(), Done)
    assert (driver.row.result, len(world.keys), len(set(world.keys))) == ({"n": 2}, 2, 1)


async def test_a_persons_retry_takes_the_answers_of_all_calls_that_were_made_side_by_side(drive: Drivers) -> None:
    world, tries = World(), 0

    @workflow
    class MailWorkflow(BaseWorkflow[Nothing, Nothing, Any]):
        @transition(to="end")
        async def work(self) -> Any:
            nonlocal tries
            tries += 1
            answers = await asyncio.gather(*(world.call(self, name) for name in ("ann", "bob", "cleo")))
            if tries == 1:
                raise RuntimeError("after the calls")
            return [answer["n"] for answer in answers]

    driver = drive(MailWorkflow)
    assert isinstance(await driver.fire(await opened(driver, "mail")), Spent)
    assert isinstance(await driver.retry(), Done)
    assert (sorted(driver.row.result), len(world.keys)) == ([1, 2, 3], 3)
