"""An event loop whose clock jumps: a trial of minutes takes milliseconds, and its order depends on its seed alone."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class StandsStill(AssertionError):
    """Nothing is ready, no timer is set, and the trial is not over."""


class _Jumping(selectors.SelectSelector):
    """Where the real selector would wait, the clock jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise StandsStill("everybody waits for somebody else")
        self.time += max(timeout, 0.0)
        return []  # There is nobody outside who could have something for us.


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time begins at zero. No thread and no socket may be waited for."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the loop was made, all of them skipped."""
        return self._jumping.time


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on a loop of its own and end what it left behind."""
    loop = VirtualLoop()
    loop.set_exception_handler(lambda _loop, _context: None)  # Attempts that died are nobody's to await.
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=600))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
