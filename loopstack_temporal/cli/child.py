"""One supervised process: started, read, restarted when it dies, stopped when told."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from loopstack_temporal.cli.console import Console
from loopstack_temporal.errors import SetupError
from loopstack_temporal.temporal import process

CANNOT_START = 2
"""The exit status of a process that says itself that starting it again is of no use."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How patiently a dying child is started again. Times in seconds."""

    first: float = 0.5
    longest: float = 8.0
    quick: float = 10.0
    """A life shorter than this is a quick death."""
    give_up_after: int = 5
    """So many quick deaths in a row end the attempt."""

    def delay(self, deaths: int) -> float:
        """The pause before the next start after `deaths` quick deaths in a row."""
        return min(self.first * 2 ** (deaths - 1), self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """What to run and how to treat it."""

    name: str
    """Short; the prefix of its lines."""
    command: Sequence[str]
    environment: Mapping[str, str]
    probe: Callable[[], Awaitable[None]] | None = None
    """Returns once the child serves; SetupError when it takes too long."""
    ready_line: re.Pattern[str] | None = None
    """A line of output that says the child is ready; living for `settle` seconds says so too."""
    settle: float = 10.0
    needed_first: bool = False
    """Whether the children after it start only when it is ready."""
    follows_files: bool = False
    """Started again when files change; after a failed start it waits for the next change."""
    grace: float = 10.0
    """Seconds between asking it to stop and killing it."""
    quiet: bool = False
    """Whether only what it writes while it serves is shown; the rest comes out if it dies."""
    inherits: Sequence[int] = ()
    """File descriptors that stay open in it, such as a lock."""
    private: bool = False
    """Whether only its owner may read the files it makes."""
    backoff: Backoff = field(default_factory=Backoff)


class GaveUp(SetupError):
    """A child died too often; the message ends with its last lines."""

    code = "process_keeps_dying"


class Child:
    """Keeps the process of one spec alive until `stop`; `run` is its whole life."""

    def __init__(self, spec: ChildSpec, console: Console) -> None:
        self.spec = spec
        self.ready = asyncio.Event()
        """Set while the process serves."""
        self.broken = asyncio.Event()
        """Set while a failed start waits for the next change of a file."""
        self._console = console
        self._process: asyncio.subprocess.Process | None = None
        self._last_lines: deque[str] = deque(maxlen=20)
        self._wake = asyncio.Event()
        self._stopping = False
        self._restarting = False
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def run(self) -> None:
        """Start the process again and again until `stop` was called; raises GaveUp after too many quick deaths."""
        while not self._stopping:
            self._wake.clear()
            began = time.monotonic()
            status, was_ready = await self._live()
            if self._stopping:
                return
            if self._restarting:
                self._restarting, self._deaths = False, 0
                continue
            await self._recover(status, was_ready, lived=time.monotonic() - began)

    async def restart(self) -> None:
        """Stop the process; `run` starts it again at once, also out of a pause."""
        self._restarting = self.pid is not None
        self._deaths = 0
        self._wake.set()
        if self._process is not None and self._restarting:
            await process.stop(self._process, grace=self.spec.grace)

    async def stop(self) -> None:
        """Stop the process for good."""
        self._stopping = True
        self._wake.set()
        if self._process is not None:
            await process.stop(self._process, grace=self.spec.grace)

    def kill(self) -> None:
        """End the process at once, without waiting for it."""
        self._stopping = True
        self._wake.set()
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                process.kill_session(pid)

    async def _live(self) -> tuple[int, bool]:
        """One life of the process: its exit status and whether it was ever ready."""
        self._last_lines.clear()
        self.broken.clear()
        started = await process.spawn(
            self.spec.command,
            environment=self.spec.environment,
            output=asyncio.subprocess.PIPE,
            inherits=self.spec.inherits,
            private=self.spec.private,
        )
        self._process = started
        if self._stopping:  # told to stop while the process was being made
            await process.kill(started)
        reader = asyncio.create_task(self._read(started))
        watcher = asyncio.create_task(self._become_ready(started))
        try:
            status = await started.wait()
            # Something the child started may hold the pipe open for longer than the child lives.
            await asyncio.wait([reader], timeout=1.0)
            return status, self.ready.is_set()
        finally:
            self.ready.clear()
            reader.cancel()
            watcher.cancel()
            await asyncio.gather(reader, watcher, return_exceptions=True)

    async def _read(self, started: asyncio.subprocess.Process) -> None:
        if started.stdout is None:
            return
        while True:
            try:
                raw = await started.stdout.readline()
            except ValueError:  # a line longer than the limit; the reader has dropped it
                self._show("… (a line of more than 1 MB)")
                continue
            if not raw:
                return
            text = raw.decode(errors="replace").rstrip()
            if self.spec.ready_line is not None and self.spec.ready_line.search(text):
                self.ready.set()
            self._show(text)

    def _show(self, text: str) -> None:
        if text:
            self._last_lines.append(text)
        serving = self.ready.is_set() and not self._stopping and not self._restarting
        if text and (serving or not self.spec.quiet):
            self._console.line(self.spec.name, text)

    async def _become_ready(self, started: asyncio.subprocess.Process) -> None:
        if self.spec.probe is None:
            await asyncio.sleep(self.spec.settle)
        else:
            try:
                await self.spec.probe()
            except SetupError as error:
                # A process that neither serves nor ends is of no use; its death is handled like any other.
                self._console.complain(str(error))
                await process.stop(started, grace=self.spec.grace)
                return
        if started.returncode is None:
            self.ready.set()

    async def _recover(self, status: int, was_ready: bool, *, lived: float) -> None:
        name = self.spec.name
        if self.spec.follows_files and not was_ready and status > 0:
            self._console.complain(f"The {name} could not start; it tries again when a file changes.")
            self.broken.set()
            await self._wake.wait()
            return
        if status == CANNOT_START:  # However long it took to find out: on a busy machine it counts as ready by then.
            lines = "\n".join(f"  {line}" for line in self._last_lines)
            raise GaveUp(f"The {name} cannot start:\n{lines}")
        self._deaths = self._deaths + 1 if lived < self.spec.backoff.quick else 1
        if self._deaths >= self.spec.backoff.give_up_after:
            lines = "\n".join(f"  {line}" for line in self._last_lines)
            raise GaveUp(
                f"The {name} ended {self._deaths} times in a row right after its start ({_ending(status)}). "
                f"Its last lines:\n{lines}"
            )
        if self.spec.quiet and not was_ready:
            for line in self._last_lines:
                self._console.line(name, line)
        delay = self.spec.backoff.delay(self._deaths)
        self._console.complain(f"The {name} ended unexpectedly ({_ending(status)}); starting it again in {delay:g} s.")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), delay)


def _ending(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
