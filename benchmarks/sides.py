"""The two sides of every comparison, driven in the same way: the product and its hand-written twin."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import uuid4

from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.old import fill
from benchmarks.product import application, asked_of
from benchmarks.twin.activities import TwinActivities
from benchmarks.twin.messages import Answer, RunInput
from benchmarks.twin.sql import TwinStore
from benchmarks.twin.workflows import TwinAsk, TwinChain, TwinFan, TwinLoop, TwinNear, TwinOne
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.runs import Applied, Recorded, StartRun, Trigger
from loopstack_temporal.store.records import NewRun
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.client import TemporalRuns
from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from loopstack_temporal.temporal.worker import AppWorker

Shape = Literal["one", "chain", "near", "fan", "gather", "loop", "ask"]
SLOTS = 20
LIMIT = 30.0


class Side(Protocol):
    """What a measurement does with a side. A worker must be running, here or elsewhere."""

    async def start(self, shape: Shape, *, steps: int = 1, documents: int = 0) -> str:
        """Insert the run's row and start its Temporal workflow; gives the run's id."""
        ...

    async def finished(self, run_id: str) -> None:
        """Wait until the run has ended well; raises if it did not."""
        ...

    async def answer(self, run_id: str, n: int) -> None:
        """Answer a waiting run; returns when the answer's step is committed and the run waits again."""
        ...

    async def stop(self, run_id: str) -> None:
        """Let a waiting run end."""
        ...

    async def step_times(self, run_id: str) -> list[datetime]:
        """When each step was committed."""
        ...

    async def fill(self, runs: int, documents: int) -> None:
        """Put finished runs into the database, with so many documents each."""
        ...


@dataclass
class ProductSide:
    """The product, used as the API uses it."""

    client: Client
    store: Store
    app: str
    _next: dict[str, int] = field(default_factory=dict[str, int])

    async def start(self, shape: Shape, *, steps: int = 1, documents: int = 0) -> str:
        """See `Side.start`."""
        return await self.run(*asked_of(shape, steps, documents))

    async def run(self, workflow: str, args: dict[str, Any]) -> str:
        """Start a run of any workflow; gives its id."""
        run_id, token = str(uuid4()), uuid4().hex
        await self.store.do(
            self.store.runs.create, NewRun(run_id, self.app, workflow, "default", "local", args, start_token=token)
        )
        request = StartRun(run_id, self.app, workflow, args, token, "default", "local", "")
        outcome = await TemporalRuns(self.client).start(request)
        assert outcome == "started", outcome
        return run_id

    async def finished(self, run_id: str) -> None:
        """See `Side.finished`."""
        await self.client.get_workflow_handle(run_id).result()

    async def answer(self, run_id: str, n: int) -> None:
        """See `Side.answer`."""
        at_step = self._next.get(run_id) or await self.waiting(run_id, every=0.01)
        outcome = await TemporalRuns(self.client).trigger(
            Trigger(run_id, "answer", {"n": n}, uuid4().hex, at_step=at_step)
        )
        assert isinstance(outcome, Applied), outcome
        self._next[run_id] = outcome.step + 1

    async def stop(self, run_id: str) -> None:
        """See `Side.stop`."""
        await TemporalRuns(self.client).trigger(Trigger(run_id, "stop", None, uuid4().hex))
        await self.finished(run_id)

    async def say(self, run_id: str, text: str, at_step: int) -> None:
        """Send a message to a chat that waits for its step `at_step`; returns when that step is done, or takes long."""
        message = Trigger(run_id, "user_message", text, uuid4().hex, at_step=at_step)
        outcome = await TemporalRuns(self.client).trigger(message)
        assert isinstance(outcome, Applied | Recorded), outcome

    async def waiting(self, run_id: str, *, after: int = 0, every: float = 0.003) -> int:
        """Wait until a run awaits an answer, with more than `after` steps done; gives the number of the next one."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            row = await self.store.do(self.store.runs.get, run_id)
            if row is not None and row.status == "waiting" and row.next_step > after:
                return row.next_step
            await asyncio.sleep(every)
        raise TimeoutError(f"run {run_id} did not wait within {LIMIT:g} s")

    async def step_times(self, run_id: str) -> list[datetime]:
        """See `Side.step_times`."""
        found: list[datetime] = []
        cursor: str | None = None
        while True:
            page = await self.store.do(self.store.steps.page, run_id, cursor, 200)
            found += [row.ended_at for row in page.items if row.ended_at is not None]
            cursor = page.next
            if cursor is None:
                return found

    async def fill(self, runs: int, documents: int) -> None:
        """See `Side.fill`."""
        await asyncio.to_thread(fill, self.store.database, self.app, runs, documents)


@dataclass
class TwinSide:
    """The workflows written by hand. They share the client, and with it the connection and the data converter."""

    client: Client
    store: TwinStore
    queue: str

    async def start(self, shape: Shape, *, steps: int = 1, documents: int = 0) -> str:
        """See `Side.start`."""
        asked = RunInput(run_id=str(uuid4()), steps=steps, documents=documents)
        await self.store.do(self.store.create, asked.run_id, shape, asked.model_dump_json())
        # Written by hand there is one way to wait for children.
        name = "twin_fan" if shape == "gather" else f"twin_{shape}"
        await self.client.start_workflow(name, asked, id=asked.run_id, task_queue=self.queue)
        return asked.run_id

    async def finished(self, run_id: str) -> None:
        """See `Side.finished`."""
        await self.client.get_workflow_handle(run_id).result()

    async def answer(self, run_id: str, n: int) -> None:
        """See `Side.answer`."""
        handle = self.client.get_workflow_handle_for(TwinAsk.run, run_id)
        await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
            TwinAsk.answer, Answer(id=uuid4().hex, n=n)
        )

    async def stop(self, run_id: str) -> None:
        """See `Side.stop`."""
        await self.client.get_workflow_handle_for(TwinAsk.run, run_id).signal(TwinAsk.stop)
        await self.finished(run_id)

    async def step_times(self, run_id: str) -> list[datetime]:
        """See `Side.step_times`."""
        return await self.store.do(self.store.step_times, run_id)

    async def fill(self, runs: int, documents: int) -> None:
        """See `Side.fill`."""
        await self.store.do(self.store.fill, runs, documents)


@dataclass(frozen=True)
class Pair:
    """Both sides on one server and one database."""

    product: ProductSide
    twin: TwinSide


@asynccontextmanager
async def opened(address: str, database_url: str, name: str) -> AsyncGenerator[tuple[ProductSide, TwinSide]]:
    """Both sides without workers. `name` is the product's task queue; the twin's is `<name>-twin`."""
    store, twin_store = Store.open(database_url), TwinStore(database_url)
    try:
        await twin_store.do(twin_store.prepare)
        client = await connect(ConnectionSettings(address=address))
        yield ProductSide(client, store, name), TwinSide(client, twin_store, f"{name}-twin")
    finally:
        twin_store.close()
        store.close()


@asynccontextmanager
async def product_working(side: ProductSide) -> AsyncGenerator[None]:
    """A worker of the product in this process."""
    app = resolve(application(side.app))
    stop, ready = asyncio.Event(), asyncio.Event()
    worker = asyncio.create_task(AppWorker(app, side.client, side.store).run(stop, ready))
    watch = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({worker, watch}, return_when=asyncio.FIRST_COMPLETED)
        if worker.done():
            worker.result()
        yield
    finally:
        watch.cancel()
        stop.set()
        await worker
        await app.aclose()


@asynccontextmanager
async def twin_working(side: TwinSide) -> AsyncGenerator[None]:
    """A worker of the twin in this process, with the product's numbers of slots."""
    made = TwinActivities(side.store)
    async with Worker(
        side.client,
        task_queue=side.queue,
        workflows=[TwinOne, TwinChain, TwinNear, TwinFan, TwinLoop, TwinAsk],
        activities=[made.tick, made.count, made.answer],
        max_concurrent_activities=SLOTS,
        max_concurrent_workflow_tasks=SLOTS,
        max_cached_workflows=1_000,
        graceful_shutdown_timeout=timedelta(seconds=5),
    ):
        yield


@asynccontextmanager
async def working(address: str, database_url: str, name: str) -> AsyncGenerator[Pair]:
    """Both sides with their workers in this process."""
    async with opened(address, database_url, name) as (product, twin), product_working(product), twin_working(twin):
        yield Pair(product, twin)
