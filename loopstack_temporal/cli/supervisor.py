"""Several children as one program: started in order, restarted on file change, stopped in the opposite order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from loopstack_temporal.cli.child import Child, ChildSpec, GaveUp
from loopstack_temporal.cli.console import Console

Changes = AsyncIterator[set[Path]]


class Supervisor:
    """Runs the children of `specs`.

    Args:
        specs: In starting order; they are stopped in the opposite order.
        console: Where their lines and ours go.
        on_ready: Called once when every child is ready, or waits for its broken files to change.
        changes: Sets of changed files; each set restarts the children that follow files.
        together: Children of one kind: stop all at once instead of one after the other.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        console: Console,
        *,
        on_ready: Callable[[], None] = lambda: None,
        changes: Changes | None = None,
        together: bool = False,
    ) -> None:
        self.children = [Child(spec, console) for spec in specs]
        self._console = console
        self._on_ready = on_ready
        self._changes = changes
        self._together = together
        self._asked = asyncio.Event()
        self._lives: list[asyncio.Task[None]] = []

    def ask_to_stop(self) -> None:
        """Begin an orderly stop; asked a second time, kill what still runs."""
        if self._asked.is_set():
            self._console.complain("Killing what still runs.")
            for child in self.children:
                child.kill()
            return
        self._console.say("Stopping … (Ctrl-C again to kill)")
        self._asked.set()

    async def run(self) -> int:
        """Run until asked to stop (status 0) or until a child keeps dying (status 1)."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.ask_to_stop)
        beside = [asyncio.create_task(self._start())]
        if self._changes is not None:
            beside.append(asyncio.create_task(self._follow(self._changes)))
        try:
            return await self._watch(beside)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._stop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def _watch(self, beside: Sequence[asyncio.Task[None]]) -> int:
        """Wait for the wish to stop, or for the first task that fails."""
        asked = asyncio.create_task(self._asked.wait())
        try:
            while not asked.done():
                watched = [asked, *beside, *self._lives]
                pending = [task for task in watched if not task.done()]
                await asyncio.wait(pending, timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
                for task in (*beside, *self._lives):
                    if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                        if not isinstance(error, GaveUp):
                            raise error
                        self._console.complain(str(error))
                        return 1
            return 0
        finally:
            asked.cancel()

    async def _start(self) -> None:
        for child in self.children:
            self._lives.append(asyncio.create_task(child.run()))
            if child.spec.needed_first:
                await child.ready.wait()
        for child in self.children:
            await _ready_or_broken(child)
        self._on_ready()

    async def _follow(self, changes: Changes) -> None:
        async for files in changes:
            names = ", ".join(sorted({path.name for path in files})[:3])
            more = f" and {len(files) - 3} more" if len(files) > 3 else ""
            for child in self.children:
                if child.spec.follows_files:
                    self._console.say(f"{names}{more} changed: restarting the {child.spec.name}.")
                    await child.restart()

    async def _stop(self) -> None:
        if self._together:
            await asyncio.gather(*(child.stop() for child in self.children))
        else:
            for child in reversed(self.children):
                await child.stop()
        for task in self._lives:
            with suppress(GaveUp):
                await task


async def _ready_or_broken(child: Child) -> None:
    waits = [asyncio.create_task(child.ready.wait()), asyncio.create_task(child.broken.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
