"""Running author code: coroutines on the loop, plain functions in a thread, both within their limit."""

from __future__ import annotations

import asyncio
import contextvars
import ctypes
import inspect
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from loopstack_temporal.errors import TransitionTimeout

GRACE = 5.0
"""Seconds a canceled body gets to clean up before it is left behind."""


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


@dataclass(frozen=True, slots=True)
class Watch:
    """How a body is looked after while it runs."""

    leaks: Leaks
    stopping: threading.Event
    """Set before the body is told to stop."""
    limit: float | None = None
    """Seconds it may take."""
    late: Callable[[], Awaitable[None]] | None = None
    """Called once if the body still runs after `late_after` seconds; if it raises, the body is stopped."""
    late_after: float = 0.25


async def run_body(function: Callable[..., Any], arguments: dict[str, Any], watch: Watch) -> Any:
    """Call an author's method and wait for it.

    Raises what the body raises, `TransitionTimeout` at the limit, and `asyncio.CancelledError` if the caller is
    canceled; whatever the body does after that, its result is not used.
    """
    body = asyncio.ensure_future(_contained(function, arguments))
    try:
        await _watched(body, watch)
        if body.done():
            return body.result()
        raise TransitionTimeout(f"`{function.__name__}` did not end within its limit of {watch.limit:g} s")
    except asyncio.CancelledError:
        # Either we are canceled, or the body raised this by itself: then it is done and there is nothing to stop.
        if body.done() and not _being_cancelled():
            raise RuntimeError(f"`{function.__name__}` raised CancelledError although nobody canceled it") from None
        raise
    finally:
        if not body.done():
            watch.stopping.set()
            await _stop(body, watch.leaks)


async def _watched(body: asyncio.Future[Any], watch: Watch) -> None:
    """Wait for the body, at most to its limit."""
    left = watch.limit
    if watch.late and (left is None or left > watch.late_after):
        began = asyncio.get_running_loop().time()
        await asyncio.wait({body}, timeout=watch.late_after)
        if not body.done():
            await watch.late()
        left = None if left is None else max(left - (asyncio.get_running_loop().time() - began), 0)
    if not body.done():
        await asyncio.wait({body}, timeout=left)


async def _contained(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    try:
        if inspect.iscoroutinefunction(function):
            return await function(**arguments)
        return await _in_thread(function, arguments)
    except (SystemExit, KeyboardInterrupt) as error:
        # asyncio would end the whole worker for these two.
        raise RuntimeError(f"`{function.__name__}` raised {type(error).__name__}: {error}") from error


async def _in_thread(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """A thread of its own, so that one which never ends takes no slot away from others. Daemon: it may be left."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Any] = loop.create_future()

    def settle(value: Any, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is None:
            outcome.set_result(value)
        else:
            outcome.set_exception(error)

    def work() -> None:
        try:
            result, error = function(**arguments), None
        except BaseException as raised:
            # Neither can travel through a future: one is refused, the other would look as if we had been canceled.
            odd = isinstance(raised, StopIteration | asyncio.CancelledError)
            result, error = None, RuntimeError(repr(raised)) if odd else raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(work,), daemon=True, name=f"body-{function.__name__}")
    thread.start()
    try:
        return await outcome
    except asyncio.CancelledError:
        await _interrupt(thread)
        raise


async def _interrupt(thread: threading.Thread) -> None:
    """Raise in the thread at its next byte code, again and again until it is gone or the grace is over."""
    until = asyncio.get_running_loop().time() + GRACE
    while thread.is_alive() and asyncio.get_running_loop().time() < until:
        if thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Interrupted))
        await asyncio.sleep(0.05)
    if thread.is_alive():
        raise _LeftBehind


async def _stop(body: asyncio.Future[Any], leaks: Leaks) -> None:
    body.cancel()
    await asyncio.wait({body}, timeout=GRACE + 1)
    left = not body.done() or (not body.cancelled() and isinstance(body.exception(), _LeftBehind))
    if left:
        leaks.add()
        body.add_done_callback(_forget)


def _forget(body: asyncio.Future[Any]) -> None:
    if not body.cancelled():
        body.exception()


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class _Interrupted(BaseException):
    """Raised inside a body's thread; a BaseException so that `except Exception` does not swallow it."""


class _LeftBehind(Exception):
    """A thread that did not end."""
