"""Which workers live. Asked by every list, so the answer is kept for a second."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loopstack_temporal.contracts.system import PoolHealth
from loopstack_temporal.definition.model import DEFAULT_POOL
from loopstack_temporal.store.records import WorkerRow
from loopstack_temporal.store.store import Store

KEPT_SECONDS = 1.0
REMEMBERED = timedelta(days=30)
"""How far back a worker's last sign of life is worth telling."""


@dataclass(frozen=True, slots=True)
class Crew:
    """All workers at one moment."""

    rows: Sequence[WorkerRow]

    def serving(self, app: str) -> frozenset[str]:
        """The pools of an app that have a worker which was seen in the last minute."""
        return frozenset(pool for one in self.rows if one.app == app and one.live for pool in _pools(one))

    def seen(self, app: str, pool: str) -> datetime | None:
        """When a worker of a pool was last seen."""
        return max((one.seen_at for one in self.rows if one.app == app and pool in _pools(one)), default=None)

    def pools(self) -> tuple[PoolHealth, ...]:
        """Workers by app and pool; pools whose workers are gone are listed with none."""
        found: dict[tuple[str, str], list[WorkerRow]] = {}
        for one in self.rows:
            for pool in _pools(one):
                found.setdefault((one.app, pool), []).append(one)
        return tuple(
            PoolHealth(
                app=app,
                pool=pool,
                workers=sum(one.live for one in rows),
                last_seen=max(one.seen_at for one in rows),
            )
            for (app, pool), rows in sorted(found.items())
        )


class Workers:
    """Reads the crew from SQL."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._crew: Crew | None = None
        self._read_at = 0.0

    async def crew(self) -> Crew:
        """All workers seen in the last 30 days, at most a second old."""
        now = asyncio.get_running_loop().time()
        if self._crew is None or now - self._read_at > KEPT_SECONDS:
            rows = await self._store.do(self._store.catalogue.workers, REMEMBERED)
            self._crew, self._read_at = Crew(rows), now
        return self._crew


def _pools(worker: WorkerRow) -> tuple[str, ...]:
    return worker.pools or (DEFAULT_POOL,)
