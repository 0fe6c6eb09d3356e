"""Attempts that die at a failpoint, as a program: `python -m tests.store.dying URL`, orders on standard input.

One order per line: `RUN ATTEMPT ACT POINT`. For each a process is forked that does the act with the point armed to
kill; the answer is one line with its exit code, -9 for a killed one. `line:N` for a point is the line of the product
that the act executes as its Nth.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from types import FrameType
from typing import Any

from loopstack_temporal.failpoints import VARIABLE
from loopstack_temporal.machine.decisions import Fire, Parked
from loopstack_temporal.store.records import Claim, DocumentWrite, Entered, Fence, StepOutcome
from loopstack_temporal.store.store import Store
from tests.store.make import BROKEN


def attempt(store: Store, run: str, number: int) -> None:
    """Step 0 as a worker does it: enter, claim, commit three documents of one nonce."""
    nonce = f"nonce-{number}"
    entered = store.steps.enter(run, 0, "t1")
    if not isinstance(entered, Entered) or entered.recorded is not None:
        return
    fence = Fence(run, 0, entered.epoch, 1, number, nonce)
    if store.steps.claim(Claim(fence, "work", "start", "worker")) is not None:
        return
    documents = tuple(
        DocumentWrite(f"{run}-{nonce}-{one}", "note", key, {"text": nonce}) for one, key in enumerate(("a", None, "a"))
    )
    decision = Fire(transition="next", place="done")
    store.steps.finish(
        StepOutcome(fence, "committed", "work", "start", "done", decision, "running", documents=documents)
    )


def close(store: Store, run: str) -> None:
    """The interpreter gives up on step 0."""
    decision = Parked(place="start", code="timed_out", message="too long")
    fence = Fence(run, 0, 1, 1, 0, "")
    store.steps.finish(
        StepOutcome(fence, "closed", "work", "start", "start", decision, "failed", error=BROKEN, parked=True)
    )


def die_at_line(number: int) -> None:
    """Kill this process at the line of the product that it executes as its `number`th."""
    passed = itertools.count(1)

    def line(_frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line" and next(passed) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return line

    def call(frame: FrameType, _event: str, _argument: object) -> Any:
        return line if f"{os.sep}loopstack_temporal{os.sep}" in frame.f_code.co_filename else None

    sys.settrace(call)


def main(url: str) -> None:
    """Carry out the orders."""
    for line in sys.stdin:
        run, number, act, point = line.split()
        child = os.fork()
        if child == 0:
            where, _, at_line = point.partition(":")
            os.environ[VARIABLE] = "" if at_line else f"{where}=kill"
            store = Store.open(url)
            if at_line:
                die_at_line(int(at_line))
            if act == "attempt":
                attempt(store, run, int(number))
            else:
                close(store, run)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
