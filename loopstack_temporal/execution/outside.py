"""What one attempt has to do with the world outside: the calls it makes, and those who watch it."""

from __future__ import annotations

from dataclasses import dataclass

from loopstack_temporal.execution.claiming import Claiming
from loopstack_temporal.execution.effects import Journal
from loopstack_temporal.execution.live import LiveTexts
from loopstack_temporal.execution.scene import Scene


@dataclass(frozen=True, slots=True)
class Outside:
    """Both claim the step first, so that another attempt sees that there was one."""

    claiming: Claiming
    journal: Journal
    texts: LiveTexts

    @staticmethod
    def of(scene: Scene) -> Outside:
        """For one attempt; `close` it."""
        claiming = Claiming(scene)
        return Outside(claiming, Journal(scene, claiming), LiveTexts(scene, claiming))

    async def close(self) -> None:
        """The attempt is over."""
        await self.texts.close()
