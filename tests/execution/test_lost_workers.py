"""The machine's failures and the author's are counted apart."""

from __future__ import annotations

import asyncio
from typing import Any

from loopstack_temporal import BaseWorkflow, MarkdownDocument, transition, workflow
from loopstack_temporal.execution.values import Done, TryAgain
from loopstack_temporal.machine.decisions import Fire
from tests.execution.conftest import Drivers


async def test_ten_lost_workers_spend_nothing_of_the_authors_single_try(drive: Drivers) -> None:
    attempts, entered = 0, asyncio.Event()

    @workflow
    class FragileWorkflow(BaseWorkflow[dict[str, Any], dict[str, Any], str]):
        """Hangs in its first ten attempts, then fails once, then works; one try more is allowed."""

        @transition(to="end", retry=1)
        async def work(self) -> str:
            nonlocal attempts
            attempts += 1
            await self.document_store.save(MarkdownDocument(markdown=f"attempt {attempts}"))
            entered.set()
            if attempts <= 10:
                await asyncio.Event().wait()
            if attempts == 11:
                raise RuntimeError("the author's only failure")
            return f"worked in attempt {attempts}"

    driver = drive(FragileWorkflow)
    fire = await driver.open("fragile")
    assert isinstance(fire, Fire)
    for attempt in range(1, 11):
        entered.clear()
        lost = asyncio.create_task(driver.executor.step(driver.call(fire, attempt=attempt), driver.pulse))
        await entered.wait()
        lost.cancel()
        await asyncio.wait({lost})
        assert lost.cancelled()
    assert (driver.row.failures, driver.row.has_error, driver.texts) == ({}, False, [])

    assert isinstance(await driver.fire(fire, attempt=11), TryAgain)
    assert isinstance(await driver.fire(fire, attempt=12), Done)
    assert (driver.row.status, driver.row.result) == ("completed", "worked in attempt 12")
    assert driver.texts == ["attempt 12"]
    errors = [doc for doc in driver.store.documents.live(driver.run_id) if doc.name == "error"]
    assert len(errors) == 1
