"""Run a command that cannot outlive the process which started it (a program of its own, standard library only).

    python -I -S tether.py <pid of the parent> <command> [argument ...]

Child processes get a session of their own, so that Ctrl-C in a terminal reaches only the parent and the parent can stop
its children in order. The price would be orphans when the parent is killed hard: a Temporal server that goes on holding
its port and its database file. Linux offers a signal for exactly this; it survives `exec`, so this program arranges it
and then becomes the command. Elsewhere the command simply runs.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def tie(parent: int) -> None:
    """Have this process ended by SIGTERM when its parent is gone; it exits if that has happened already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above could take effect
            sys.exit(1)


def main(arguments: list[str]) -> None:
    """Become the command in `arguments[1:]`, ended by SIGTERM when the process `arguments[0]` is gone."""
    parent, command = int(arguments[0]), arguments[1:]
    tie(parent)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
