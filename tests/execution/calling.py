"""What stands outside in the tests of calls: it remembers every call, and workers that are lost while they make one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from loopstack_temporal.definition.session import EffectAnswer, EffectCall, session_of
from loopstack_temporal.machine.decisions import Fire
from tests.execution.conftest import Driver

Nothing = dict[str, Any]


@dataclass
class World:
    """What is outside: it remembers every call, and answers with their number."""

    keys: list[str] = field(default_factory=list[str])
    hang: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    answer: Callable[[int], Any] = lambda number: {"n": number}

    async def call(self, owner: object, request: Any = None, **how: Any) -> Any:
        """Call it from a workflow."""
        name = how.pop("name", "tool:post")
        return await session_of(owner, "effect").effect(EffectCall(name, request, **how), self.perform)

    async def perform(self, key: str) -> EffectAnswer:
        self.keys.append(key)
        number = len(self.keys)
        self.reached.set()
        if self.hang:
            await self.hang.wait()
        if self.error:
            raise self.error
        return EffectAnswer(self.answer(number), {"input_tokens": number})


async def lose(driver: Driver, fire: Fire, world: World, attempt: int = 1) -> None:
    """An attempt whose worker goes away in the middle of a call."""
    world.reached.clear()
    world.hang = asyncio.Event()
    lost = asyncio.create_task(driver.executor.step(driver.call(fire, attempt=attempt), driver.pulse))
    await world.reached.wait()
    lost.cancel()
    await asyncio.wait({lost})
    world.hang = None


async def opened(driver: Driver, name: str) -> Fire:
    fire = await driver.open(name)
    assert isinstance(fire, Fire)
    return fire
