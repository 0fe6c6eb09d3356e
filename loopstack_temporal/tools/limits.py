"""How often a tool's body is tried, and how long each try may take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from loopstack_temporal.errors import LoopstackError, ToolError
from loopstack_temporal.tools.base import ToolDefinition
from loopstack_temporal.tools.starting import starting

GRACE = 1.0
"""Seconds that a body gets to end once it was told to; then it is left behind."""

T = TypeVar("T")


async def attempted(definition: ToolDefinition, body: Callable[[], Awaitable[T]]) -> T:
    """Run a body as often and as long as its tool says.

    Only what is raised is tried again; an error that the tool reports in its result is its answer. A try that raises
    starts no run. Raises what the last try raised, and `ToolError` at the time limit.
    """
    failures = 0
    while True:
        try:
            with starting():
                return await limited(definition.name, definition.timeout, body)
        except LoopstackError as error:
            failures += 1
            if failures > definition.retry.attempts or not _curable(error):
                raise
        await asyncio.sleep(definition.retry.delay_before(failures))


async def limited(name: str, seconds: float | None, body: Callable[[], Awaitable[T]]) -> T:
    """Run a body and stop it after so many seconds. Raises `ToolError` then."""
    if seconds is None:
        return await body()
    task = asyncio.ensure_future(body())
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            return task.result()
        raise ToolError(f"The tool `{name}` did not end within its limit of {seconds:g} s.")
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=GRACE)
            task.add_done_callback(_forget)


def _curable(error: LoopstackError) -> bool:
    return isinstance(error, ToolError) and error.retryable


def _forget(task: asyncio.Task[T]) -> None:
    if not task.cancelled():
        task.exception()
