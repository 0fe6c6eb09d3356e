"""The parts around the runs: database, Temporal, workers, counts."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import get_args

from loopstack_api.views.workers import Crew, Workers
from loopstack_temporal.contracts.base import RunStatus
from loopstack_temporal.contracts.system import Health, StoreHealth, System, SystemCounts, TemporalHealth
from loopstack_temporal.errors import Interrupted
from loopstack_temporal.runs import Runs
from loopstack_temporal.store.records import RunCounts
from loopstack_temporal.store.store import Store

STATUSES: tuple[RunStatus, ...] = get_args(RunStatus.__value__)


class SystemView:
    """Asks every part how it is."""

    def __init__(self, store: Store, runs: Runs, workers: Workers, *, version: str, build: str, web_url: str | None):
        self._store = store
        self._runs = runs
        self._workers = workers
        self._version = version
        self._build = build
        self._web_url = web_url

    async def health(self) -> Health:
        """Each part by itself, so that one that is down does not hide the others."""
        store, temporal = await asyncio.gather(self._store_health(), self._temporal())
        crew = await self._workers.crew() if store.reachable else Crew(())
        able = temporal.reachable and any(pool.workers for pool in crew.pools())
        status = "down" if not store.reachable else "ok" if able else "degraded"
        return Health(status=status, store=store, temporal=temporal, pools=crew.pools())

    async def system(self) -> System:
        """Everything for Home and its strip. Raises `StoreUnavailable`."""
        store, temporal = await asyncio.gather(self._store_health(), self._temporal())
        counts = await self._store.do(self._store.runs.counts)
        crew = await self._workers.crew()
        return System(
            version=self._version,
            build=self._build,
            server_time=datetime.now(UTC),
            temporal=temporal,
            store=store,
            pools=crew.pools(),
            counts=SystemCounts(
                waiting_for_person=counts.awaiting_person,
                failed=counts.by_status.get("failed", 0),
                statuses=by_status(counts),
            ),
        )

    async def _store_health(self) -> StoreHealth:
        kind = "postgresql" if self._store.database.postgres else "sqlite"
        started = time.perf_counter()
        try:
            await self._store.do(self._store.events.head)
        except Interrupted:
            return StoreHealth(kind=kind, reachable=False, latency_ms=None)
        return StoreHealth(kind=kind, reachable=True, latency_ms=round((time.perf_counter() - started) * 1000, 2))

    async def _temporal(self) -> TemporalHealth:
        return TemporalHealth(reachable=await self._runs.reachable(), web_url=self._web_url)


def by_status(counts: RunCounts) -> dict[RunStatus, int]:
    """Counts with a number for every status, also for those no run has."""
    return {status: counts.by_status.get(status, 0) for status in STATUSES}
