"""Child processes: started so that they end with us, stopped by their own id, and free ports for them to listen on."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

_TETHER = Path(__file__).with_name("tether.py")


async def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    output: int | IO[bytes] = asyncio.subprocess.DEVNULL,
    line_limit: int = 1 << 20,
    inherits: Sequence[int] = (),
    private: bool = False,
) -> asyncio.subprocess.Process:
    """Start `command` in a session of its own, tied to this process (see `tether.py`).

    Standard error goes where `output` goes; `line_limit` is the longest line in bytes a reader of a pipe accepts;
    `inherits` are file descriptors that stay open in the child. Files that a `private` one makes are its owner's only.
    A command that cannot be run ends at once with status 127 and says why on its output.
    """
    tethered = [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), *command]
    return await asyncio.create_subprocess_exec(
        *tethered,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        cwd=folder,
        start_new_session=True,
        limit=line_limit,
        pass_fds=tuple(inherits),
        umask=0o077 if private else -1,
    )


class Process(Protocol):
    """What ending a process takes of it."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def terminate(self) -> None: ...
    async def wait(self) -> int: ...


async def stop(process: Process, *, grace: float = 10.0) -> int:
    """Ask `process` to end (SIGTERM), kill its whole session after `grace` seconds, and give its exit status."""
    if process.returncode is not None:
        return process.returncode
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        return await asyncio.wait_for(process.wait(), grace)
    except TimeoutError:
        return await kill(process)


async def kill(process: Process) -> int:
    """End `process` and everything in its session at once (SIGKILL), and give its exit status."""
    with suppress(ProcessLookupError, PermissionError):
        kill_session(process.pid)
    return await process.wait()


def kill_session(pid: int) -> None:
    """SIGKILL the process `pid`, started by `spawn`, and all it started; what `os.killpg` raises."""
    # `spawn` made the process the leader of a session and a group that carry its own id.
    os.killpg(pid, signal.SIGKILL)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on at this moment, chosen by the system."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def next_free_port(wanted: int, *, apart_from: Sequence[int] = (), tries: int = 100) -> int | None:
    """The first free port from `wanted` upwards that is not in `apart_from`, or None after `tries` ports."""
    last = min(wanted + tries, 65536)
    return next((port for port in range(wanted, last) if port not in apart_from and is_free(port)), None)
