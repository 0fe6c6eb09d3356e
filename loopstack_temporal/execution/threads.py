"""Threads for authors' plain functions: used again and again, and left behind when one hangs in them."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import ctypes
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

GRACE = 5.0
"""Seconds that code gets to end once it was told to; then it is left behind."""

IDLE = 10.0
"""Seconds after which a thread that nobody needs ends."""


class Leaks:
    """Threads and tasks that did not stop when they were told to. At `limit` the worker should drain itself."""

    def __init__(self, limit: int = 10) -> None:
        self.limit = limit
        self.count = 0
        self.full = asyncio.Event()
        """Set when so many were left behind that the process should be replaced."""

    def add(self) -> None:
        """Count one more."""
        self.count += 1
        if self.count >= self.limit:
            self.full.set()


class Threads:
    """As many threads as calls at a time, so that one which never ends takes no place away from others.

    Starting a thread takes several times as long as handing a job to one that is there, and most guards are short.
    """

    def __init__(self, leaks: Leaks) -> None:
        self.leaks = leaks
        self._idle: list[_Thread] = []

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function in a thread. Raises what it raises.

        When the caller is canceled, the thread is interrupted and gets `GRACE` to end; its result is not used.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Any] = loop.create_future()
        try:
            thread = self._idle.pop()
        except IndexError:
            thread = _Thread(self._idle)
        context = contextvars.copy_context()

        def settle(value: Any, error: BaseException | None) -> None:
            if outcome.done():  # Canceled: the thread is being interrupted and does nothing else any more.
                return
            self._idle.append(thread)
            if error is None:
                outcome.set_result(value)
            else:
                outcome.set_exception(error)

        name = getattr(function, "__name__", "call")
        thread.jobs.put(_Job(lambda: context.run(function, *args, **kwargs), name, loop, settle))
        try:
            return await outcome
        except asyncio.CancelledError:
            if outcome.cancelled():  # Else it has ended this moment and may have another job.
                await thread.interrupt()
                if thread.is_alive():
                    self.leaks.add()
            raise


@dataclass(frozen=True, slots=True)
class _Job:
    call: Callable[[], Any]
    name: str
    loop: asyncio.AbstractEventLoop
    settle: Callable[[Any, BaseException | None], None]


class _Thread(threading.Thread):
    """Does one job after the other. A daemon: it may be left."""

    def __init__(self, idle: list[_Thread]) -> None:
        super().__init__(daemon=True, name="author-idle")
        self.jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._others = idle
        self._retired = False
        self.start()

    def run(self) -> None:
        try:
            while job := self._next():
                self.name = f"author-{job.name}"
                self._do(job)
                del job  # What it holds must not live on in an idle thread.
                self.name = "author-idle"
        except _Interrupted:  # Meant for the job, but it was over by then.
            return

    async def interrupt(self) -> None:
        """Raise in the thread at its next byte code, again and again until it is gone or the grace is over."""
        self._retired = True
        self.jobs.put(None)
        until = asyncio.get_running_loop().time() + GRACE
        while self.is_alive() and asyncio.get_running_loop().time() < until:
            if self.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(_Interrupted))
            await asyncio.sleep(0.05)

    def _next(self) -> _Job | None:
        while not self._retired:
            try:
                return self.jobs.get(timeout=IDLE)
            except queue.Empty:
                try:
                    self._others.remove(self)
                except ValueError:  # Somebody has taken it this moment: a job is coming.
                    continue
                return None
        return None

    def _do(self, job: _Job) -> None:
        try:
            result, error = job.call(), None
        except BaseException as raised:
            # Neither can travel through a future: one is refused, the other would look as if we had been canceled.
            odd = isinstance(raised, StopIteration | asyncio.CancelledError)
            result, error = None, RuntimeError(repr(raised)) if odd else raised
        with contextlib.suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            job.loop.call_soon_threadsafe(job.settle, result, error)


class _Interrupted(BaseException):
    """Raised inside a thread; a BaseException so that `except Exception` does not swallow it."""
