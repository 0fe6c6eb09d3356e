"""The claim: a short write that takes the step's fence and shows that the step runs.

A first attempt that ends within a quarter of a second never claims; that halves its commits. Every other attempt
claims before its body starts, so that an older one which still runs somewhere can no longer commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from loopstack_temporal.errors import Fenced
from loopstack_temporal.execution.scene import Scene
from loopstack_temporal.store.records import Claim, RecordedStep

LATE_CLAIM = 0.25
"""Seconds after which a first attempt claims while its body runs."""


class Claimer:
    """Claims a step now or later."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._late: asyncio.Task[RecordedStep | None] | None = None

    async def begin(self) -> RecordedStep | None:
        """Claim now if this is no first attempt, else later. Gives the outcome if the step is finished already."""
        call = self._scene.call
        if call.attempt > 1 or call.try_no > 1 or self._scene.entered.claims:
            return await self._claim()
        self._late = asyncio.create_task(self._claim_later())
        return None

    async def guard(self, body: Coroutine[Any, Any, Any]) -> Any:
        """Run the body; stop it when the late claim finds that the step belongs to another attempt."""
        if self._late is None:
            return await body
        running = asyncio.ensure_future(body)
        try:
            await asyncio.wait({running, self._late}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done() and self._late.exception() is None and self._late.result() is None:
                return await running
            if running.done():
                return running.result()
        finally:
            if not running.done():
                running.cancel()
                await asyncio.wait({running})
        error = self._late.exception()
        raise error if error else Fenced("the step was finished by another attempt while this one ran")

    def end(self) -> None:
        """No claim is needed any more."""
        if self._late and not self._late.done():
            self._late.cancel()
        elif self._late and not self._late.cancelled():
            self._late.exception()

    async def _claim_later(self) -> RecordedStep | None:
        await asyncio.sleep(LATE_CLAIM)
        return await self._claim()

    async def _claim(self) -> RecordedStep | None:
        scene = self._scene
        store = scene.workplace.store
        claim = Claim(scene.fence, scene.call.transition, scene.call.place, scene.workplace.worker, scene.trigger)
        return await store.do(store.steps.claim, claim)
