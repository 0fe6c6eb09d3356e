"""Start our programs as forks of a process that has imported them: a worker is up in a tenth of the processor time.

A started program is a process of its own like any other, leader of a session, killed by its id. Only what `import` does
is shared, and importing our packages has no effects.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loopstack_temporal.temporal import process, tether

PROGRAMS = ("loopstack_workers", "loopstack_api")
_IMPORTED = ("loopstack_workers.main", "loopstack_api.main", "loopstack_temporal.temporal.worker", "loopstack_api.app")
LIMIT = 180.0
_READY = b"ready\n"


class Forked:
    """A program that runs; as much of `asyncio.subprocess.Process` as tests use."""

    def __init__(self, pid: int, status: asyncio.StreamReader, connection: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection
        self._ended = asyncio.create_task(self._watch(status))

    async def _watch(self, status: asyncio.StreamReader) -> int:
        line = await status.readline()
        self._connection.close()
        # Without a line the keeper was killed, and its program with it.
        self.returncode = int(line) if line else -signal.SIGKILL
        return self.returncode

    async def wait(self) -> int:
        """Wait for its end; gives the exit status."""
        return await asyncio.shield(self._ended)

    def terminate(self) -> None:
        """SIGTERM."""
        os.kill(self.pid, signal.SIGTERM)


class Preforked:
    """The process that programs are forked from; started with the first one."""

    def __init__(self, folder: Path, path: str) -> None:
        self._folder = folder
        self._path = path
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._started: asyncio.Task[None] | None = None

    def knows(self, command: Sequence[str], environment: Mapping[str, str]) -> bool:
        """Whether a command is one of our programs, as it is here: other code needs an interpreter of its own."""
        named = list(command[:2]) == [sys.executable, "-m"] and command[2] in PROGRAMS
        return hasattr(os, "fork") and named and environment.get("PYTHONPATH") == self._path

    async def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Forked:
        """Start `python -m PROGRAM …`; its output is added to `log`."""
        reader, writer = await asyncio.open_unix_connection(await self._address())
        asked = {"argv": list(command[2:]), "environment": dict(environment), "log": str(log)}
        writer.write(json.dumps(asked).encode() + b"\n")
        async with asyncio.timeout(LIMIT):
            pid = await reader.readline()
        assert pid, "the process that programs are forked from has ended"
        return Forked(int(pid), reader, writer)

    async def _address(self) -> str:
        if self._started is None:
            self._started = asyncio.create_task(self._start())
        await asyncio.shield(self._started)
        return self._socket

    async def _start(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="prefork-", ignore_cleanup_errors=True)
        started = await process.spawn(
            [sys.executable, "-m", __name__, self._socket],
            environment={**os.environ, "PYTHONPATH": self._path},
            folder=self._folder,
            output=asyncio.subprocess.PIPE,
        )
        assert started.stdout is not None
        async with asyncio.timeout(LIMIT):
            said = await started.stdout.readline()
        assert said == _READY, said + await started.stdout.read()

    @property
    def _socket(self) -> str:
        assert self._directory is not None
        return f"{self._directory.name}/socket"


# --- the process that is forked --------------------------------------------------------------------------------------


def serve(address: str) -> None:
    """Import everything, then fork a program for every request, until our parent is gone."""
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # Nothing of this is garbage, in no fork.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Keepers are nobody's concern.
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    sys.stdout.buffer.write(_READY)
    sys.stdout.flush()
    while True:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _keep(connection)
        connection.close()


def _keep(connection: socket.socket) -> None:
    """Fork the program, say its id, wait for its end, say its status. Has no other purpose, and never returns."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with connection.makefile("rwb") as talk:
            asked = json.loads(talk.readline())
            parent = os.getpid()
            leads, follows = os.pipe()
            pid = os.fork()
            if pid == 0:
                connection.detach()
                _run(asked, parent, follows)
            os.close(follows)
            os.read(leads, 1)  # Who kills a session that has no leader yet finds nobody.
            talk.write(f"{pid}\n".encode())
            talk.flush()
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            talk.write(f"{code}\n".encode())
    finally:
        os._exit(0)


def _run(asked: dict[str, Any], keeper: int, follows: int) -> None:
    """Become the program, leader of a session once `follows` is closed. Never returns."""
    os.setsid()
    os.close(follows)
    tether.tie(keeper)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.closerange(3, 256)
    os.environ.clear()
    os.environ.update(asked["environment"])
    module, *arguments = asked["argv"]
    sys.argv = [module, *arguments]
    code: Any = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as exit_:
        code = exit_.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
        code = 1
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    serve(sys.argv[1])
