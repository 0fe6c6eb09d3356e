"""`loopstack cancel | pause | resume | retry RUN_ID`: what the studio's buttons do, from a terminal."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from uuid import uuid4

from loopstack_temporal.cli.data_folder import DEFAULT_DATA_FOLDER, database_url
from loopstack_temporal.control import Control, must_be_open, must_be_retryable
from loopstack_temporal.machine.decisions import PAUSE, RESUME, RETRY
from loopstack_temporal.runs import Applied, Sender, Trigger
from loopstack_temporal.store import migrate
from loopstack_temporal.store.records import RunRow
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.client import connect_runs

Move = Callable[[Control, RunRow, argparse.Namespace], Awaitable[str]]


def run(arguments: argparse.Namespace) -> int:
    """Do it, and say what became of it. Raises what `Control` raises: refusals, and `TemporalUnreachable`."""
    sys.stdout.write(f"{asyncio.run(_move(arguments))}\n")
    return 0


async def _move(arguments: argparse.Namespace) -> str:
    url = database_url(Path(DEFAULT_DATA_FOLDER))
    migrate.check(url)
    store = Store.open(url)
    try:
        async with connect_runs() as runs:
            control = Control(store, runs)
            return await _MOVES[arguments.move](control, await control.row(arguments.run_id), arguments)
    finally:
        store.close()


async def _cancel(control: Control, row: RunRow, arguments: argparse.Namespace) -> str:
    if row.status == "canceled":
        return f"Run {row.id} was canceled before."
    await control.cancel(row, _sender(arguments), arguments.reason)
    return f"Run {row.id} is asked to stop: its children end first, then it does."


async def _retry(control: Control, row: RunRow, arguments: argparse.Namespace) -> str:
    must_be_retryable(row)
    return await _delivered(control, row, RETRY, arguments, row.next_step)


async def _switch(name: str, control: Control, row: RunRow, arguments: argparse.Namespace) -> str:
    must_be_open(row)
    return await _delivered(control, row, name, arguments)


async def _delivered(
    control: Control, row: RunRow, name: str, arguments: argparse.Namespace, step: int | None = None
) -> str:
    outcome = await control.deliver(Trigger(row.id, name, None, uuid4().hex, step, _sender(arguments)))
    after = await control.row(row.id)
    if isinstance(outcome, Applied) or outcome.durable is False or after.rev > row.rev:
        return f"Run {row.id} is {after.status} at `{after.place}`."
    return f"Recorded for run {row.id}; a worker does it as soon as one runs."


def _sender(arguments: argparse.Namespace) -> Sender:
    return Sender(by=arguments.by or _person(), channel="cli")


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # An id without a name, as in a container.
        return "local"


_MOVES: Mapping[str, Move] = {
    "cancel": _cancel,
    "retry": _retry,
    "pause": partial(_switch, PAUSE),
    "resume": partial(_switch, RESUME),
}
