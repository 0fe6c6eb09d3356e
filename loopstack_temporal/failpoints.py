"""Named places where a test may make this process die, stop, fail or wait. Without the variable every call is a no-op.

`LOOPSTACK_FAILPOINTS="commit.before_commit=kill@3;act.start=error"`: on the third hit of the first point the process
kills itself with SIGKILL; every hit of the second raises. Actions: `kill`, `stop` (SIGSTOP), `error`, `sleep:SECONDS`.
A production start refuses the variable (`refuse_in_production`).
"""

from __future__ import annotations

import functools
import os
import signal
import threading
import time
from dataclasses import dataclass

from loopstack_temporal.errors import Interrupted, SetupError

VARIABLE = "LOOPSTACK_FAILPOINTS"


@dataclass(frozen=True, slots=True)
class _Point:
    action: str
    argument: str
    at: int | None
    """Only this hit, counted from 1; `None`: every hit."""


@functools.cache
def _armed() -> dict[str, _Point]:
    return _parse(os.environ.get(VARIABLE, ""))


def _parse(text: str) -> dict[str, _Point]:
    points: dict[str, _Point] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, _, what = part.partition("=")
        what, _, count = what.partition("@")
        action, _, argument = what.partition(":")
        points[name] = _Point(action, argument, int(count) if count else None)
    return points


_hits: dict[str, int] = {}
_lock = threading.Lock()


def hit(name: str) -> None:
    """Pass the failpoint `name`. The variable is read once per process: every step comes by here seven times."""
    point = _armed().get(name)
    if point is None:
        return
    with _lock:
        _hits[name] = _hits.get(name, 0) + 1
        due = point.at is None or _hits[name] == point.at
    if due:
        _act(name, point)


def _act(name: str, point: _Point) -> None:
    if point.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif point.action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif point.action == "sleep":
        time.sleep(float(point.argument))
    else:
        raise Interrupted(f"failpoint `{name}`")


def refuse_in_production(environment: str | None) -> None:
    """Raise `SetupError` when failpoints are armed and the environment is called `production`."""
    if environment == "production" and os.environ.get(VARIABLE):
        raise SetupError(
            f"`{VARIABLE}` is set: it makes this process fail on purpose. Unset it.", code="failpoints_armed"
        )
