"""One trial: a seed in, violations out. The whole product but the server process, on the real store."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random

from pydantic_core import from_json

from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.execution.executor import Executor
from loopstack_temporal.execution.scene import Workplace
from loopstack_temporal.store.private import PrivateStores
from loopstack_temporal.store.records import RunRow
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.activities import Activities, Terms
from loopstack_temporal.temporal.compile import compile_workflow
from loopstack_temporal.temporal.connection import data_converter
from tests.faults import virtual
from tests.faults.attempts import HEARTBEAT, Bench
from tests.faults.checker import Evidence, Followed, violations
from tests.faults.clients import Client, Habits, Log
from tests.faults.flows import CHILD, GRANDCHILD, application
from tests.faults.graphs import Graph, random_graph
from tests.faults.injecting import Injector, ScheduledStore, armed
from tests.faults.outside import WORLD
from tests.faults.outside import World as Outside
from tests.faults.server import Server

MAIN = "main"
LONGEST_ZOMBIE = 400.0
LONGEST_DELAY = 6.0
STORES = PrivateStores()
"""Kept from trial to trial, because they know their statements as SQL text."""


@dataclass
class Report:
    """What a trial came to."""

    seed: int
    violations: list[str]
    counts: Counter[str] = field(default_factory=Counter[str])
    runs: int = 0
    steps: int = 0
    clicks: int = 0
    seconds: float = 0.0
    """How long it took by the clock on the wall."""


@dataclass(frozen=True)
class Aim:
    """A schedule aimed at one kind of mistake; what is `None` is drawn from the seed."""

    rate: float | None = None
    limit: int | None = None
    """Steps per Temporal run."""
    habits: Habits | None = None
    slow: float = 0.05
    """Seconds at most from asking Temporal which run is current to having the answer."""
    closes_wait: bool = False
    """Whether every close pauses between its look at the row and its write."""
    graph: Graph | None = None
    """The workflow of the runs."""
    people: type[Client] = Client
    """Who attends to the runs."""


@dataclass
class World:
    """The parts of one trial."""

    seed: int
    store: ScheduledStore
    server: Server
    bench: Bench
    injector: Injector
    graphs: dict[str, Graph]
    habits: Habits
    people: type[Client] = Client
    log: Log = field(default_factory=Log)
    outside: Outside = field(default_factory=Outside)
    seen: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    read: int = -1
    """The moment of which all events were read."""
    rows: dict[str, tuple[int, RunRow | None]] = field(default_factory=dict[str, tuple[int, "RunRow | None"]])

    def look(self, run_id: str) -> RunRow | None:
        """A run as it is now."""
        moment, row = self.rows.get(run_id, (-1, None))
        if moment != self.injector.moment:
            moment, row = self.rows[run_id] = self.injector.moment, self.store.runs.get(run_id)
        return row


def trial(seed: int, open_store: Callable[[], Store] | None = None, *, runs: int = 2, aim: Aim | None = None) -> Report:
    """Run the trial of a seed on a store in memory, or on the one that `open_store` gives."""
    began, store = time.monotonic(), (open_store or STORES.open)()
    try:
        return replace(virtual.run(_trial(seed, store, runs, aim or Aim())), seconds=time.monotonic() - began)
    finally:
        store.close()


async def _trial(seed: int, given: Store, runs: int, aim: Aim) -> Report:
    world = _world(seed, given, aim)
    WORLD.set(world.outside)
    with armed(world.injector), _quiet():
        await _live(world, runs)
    return _judged(world)


def hurried_graphs_of(seed: int) -> dict[str, Graph]:
    """The workflows of a trial by their names, with delays that real clocks can wait for."""
    return {name: graph.hurried(LONGEST_DELAY) for name, graph in _graphs(Random(seed)).items()}


def _graphs(rng: Random) -> dict[str, Graph]:
    return {
        MAIN: random_graph(rng, MAIN, asks=CHILD),
        CHILD: random_graph(rng, CHILD, child=True, asks=GRANDCHILD, often=0.3),
        GRANDCHILD: random_graph(rng, GRANDCHILD, child=True),
    }


def _reached(graphs: dict[str, Graph]) -> Generator[Graph]:
    """The workflows that runs of a trial can have: reading and compiling those that none has takes long."""
    name = MAIN
    while name:
        yield graphs[name]
        name = next((edge.asks or CHILD for edge in graphs[name].edges if edge.children), "")


def _world(seed: int, given: Store, aim: Aim) -> World:
    rng = Random(seed)
    graphs = _graphs(rng)
    if aim.graph is not None:
        graphs[MAIN] = aim.graph
    app = resolve(application("trial", list(_reached(graphs))))
    injector = Injector(Random(rng.random()))
    store = ScheduledStore(given.database, injector)
    converter = data_converter(tolerant=True)
    servers: list[Server] = []

    async def current(run_id: str) -> str | None:
        answer = await servers[0].current_run(run_id)
        await asyncio.sleep(injector.rng.random() * aim.slow)
        return answer

    executor = Executor(Workplace(app, store, "w1", "hash"), current, grace=0.0)
    made = Activities(executor, Terms(False, aim.limit or rng.choice((1, 3, 7, 500)), HEARTBEAT))
    functions = made.housekeeping()
    for definition in app.workflows.values():
        functions += made.steps(definition.name, definition.steps)
    bench = Bench(functions, converter, injector, Random(rng.random()))
    compiled = {name: compile_workflow(definition) for name, definition in app.workflows.items()}
    server = Server(compiled, bench, converter, Random(rng.random()), injector.counts)
    servers.append(server)
    bench.closes_wait = aim.closes_wait
    bench.rate = server.rate = rng.choice((0.0, 0.1, 0.3, 0.5)) if aim.rate is None else aim.rate
    habits = aim.habits or Habits(visits=rng.choice((4, 12, 25)), resets=rng.choice((0.0, 0.0, 0.06)))
    return World(seed, store, server, bench, injector, graphs, habits, aim.people)


async def _live(world: World, runs: int) -> None:
    """Start runs, attend to them and to their children until all have ended and nothing of them runs any more."""
    rng, server = Random(world.seed + 1), world.server
    reader = asyncio.create_task(_read(world, rng))
    attended: dict[str, asyncio.Task[None]] = {}
    for number in range(runs):
        server.start(f"r{number}", MAIN, [], {})
    while server.failure is None and not world.log.stuck:
        for run_id in list(server.executions):
            if run_id not in attended:
                client = world.people(server, world.log, Random(rng.random()), world.habits, world.look)
                attended[run_id] = asyncio.create_task(client.attend(run_id))
        await asyncio.sleep(0.5)
        if all(task.done() for task in attended.values()) and len(attended) == len(server.executions):
            break
    for task in attended.values():
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error
    if not world.log.stuck:
        await _settle(world)
    for task in attended.values():
        task.cancel()
    await world.server.close()
    reader.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reader
    world.read = -1
    _see(world, 10_000)


async def _settle(world: World) -> None:
    """What was left behind wakes up now; then nobody is there any more."""
    rows = {run_id: world.store.runs.get(run_id) for run_id in world.server.executions}
    world.log.revisions = {run_id: row.rev for run_id, row in rows.items() if row and row.ended_at}
    world.bench.rate = 0.0
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LONGEST_ZOMBIE
    while world.bench.left and loop.time() < deadline:
        await asyncio.sleep(1)


async def _read(world: World, rng: Random) -> None:
    while True:
        await asyncio.sleep(rng.random() * 3)
        _see(world, rng.randint(1, 50))


def _see(world: World, limit: int) -> None:
    """Read on where the stream was left, as a client that connects again does."""
    if world.read == world.injector.moment:
        return
    rows, world.log.cursor = world.store.events.after(world.log.cursor, limit=limit)
    world.read = world.injector.moment if len(rows) < limit else -1
    world.seen += [(row.run_id, row.rev) for row in rows if row.run_id is not None and row.rev is not None]


def _judged(world: World) -> Report:
    server, log = world.server, world.log
    evidence = Evidence(
        graphs=world.graphs,
        clicks=log.clicks,
        followed=[*_followed(world)],
        statuses={run_id: one.status for run_id, one in server.executions.items()},
        revisions=log.revisions,
        seen=world.seen,
        disturbed=frozenset(log.resets),
        stuck=log.stuck,
        calls=world.outside.calls,
        deeds=world.injector.deeds,
    )
    failed = [f"{type(server.failure).__name__}: {server.failure}"] if server.failure else []
    found = failed or violations(world.store.database, evidence)
    rows: list[RunRow] = [row for run_id in server.executions if (row := world.store.runs.get(run_id))]
    steps = sum(row.next_step for row in rows)
    return Report(world.seed, [*log.objections, *found], world.injector.counts, len(rows), steps, len(log.clicks))


def _followed(world: World) -> Generator[Followed]:
    for told in world.bench.told:
        number, _, name = told.asked.activity_id.partition("-")
        if told.asked.local:  # Its id does not say which step it is.
            number = str(from_json(told.asked.arguments[0].data).get("step"))
            name = told.asked.type if told.asked.type.startswith(f"{told.asked.workflow}.") else ""
        decision = from_json(told.result.data).get("decision") if name and number.isdecimal() else None
        if decision is not None:
            yield Followed(told.asked.workflow_id, told.asked.run_id, int(number), decision)


@contextmanager
def _quiet() -> Generator[None]:
    """Failures are the point here; nobody wants to read each of them."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def show(report: Report) -> str:
    """One line for people."""
    return f"seed {report.seed}: {report.runs} runs, {report.steps} steps, {sum(report.counts.values())} faults"
