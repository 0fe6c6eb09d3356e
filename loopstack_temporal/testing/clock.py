"""A clock on which waiting takes no time."""

from __future__ import annotations

import time


class SkippingClock:
    """Runs like the system's clock, and jumps ahead by every sleep."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since the epoch, as far ahead of the system as was slept."""
        return time.time() + self._ahead

    async def sleep(self, seconds: float) -> None:
        """Be so much later, now."""
        self._ahead += max(seconds, 0)
