"""The process that runs an application's steps: one Temporal worker per pool, and the duties around them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError
from temporalio.worker import Worker, WorkerDeploymentConfig

from loopstack_temporal.app.application import App
from loopstack_temporal.definition.model import DEFAULT_POOL
from loopstack_temporal.errors import Interrupted, LoopstackError
from loopstack_temporal.execution.executor import Executor
from loopstack_temporal.execution.scene import Workplace
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal import attributes
from loopstack_temporal.temporal.activities import Activities, Activity, Terms
from loopstack_temporal.temporal.client import TemporalRuns
from loopstack_temporal.temporal.compile import TidyMetadata, compile_workflow
from loopstack_temporal.temporal.pools import chosen_pools, queue_of
from loopstack_temporal.temporal.reconciler import Reconciler
from loopstack_temporal.temporal.settings import THROTTLE, Deployment, WorkerSettings

_log = logging.getLogger("loopstack.worker")

SEEN_EVERY = 10.0
HEARS_WITHIN = 0.1
"""Seconds for pollers to be told to stop: a few turns of the loop."""


@dataclass(slots=True)
class AppWorker:
    """Runs one application until it is told to stop."""

    app: App
    client: Client
    store: Store
    settings: WorkerSettings = field(default_factory=WorkerSettings)
    name: str = field(default_factory=lambda: f"{os.getpid()}@{socket.gethostname()}-{uuid4().hex[:6]}")

    async def run(self, stop: asyncio.Event, ready: asyncio.Event | None = None) -> None:
        """Publish the catalogue, take work until `stop`, then let running bodies finish.

        Raises `Interrupted` when it stops by itself, because too many bodies went on after their end.
        """
        catalogue_hash, content = self.app.catalogue()
        pools = chosen_pools(self.app, self.settings.pools)
        indexed = await attributes.register(self.client)
        runs = TemporalRuns(self.client)
        workplace = Workplace(self.app, self.store, self.name, catalogue_hash)
        executor = Executor(workplace, runs.current_run, grace=self.settings.unknown_grace)
        terms = Terms(indexed, self.settings.history_limit, self.settings.heartbeat)
        made = Activities(executor, terms)
        reconciler = Reconciler(self.app.name, self.name, self.client, runs, self.store, self.settings)
        with contextlib.suppress(RPCError):  # Then it is asked again before anything depends on it.
            await reconciler.is_at_home()
        workers = [self._worker(pool, made) for pool in pools]
        await self.store.do(self.store.catalogue.publish, self.app.name, catalogue_hash, content)
        duties = [
            asyncio.create_task(self._repeat(SEEN_EVERY, lambda: self._seen(catalogue_hash, pools))),
            asyncio.create_task(self._repeat(self.settings.starts_after / 4, reconciler.start_forgotten)),
            asyncio.create_task(self._repeat(self.settings.reconcile_every, reconciler.look)),
        ]
        try:
            async with contextlib.AsyncExitStack() as stack:
                for worker in workers:
                    await stack.enter_async_context(worker)
                await self._seen(catalogue_hash, pools)
                _log.info("worker %s takes work of app %s, pools %s", self.name, self.app.name, ", ".join(pools))
                if ready:
                    ready.set()
                drained = asyncio.create_task(workplace.leaks.full.wait())
                stopped = asyncio.create_task(stop.wait())
                await asyncio.wait({drained, stopped}, return_when=asyncio.FIRST_COMPLETED)
                drained.cancel()
                stopped.cancel()
                # All pools at once, and before the log says so: whoever reads it may rely on nothing new being taken.
                closing = [asyncio.create_task(worker.shutdown()) for worker in workers]
                await asyncio.wait(closing, timeout=HEARS_WITHIN)
                _log.info("worker %s stops: running steps get %g s", self.name, self.settings.graceful_stop)
            if not stop.is_set():  # Whoever restarts what failed has to see that it did.
                raise Interrupted(f"{workplace.leaks.count} bodies did not end when told to; the worker drained itself")
        finally:
            for duty in duties:
                duty.cancel()
            await asyncio.gather(*duties, return_exceptions=True)
            await reconciler.close()
            with contextlib.suppress(LoopstackError):
                await self.store.do(self.store.catalogue.worker_gone, self.name)

    def _worker(self, pool: str, made: Activities) -> Worker:
        settings = self.settings
        activities: list[Activity] = made.housekeeping()
        for definition in self.app.workflows.values():
            activities += made.steps(definition.name, definition.steps)
        common: dict[str, Any] = {
            # Every type in every pool: a run in flight may be on its way to the pool that its transition had before.
            "activities": activities,
            "task_queue": queue_of(self.app.name, pool),
            "max_concurrent_activities": settings.slots,
            "graceful_shutdown_timeout": timedelta(seconds=settings.graceful_stop),
            "max_heartbeat_throttle_interval": timedelta(seconds=THROTTLE),
            "identity": self.name,
            "deployment_config": _versioned(settings.deployment),
        }
        if pool != DEFAULT_POOL:
            return Worker(self.client, **common)
        return Worker(
            self.client,
            workflows=[compile_workflow(definition) for definition in self.app.workflows.values()],
            interceptors=[TidyMetadata()],
            max_concurrent_workflow_tasks=settings.local_slots,
            max_concurrent_local_activities=settings.local_slots,
            max_cached_workflows=settings.max_cached_workflows,
            # A run whose worker died goes on after this instead of after ten seconds.
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
            **common,
        )

    async def _repeat(self, seconds: float, duty: Any) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                work: Coroutine[Any, Any, None] = duty()
                await work
            except Exception as error:  # A duty that died silently would make a living worker look dead.
                _log.warning("worker %s: %s: %s", self.name, type(error).__name__, error)

    async def _seen(self, catalogue_hash: str, pools: Sequence[str]) -> None:
        store = self.store
        await store.do(store.catalogue.worker_seen, self.name, self.app.name, catalogue_hash, pools)


def _versioned(deployment: Deployment | None) -> WorkerDeploymentConfig | None:
    """Histories replay with every version, so by default a run goes on with the current one."""
    if deployment is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment.name, deployment.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED if deployment.pinned else VersioningBehavior.AUTO_UPGRADE,
    )
