"""Attempts that die at a failpoint, as a program: `python -m tests.store.dying URL`, orders on standard input.

One order per line: `RUN ATTEMPT ACT POINT`. For each a process is forked that does the act and dies at the point; the
answer is one line with its exit code, 0 for one that got through. Points: a failpoint's name; `line:N`, the Nth
line of the product that the act comes to; `call:N`, its Nth system call, which is not made any more;
`after:SECONDS`. The act `warm` is done by this process itself: what it compiles and caches its children inherit, so
that an attempt takes milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from types import CodeType, FrameType
from typing import Any

from loopstack_temporal import failpoints
from loopstack_temporal.machine.decisions import Fire, Parked
from loopstack_temporal.store.bell import Bell
from loopstack_temporal.store.records import Claim, DocumentWrite, Entered, Fence, StepOutcome
from loopstack_temporal.store.store import Store
from tests.store.make import BROKEN

_TRACE_ME, _NEXT_CALL = 0, 24
"""Requests of `ptrace`: let the parent watch; go on to the next entry into a system call or return from one."""


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
    """Kill this process when it comes to the `number`th line of the product that it has not executed before."""
    passed: set[tuple[CodeType, int]] = set()

    def line(frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            passed.add((frame.f_code, frame.f_lineno))
            if len(passed) == number:
                os.kill(os.getpid(), signal.SIGKILL)
        return line

    def call(frame: FrameType, _event: str, _argument: object) -> Any:
        return line if f"{os.sep}loopstack_temporal{os.sep}" in frame.f_code.co_filename else None

    sys.settrace(call)


def be_watched() -> None:
    """Stop here until the parent counts the system calls."""
    _ptrace(_TRACE_ME, 0, 0)
    os.kill(os.getpid(), signal.SIGSTOP)


def kill_at_call(child: int, number: int) -> int:
    """Kill a child that is watched when it enters its `number`th system call. Gives how it ended, as `waitpid` does."""
    _, status = os.waitpid(child, 0)  # It has stopped itself.
    stops = deliver = 0
    while os.WIFSTOPPED(status):
        if stops == 2 * number - 1:  # Each call stops twice: when it is entered, and when it returns.
            os.kill(child, signal.SIGKILL)
        else:
            _ptrace(_NEXT_CALL, child, deliver)
        _, status = os.waitpid(child, 0)
        trapped = os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGTRAP
        stops, deliver = stops + trapped, 0 if trapped else os.WSTOPSIG(status)
    return status


def _ptrace(request: int, process: int, data: int) -> None:
    trace = ctypes.CDLL(None, use_errno=True).ptrace
    trace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    trace.restype = ctypes.c_long
    if trace(request, process, None, data) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace({request}) was refused")


def _act(store: Store, run: str, number: int, act: str) -> None:
    if act == "close":
        close(store, run)
    else:
        attempt(store, run, number)


def _fork(store: Store, run: str, number: int, act: str, point: str) -> int:
    """The exit code of a child that died, or did not."""
    kind, _, at = point.partition(":")
    child = os.fork()
    if child == 0:
        _be_born(store, "" if at else f"{kind}=kill")
        if kind == "line":
            die_at_line(int(at))
        elif kind == "call":
            be_watched()
        elif kind == "after":
            signal.setitimer(signal.ITIMER_REAL, float(at))  # Nobody handles it: the kernel ends the process.
        _act(store, run, number, act)
        os._exit(0)
    status = kill_at_call(child, int(at)) if kind == "call" else os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status)


def _be_born(store: Store, points: str) -> None:
    """What a fork takes along and must not: whether failpoints are armed, and the parent's bell, which is a thread."""
    os.environ[failpoints.VARIABLE] = points
    vars(failpoints)["_armed"].cache_clear()
    if store.database.postgres:
        store.database.bell = Bell(store.database.apart)


def main(url: str) -> None:
    """Carry out the orders."""
    store = Store.open(url)
    store.database.bell = None
    for line in sys.stdin:
        run, number, act, point = line.split()
        if act == "warm":
            attempt(store, run, int(number))
            store.database.close()  # Its connections: a child has to make its own.
            print(0, flush=True)
        else:
            print(_fork(store, run, int(number), act, point), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
