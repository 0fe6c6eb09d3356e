"""L2: real worker processes, a real Temporal server and a real database, killed and stopped while many runs move."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

from pydantic_core import from_json
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from loopstack_temporal.errors import StoreUnavailable
from loopstack_temporal.machine.decisions import MOVE, RETRY
from loopstack_temporal.runs import Applied, Refused
from loopstack_temporal.store.records import Page, RunFilter, RunRow
from tests.faults.app import SEED
from tests.faults.checker import Evidence, Followed, violations
from tests.faults.clients import Click
from tests.faults.outside import FILE, calls_in
from tests.faults.trial import MAIN, Report, hurried_graphs_of
from tests.support.postgres import PostgresServer
from tests.support.stack import Program, Stack

_UNKNOWN = ("temporal_unreachable", "temporal_refused")
_STATUS = {
    WorkflowExecutionStatus.COMPLETED: "complete",
    WorkflowExecutionStatus.FAILED: "fail",
    WorkflowExecutionStatus.CANCELED: "cancel",
}


WORKER_KILLED = "worker killed"
WORKER_STOPPED = "worker stopped and woken"
TEMPORAL_KILLED = "Temporal killed"
POSTGRES_KILLED = "PostgreSQL killed"
OUR_KINDS = (WORKER_KILLED, WORKER_KILLED, WORKER_STOPPED, TEMPORAL_KILLED)


class Raid:
    """Many runs of one random application, and somebody who kills the processes under them.

    Only a PostgreSQL server that is given is killed.
    """

    def __init__(self, stack: Stack, seed: int, postgres: PostgresServer | None = None) -> None:
        self.stack = stack
        self.seed = seed
        self._postgres = postgres
        self.counts: Counter[str] = Counter()
        self.clicks: list[Click] = []
        self._rng = Random(seed)
        self._sent = 0
        self._outside = stack.folder / "outside.jsonl"

    async def run(self, *, runs: int, faults: int, limit: float, kinds: Sequence[str] = OUR_KINDS) -> Report:
        """Start `runs` runs, do `faults` things (of these kinds) to the processes, then wait for the ends.

        They are stuck when nothing moved for `limit` seconds.
        """
        began = time.monotonic()
        environment = {SEED: str(self.seed), FILE: str(self._outside)}
        worker = await self.stack.worker("tests.faults.app:app", **environment)
        for number in range(runs):
            await self.stack.start(MAIN, None, run_id=f"{self.stack.app}-{number}")
        answering = asyncio.create_task(self._answer())
        try:
            for _ in range(faults):
                await asyncio.sleep(self._rng.uniform(0.3, 2.0))
                await self._harm(worker, self._rng.choice(kinds))
            stuck = await self._ends(limit)
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
        await worker.stop()
        return replace(await self._judged(stuck), seconds=time.monotonic() - began)

    async def _harm(self, worker: Program, kind: str) -> None:
        self.counts[kind] += 1
        if kind == WORKER_KILLED:
            await worker.kill()
            await worker.start()
            await self.stack.working(worker)
        elif kind == TEMPORAL_KILLED:
            await self.stack.temporal.kill()
            await self.stack.temporal.start()
        elif kind == POSTGRES_KILLED:
            assert self._postgres is not None
            await asyncio.to_thread(self._postgres.stop, signal.SIGQUIT)
            await asyncio.sleep(self._rng.uniform(0, 2))
            await asyncio.to_thread(self._postgres.start)
        elif worker.running is not None:
            os.kill(worker.running.pid, signal.SIGSTOP)
            await asyncio.sleep(self._rng.uniform(0.5, 5.0))  # Beyond the heartbeat timeout, now and then.
            os.kill(worker.running.pid, signal.SIGCONT)

    async def _ends(self, limit: float) -> list[str]:
        deadline, before = time.monotonic() + limit, dict[str, int]()
        while open_runs := [row for row in await self._rows() if row.ended_at is None]:
            # Families grow to hundreds of runs, which take what time the machine has for them.
            if (now := {row.id: row.rev for row in open_runs}) != before:
                deadline, before = time.monotonic() + limit, now
            elif time.monotonic() > deadline:
                return [f"{row.id} is {row.status} at {row.place} before step {row.next_step}" for row in open_runs]
            await asyncio.sleep(0.2)
        deadline = time.monotonic() + limit
        # A row ends with the last step and its execution one task later, which needs the worker.
        while "running" in (await self._statuses(await self._rows())).values() and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        return []

    async def _rows(self) -> list[RunRow]:
        store = self.stack.store
        rows: list[RunRow] = []
        cursor: str | None = None
        while True:
            page: Page[RunRow] = await store.do(store.runs.page, RunFilter(), cursor, 200)
            rows += page.items
            if (cursor := page.next) is None:
                return rows

    async def _answer(self) -> None:
        """Everybody's answers, sometimes sent twice."""
        while True:
            # At once: a step that fails and is tried again keeps its answer waiting for seconds.
            with suppress(StoreUnavailable):
                await asyncio.gather(*map(self._visit, await self._rows()))
            await asyncio.sleep(0.1)

    async def _visit(self, row: RunRow) -> None:
        rng = self._rng
        people = [one.transition for one in row.awaiting if one.kind == "person"]
        if row.status == "failed" and row.can_retry:
            await self._send(row, RETRY, None)
        elif row.status == "waiting" and people:
            name, payload = rng.choice(people), f"a{rng.randrange(1_000_000)}"
            first = self._send(row, name, payload)
            await asyncio.gather(first, *([self._send(row, name, payload)] if rng.random() < 0.2 else []))
        elif row.status == "waiting" and not row.awaiting:
            await self._send(row, MOVE, {"place": "p1"})

    async def _send(self, row: RunRow, name: str, payload: Any) -> None:
        self._sent += 1
        click = Click(row.id, f"{row.id}#{self._sent}", name, payload, "update", row.next_step)
        self.clicks.append(click)
        click.outcome = "info"
        told = await self.stack.trigger(row.id, name, payload, id=click.id, at_step=row.next_step)
        store = self.stack.store
        step = told.step if isinstance(told, Applied) else await store.do(store.inbox.applied_step, row.id, click.id)
        if step is not None:  # As the API says it, which asks the inbox when the workflow does not know.
            click.outcome, click.step = "ok", step
        elif isinstance(told, Refused) and told.code not in _UNKNOWN:
            click.outcome, click.code = "fail", told.code

    async def _judged(self, stuck: list[str]) -> Report:
        store = self.stack.store
        rows = await self._rows()
        followed = [one async for one in self._followed(rows)]
        seen: list[tuple[str, int]] = []
        cursor: str | None = None
        while True:
            page, cursor = store.events.after(cursor, limit=500)
            seen += [(one.run_id, one.rev) for one in page if one.run_id is not None and one.rev is not None]
            if not page:
                break
        evidence = Evidence(
            graphs=hurried_graphs_of(self.seed),
            clicks=self.clicks,
            followed=followed,
            statuses={} if stuck else await self._statuses(rows),
            seen=seen,
            stuck=stuck,
            calls=calls_in(self._outside),
        )
        steps = sum(row.next_step for row in rows)
        found = violations(store.database, evidence)
        return Report(self.seed, found, self.counts, len(rows), steps, len(self.clicks))

    async def _statuses(self, rows: list[RunRow]) -> dict[str, str]:
        client = await self.stack.client()
        told: dict[str, str] = {}
        for row in rows:
            if row.temporal_run_id is not None:
                description = await client.get_workflow_handle(row.id).describe()
                told[row.id] = _STATUS.get(description.status or WorkflowExecutionStatus.RUNNING, "running")
        return told

    async def _followed(self, rows: list[RunRow]) -> AsyncGenerator[Followed]:
        """What the history of each run's last Temporal run says of its steps."""
        client = await self.stack.client()
        for row in rows:
            if row.temporal_run_id is None:
                continue
            history = await client.get_workflow_handle(row.id, run_id=row.temporal_run_id).fetch_history()
            scheduled: dict[int, str] = {}
            for event in history.events:
                if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                    scheduled[event.event_id] = event.activity_task_scheduled_event_attributes.activity_id
                elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                    done = event.activity_task_completed_event_attributes
                    number, _, name = scheduled[done.scheduled_event_id].partition("-")
                    answer = from_json(done.result.payloads[0].data)
                    if name and number.isdecimal() and answer.get("decision") is not None:
                        yield Followed(row.id, row.temporal_run_id, int(number), answer["decision"])
