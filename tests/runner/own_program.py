"""A program of one's own: two applications, their workers, the API and a route of its own, all in one process.

Put together from their parts on an engine that the program has for its own tables too.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys

import sqlalchemy as sa
from loopstack_api.app import create_app
from loopstack_api.server import Server
from loopstack_api.settings import Settings
from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, RunContext, StudioApp, transition, workflow
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.fastapi import RunnerDep, provide_runner
from loopstack_temporal.running.runner import WorkflowRunner
from loopstack_temporal.store.adopting import store_on
from loopstack_temporal.temporal.client import TemporalRuns
from loopstack_temporal.temporal.connection import connect
from loopstack_temporal.temporal.worker import AppWorker, WorkerSettings


class Item(BaseModel):
    name: str = "tea"


class Seen(BaseModel):
    orders: int = 0


@workflow(name="order")
class OrderWorkflow(BaseWorkflow[Item, Seen, str]):
    engine: sa.Engine

    @transition(to="packing")
    def note(self, state: Seen, ctx: RunContext[Item]) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO orders (name) VALUES (:name)"), {"name": ctx.args.name})
            state.orders = connection.execute(sa.text("SELECT count(*) FROM orders")).scalar_one()

    @transition(from_="packing", to="end", wait=True)
    async def pack(self, state: Seen, payload: str, ctx: RunContext[Item]) -> str:
        return f"{ctx.args.name} number {state.orders} packed by {payload}"


@workflow(name="order")
class OtherOrderWorkflow(BaseWorkflow[Item, Seen, str]):
    """Of the same name, in the other application."""

    @transition(to="end")
    async def refuse(self) -> str:
        return "we are closed"


async def main(prefix: str) -> None:
    engine = sa.create_engine(os.environ["LOOPSTACK_TEST_ENGINE"])
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE orders (name TEXT)"))
    shop = StudioApp(name=f"{prefix}-shop", title="Shop", workflows=[OrderWorkflow], providers=[engine])
    closed = StudioApp(name=f"{prefix}-closed", title="Closed shop", workflows=[OtherOrderWorkflow])

    store = store_on(engine)
    client = await connect(tolerant=True)
    runs = TemporalRuns(client)
    stop = asyncio.Event()
    apps = [resolve(shop), resolve(closed)]
    settings = WorkerSettings.from_environment()
    workers = [asyncio.create_task(AppWorker(app, client, store, settings).run(stop)) for app in apps]

    api = create_app(store, runs, Settings())
    provide_runner(api, WorkflowRunner(store=store, runs=runs))

    @api.post("/orders")
    async def order(runner: RunnerDep, item: Item) -> str:  # pyright: ignore[reportUnusedFunction]
        return (await runner.run(OrderWorkflow, item, app=shop, user_id="ann")).run_id

    @api.post("/orders/{run_id}/packed")
    async def packed(runner: RunnerDep, run_id: str, by: str) -> str:  # pyright: ignore[reportUnusedFunction]
        found = await runner.find(OrderWorkflow, run_id)
        await found.trigger("pack", by)
        return await found.result()

    @api.post("/closed")
    async def ask(runner: RunnerDep) -> str | None:  # pyright: ignore[reportUnusedFunction]
        return (await runner.run_sync(OtherOrderWorkflow, app=closed)).result

    await Server(api, host="127.0.0.1", port=int(os.environ["LOOPSTACK_PORT"])).serve()
    stop.set()
    await asyncio.gather(*workers)
    store.close()
    for app in apps:
        await app.aclose()
    with engine.connect() as connection:
        print("still mine:", connection.execute(sa.text("SELECT count(*) FROM orders")).scalar_one(), "orders")
    engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
    gc.collect()
    sys.stdout.flush()
    os._exit(0)
