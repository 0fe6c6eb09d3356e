"""Ports for the servers of tests, which nobody else takes between the choice and the start, or while a server is down.

They lie below those that the system gives to connections (from 32768 on), and each process of pytest-xdist has its own.
"""

from __future__ import annotations

import os
from random import SystemRandom

from loopstack_temporal.temporal import process

_FIRST, _EACH, _RANGES = 20_000, 1_500, 8
_given = set[int]()


def new_port() -> int:
    """A free port that this process was not given before."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST + _EACH * (worker % _RANGES)
    # At random: another run of the tests on this machine has the same ranges.
    ports = SystemRandom().sample(range(first, first + _EACH), _EACH)
    port = next(port for port in ports if port not in _given and process.is_free(port))
    _given.add(port)
    return port
