"""Running author code: coroutines on the loop, plain functions in a thread, both within their limit."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from loopstack_temporal.errors import TransitionTimeout
from loopstack_temporal.execution.threads import GRACE, Leaks, Threads
from loopstack_temporal.tools.handler import use_threads


@dataclass(frozen=True, slots=True)
class Watch:
    """How a body is looked after while it runs."""

    threads: Threads
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
    body = asyncio.ensure_future(_contained(function, arguments, watch.threads))
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
            await _stop(body, watch.threads.leaks)


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


async def _contained(function: Callable[..., Any], arguments: dict[str, Any], threads: Threads) -> Any:
    use_threads(threads.run)  # Tools that are plain functions too: one that hangs takes no place away from others.
    try:
        if inspect.iscoroutinefunction(function):
            return await function(**arguments)
        return await threads.run(function, **arguments)
    except (SystemExit, KeyboardInterrupt) as error:
        # asyncio would end the whole worker for these two.
        raise RuntimeError(f"`{function.__name__}` raised {type(error).__name__}: {error}") from error


async def _stop(body: asyncio.Future[Any], leaks: Leaks) -> None:
    body.cancel()
    await asyncio.wait({body}, timeout=GRACE + 1)
    if not body.done():
        leaks.add()
        body.add_done_callback(_forget)


def _forget(body: asyncio.Future[Any]) -> None:
    if not body.cancelled():
        body.exception()


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
