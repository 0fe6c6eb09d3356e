"""A command under test: its lines as they come, waited for with a limit."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def loopstack(*arguments: str) -> list[str]:
    """The command line of the `loopstack` of this checkout."""
    return [sys.executable, "-m", "loopstack_temporal.cli", *arguments]


def environment(**extra: str) -> dict[str, str]:
    """This process's variables with the checkout importable and `extra` on top."""
    path = os.pathsep.join(str(ROOT / name) for name in ("", "api", "workers"))
    before = extra.pop("PYTHONPATH", None)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOOPSTACK_DATA", "TEMPORAL_"))}
    return {**kept, "PYTHONPATH": f"{before}{os.pathsep}{path}" if before else path, **extra}


class Running:
    """A started command. `async with` makes sure that it and what it started are gone afterwards."""

    def __init__(self, command: Sequence[str], *, folder: Path, variables: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._command = command
        self._folder = folder
        self._variables = variables

    async def __aenter__(self) -> Running:
        self.process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._folder,
            env=dict(self._variables),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        await self._reader

    async def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while raw := await stream.readline():
            self.lines.append(raw.decode().rstrip())

    async def until(self, pattern: str, *, times: int = 1, limit: float = 180.0) -> re.Match[str]:
        """The match in the `times`-th line with `pattern`; AssertionError with all lines when it does not come."""
        try:
            async with asyncio.timeout(limit):
                while True:
                    found = [match for line in self.lines if (match := re.search(pattern, line))]
                    if len(found) >= times:
                        return found[times - 1]
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"no {pattern!r} within {limit} s in:\n" + "\n".join(self.lines)) from None

    async def ended(self, *, limit: float = 180.0) -> int:
        """The exit status, once the output is read to its end."""
        async with asyncio.timeout(limit):
            status = await self.process.wait()
            await self._reader
            return status


def alive(pid: int) -> bool:
    """Whether the process is there and not merely waiting to be collected by its parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def gone(pid: int, *, limit: float = 180.0) -> None:
    """Wait until the process is no more."""
    async with asyncio.timeout(limit):
        while alive(pid):
            await asyncio.sleep(0.02)
