"""The claim: a short write that takes the step's fence and shows that the step runs.

A first attempt that ends within a quarter of a second never claims; that halves its commits. Every other attempt
claims before its body starts, so that an older one which still runs somewhere can no longer commit. So does one that
is about to call the outside world: whoever repeats it must see that.
"""

from __future__ import annotations

import asyncio

from loopstack_temporal.errors import Fenced
from loopstack_temporal.execution.scene import Scene
from loopstack_temporal.store.records import Claim, RecordedStep

LATE_CLAIM = 0.25
"""Seconds after which a first attempt claims while its body runs."""


def claims_first(scene: Scene) -> bool:
    """Whether this attempt has to claim before its body starts."""
    return scene.call.attempt > 1 or scene.call.try_no > 1 or scene.entered.claims > 0


class Claiming:
    """The claim of one attempt: made once, by whoever needs it first."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lock = asyncio.Lock()
        self._taken = False

    async def now(self) -> RecordedStep | None:
        """Take the fence, unless it is ours; gives the outcome if the step is finished already. Raises `Fenced`."""
        async with self._lock:
            if self._taken:
                return None
            recorded = await _claim(self._scene)
            self._taken = recorded is None
            return recorded

    async def late(self) -> None:
        """Claim while the body runs. Raises `Fenced` when there is no sense in going on with it."""
        if await self.now():
            raise Fenced("the step was finished by another attempt while this one ran")


async def _claim(scene: Scene) -> RecordedStep | None:
    store = scene.workplace.store
    wanted = Claim(
        scene.fence,
        scene.call.transition,
        scene.call.place,
        scene.workplace.worker,
        scene.trigger,
        scene.entered.failure_no,
    )
    return await store.do(store.steps.claim, wanted)
