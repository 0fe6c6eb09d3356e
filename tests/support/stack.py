"""Real processes for tests: a Temporal server, workers, an API, a database, each killable on its own."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import json
import os
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from uuid import uuid4

import httpx
from temporalio.client import Client

from loopstack_temporal.runs import Trigger, TriggerOutcome
from loopstack_temporal.store import migrate
from loopstack_temporal.store.records import RunRow
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal import process
from loopstack_temporal.temporal.cli_program import find_temporal_cli
from loopstack_temporal.temporal.client import TemporalRuns
from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from tests.support.events import events_of
from tests.support.ports import new_port
from tests.support.prefork import Forked, Preforked

ROOT = Path(__file__).parents[2]
APPS = "tests.support.apps:app"
LIMIT = 120.0
"""Seconds after which a wait is hopeless. Long, because it costs nothing while things work."""

PATH = os.pathsep.join([str(ROOT), str(ROOT / "api"), str(ROOT / "workers")])
PREFORKED = Preforked(ROOT, PATH)
TAKES_WORK = "takes work"
STEADY = {"LOOPSTACK_HEARTBEAT": "10"}
"""For a worker that no test kills: it may stall for some seconds without being given up."""

T = TypeVar("T")


@functools.cache
def temporal_program() -> Path:
    """The Temporal CLI; to look for it starts it once."""
    return find_temporal_cli()


async def eventually(
    look: Callable[[], Awaitable[T | None]] | Callable[[], T | None],
    *,
    limit: float = LIMIT,
    what: str = "the condition",
) -> T:
    """Look until there is something to see; fails after `limit` seconds."""
    deadline = time.monotonic() + limit
    while True:
        seen = look()
        found = cast("T | None", await seen if inspect.isawaitable(seen) else seen)
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} did not come true within {limit:g} s"
        await asyncio.sleep(0.02)


class TemporalServer(Protocol):
    """A Temporal service that tests may end and start again."""

    @property
    def address(self) -> str:
        """`host:port` for clients."""
        ...

    async def start(self) -> None:
        """Start it, or start it again."""
        ...

    async def stop(self) -> None:
        """End it in good order."""
        ...

    async def kill(self) -> None:
        """End it at once."""
        ...


@dataclass
class Program:
    """One of our processes."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    running: asyncio.subprocess.Process | Forked | None = None
    earlier: int = 0
    """How often it had said that it takes work before its last start."""

    async def start(self) -> None:
        """Start it, or start it again."""
        self.earlier = self.output.count(TAKES_WORK)
        if PREFORKED.knows(self.command, self.environment):
            self.running = await PREFORKED.start(self.command, self.environment, self.log)
            return
        with self.log.open("ab") as output:
            self.running = await process.spawn(self.command, environment=self.environment, folder=ROOT, output=output)

    async def kill(self) -> None:
        """SIGKILL, as the out-of-memory killer would."""
        if self.running:
            await process.kill(self.running)
            self.running = None

    async def stop(self) -> int:
        """SIGTERM; gives the exit status."""
        if not self.running:
            return 0
        status = await process.stop(self.running, grace=60)
        self.running = None
        return status

    @property
    def alive(self) -> bool:
        return self.running is not None and self.running.returncode is None

    async def died(self) -> int:
        """Wait until it ended by itself."""
        assert self.running
        return await asyncio.wait_for(self.running.wait(), LIMIT)

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@dataclass
class Stack:
    """One application on one database and one Temporal server."""

    temporal: TemporalServer
    database_url: str
    folder: Path
    app: str = field(default_factory=lambda: f"tests-{uuid4().hex[:8]}")
    programs: list[Program] = field(default_factory=list[Program])
    port: int = 0
    _client: Client | None = None
    _store: Store | None = None
    _http: httpx.AsyncClient | None = None

    @property
    def store(self) -> Store:
        """A reader of the database."""
        self._store = self._store or Store.open(self.database_url)
        return self._store

    async def client(self) -> Client:
        """A plain Temporal client."""
        self._client = self._client or await connect(ConnectionSettings(address=self.temporal.address))
        return self._client

    def environment(self, **more: str) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": PATH,
            "LOOPSTACK_DATABASE_URL": self.database_url,
            "LOOPSTACK_APP": APPS,
            "LOOPSTACK_TEST_APP": self.app,
            "TEMPORAL_ADDRESS": self.temporal.address,
            "LOOPSTACK_GRACEFUL_STOP": "2",
            "LOOPSTACK_HEARTBEAT": "3",
            **more,
        }

    async def worker(self, app: str = APPS, **environment: str) -> Program:
        """Start a worker process and wait until it takes work."""
        program = self.program(app, **environment)
        await program.start()
        await self.working(program)
        return program

    def program(self, app: str = APPS, **environment: str) -> Program:
        """A worker process that is not started yet."""
        return self._program("worker", [sys.executable, "-m", "loopstack_workers", app], environment)

    async def working(self, program: Program) -> None:
        """Wait until a (re)started worker takes work."""
        await eventually(
            lambda: program.output.count(TAKES_WORK) > program.earlier or not program.alive, what="the worker"
        )
        assert program.alive, program.output

    async def api(self, **environment: str) -> Program:
        """Start the API process and wait until it answers."""
        self.port = self.port or new_port()
        program = self._program(
            "api", [sys.executable, "-m", "loopstack_api"], {"LOOPSTACK_PORT": str(self.port), **environment}
        )
        await program.start()
        await self.serving(program)
        return program

    async def serving(self, program: Program) -> None:
        """Wait until a (re)started API answers."""

        async def answers() -> bool:
            assert program.alive, program.output
            try:
                return (await self.http.get("/api/v1/health")).status_code < 500
            except httpx.TransportError:
                return False

        await eventually(answers, what="the API")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def http(self) -> httpx.AsyncClient:
        """An HTTP client of the API."""
        self._http = self._http or httpx.AsyncClient(base_url=self.base_url, timeout=LIMIT)
        return self._http

    async def temporal_cli(self, *arguments: str, check: bool = True) -> Any:
        """Run the plain Temporal CLI; gives its JSON output, or its text where it has none."""
        command = [str(temporal_program()), *arguments, "--address", self.temporal.address, "-o", "json"]
        made = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await asyncio.wait_for(made.communicate(), LIMIT)
        if check:
            assert made.returncode == 0, err.decode()
            text = out.decode().strip()
            return json.loads(text) if text.startswith(("{", "[")) else text
        return made.returncode, out.decode(), err.decode()

    async def start(self, workflow: str, args: Any = None, run_id: str | None = None) -> str:
        """Start a run as the Temporal CLI does; gives its id."""
        run_id = run_id or f"{workflow}-{uuid4().hex[:8]}"
        client = await self.client()
        await client.start_workflow(workflow, args, id=run_id, task_queue=self.app)
        return run_id

    async def trigger(self, run_id: str, name: str, payload: Any = None, **more: Any) -> TriggerOutcome:
        """Answer a run as the API does."""
        runs = TemporalRuns(await self.client())
        return await runs.trigger(Trigger(run_id, name, payload, more.pop("id", None) or uuid4().hex, **more))

    async def signal(self, run_id: str, name: str, *args: Any) -> None:
        """Send a plain signal."""
        await (await self.client()).get_workflow_handle(run_id).signal(name, args=args)

    async def run_is(self, run_id: str, *statuses: str, place: str | None = None, limit: float = LIMIT) -> RunRow:
        """Wait until a run has one of these statuses (at `place`)."""

        def look() -> RunRow | None:
            row = self.store.runs.get(run_id)
            return row if row and row.status in statuses and place in (None, row.place) else None

        try:
            return await eventually(look, limit=limit)
        except AssertionError:
            logs = "\n".join(program.output[-2_000:] for program in self.programs)
            raise AssertionError(f"run {run_id} is {self.store.runs.get(run_id)}, not {statuses}\n{logs}") from None

    def texts(self, run_id: str) -> list[str]:
        """The markdown documents of a run, in feed order."""
        rows = self.store.documents.live(run_id)
        return [row.content["markdown"] for row in rows if row.name == "markdown"]

    def events(self, run_id: str) -> list[tuple[str, dict[str, Any]]]:
        """The events of a run, and a check that none is missing."""
        found = events_of(self.store, run_id)
        assert [event.rev for event in found] == list(range(1, len(found) + 1)), "events are not gapless"
        return [(event.type, dict(event.data)) for event in found]

    async def close(self) -> None:
        for program in reversed(self.programs):
            await program.kill()
        if self._http:
            await self._http.aclose()
        if self._store:
            self._store.close()

    def _program(self, name: str, command: list[str], environment: dict[str, str]) -> Program:
        log = self.folder / f"{name}-{len(self.programs)}.log"
        program = Program(name, command, self.environment(**environment), log)
        self.programs.append(program)
        return program


@contextlib.asynccontextmanager
async def stack_on(temporal: TemporalServer, database_url: str, folder: Path) -> AsyncGenerator[Stack]:
    """A stack without processes yet; everything it starts ends with it."""
    stack = Stack(temporal, database_url, folder)
    try:
        yield stack
    finally:
        await stack.close()


@contextlib.asynccontextmanager
async def stack_in(temporal: TemporalServer, folder: Path) -> AsyncGenerator[Stack]:
    """The same on an SQLite database of its own in a folder."""
    url = f"sqlite:///{folder / 'loopstack.db'}"
    migrate.upgrade(url)
    async with stack_on(temporal, url, folder) as stack:
        yield stack
