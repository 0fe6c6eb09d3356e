"""Brings rows and workflows together again that events outside of them drove apart, so that no run *runs* for ever.

Every worker has one; a lease lets one at a time work. The lease only saves work: what is written compares the row with
what was seen, starts and cancels can be repeated, and a report that comes twice changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from loopstack_temporal.errors import Conflict, ErrorInfo, Fenced, LoopstackError, NotFound
from loopstack_temporal.runs import Refused, Sender
from loopstack_temporal.store.reconciling import ORPHANED_BY
from loopstack_temporal.store.records import Ending, RunRow, TemporalHome, Watched
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.client import TemporalRuns
from loopstack_temporal.temporal.outside import Loss, Outside
from loopstack_temporal.temporal.settings import WorkerSettings

SWEPT = 200
"""Open runs that one round asks Temporal about, beside those under suspicion."""

AT_ONCE = 8
OVERLAP = timedelta(seconds=60)
"""How late Temporal's index of closed workflows may be, and clocks apart."""

_log = logging.getLogger("loopstack.worker")


class Reconciler:
    """Looks after the runs of one app. The methods are duties to be repeated; each does nothing without the lease."""

    def __init__(
        self, app: str, owner: str, client: Client, runs: TemporalRuns, store: Store, settings: WorkerSettings
    ) -> None:
        self._app = app
        self._owner = owner
        self._runs = runs
        self._store = store
        self._settings = settings
        self._outside = Outside(client, app)
        self._lease = f"reconcile:{app}"
        self._lease_seconds = 3 * max(settings.reconcile_every, settings.starts_after / 4)
        self._suspects: dict[str, tuple[Watched, Loss]] = {}
        self._swept_to = ""
        self._strange: tuple[TemporalHome, TemporalHome] | None = None
        """Where the runs live and where we are instead, as it was said last."""
        self._since = datetime.now(UTC)

    async def start_forgotten(self) -> None:
        """Start runs whose row exists but no workflow: the API or a parent died, or Temporal was away."""
        if not await self._is_mine():
            return
        store = self._store
        try:
            if not await self.is_at_home():
                return
            rows = await store.do(store.runs.unstarted, self._settings.starts_after, app=self._app)
            for row in rows:
                if row.start_token is not None:
                    await self._start(row)
        except (RPCError, RuntimeError) as error:
            self._cannot_ask(error)

    async def look(self) -> None:
        """One round: end what two rounds saw lost, cancel what nobody waits for, tell parents what they missed.

        Also forget the keys of requests whose answers are not repeated any more.
        """
        if not await self._is_mine():
            self._suspects.clear()
            return
        await self._store.do(self._store.idempotency.prune)
        try:
            if not await self.is_at_home():
                self._suspects.clear()
                return
            await self._judge(await self._to_look_at())
            await self._cancel_unwanted()
            await self._cancel_again()
            await self._tell_parents()
        except (RPCError, RuntimeError) as error:
            self._cannot_ask(error)

    async def is_at_home(self) -> bool:
        """Whether the runs of the database live in the Temporal we are connected to; if not, that is said once.

        Nothing that is seen elsewhere tells what became of a run, and no run is started there. Raises `RPCError`.
        """
        here = await self._outside.here()
        home = await self._store.do(self._store.homes.settle, here)
        strange = None if home.id == here.id else (home, here)
        if strange not in (None, self._strange):
            _log.warning(
                "The runs of this database live in Temporal %s, but this worker is connected to %s, which is another "
                "one: no run is ended, started or repaired from here. Correct TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE or "
                "temporal.toml; if the runs have moved, or their Temporal is lost, run `loopstack db adopt-namespace`.",
                home.name,
                here.name,
            )
        self._strange = strange
        return strange is None

    async def close(self) -> None:
        """Let another worker go on at once."""
        with contextlib.suppress(LoopstackError):
            await self._store.do(self._store.leases.give_back, self._lease, self._owner)

    # --- runs without a workflow -------------------------------------------------------------------------------------

    async def _start(self, row: RunRow) -> None:
        wanted = await self._is_wanted(row)
        if wanted is None:
            return
        if not wanted:
            await self._end_unstarted(row, Ending("canceled"))
            return
        outcome = await self._runs.start(row.starting())
        if outcome == "started":
            _log.info("run %s was never started; started it now", row.id)
        elif isinstance(outcome, Refused) and outcome.code != "temporal_refused":
            # It will never start. (What an operator can repair must not end people's runs.)
            error = ErrorInfo(outcome.code, "StartRefused", outcome.message)
            await self._end_unstarted(row, Ending("failed", error=error))
        elif isinstance(outcome, Refused):
            _log.warning("run %s cannot be started: %s", row.id, outcome.message)

    async def _is_wanted(self, row: RunRow) -> bool | None:
        """Whether a run shall begin still; `None`: that is known only when its parent's fate is.

        It shall not if it was canceled, or if the step that asked for it does not count any more.
        """
        if row.superseded or row.cancel_requested:
            return False
        if row.parent_id is None:
            return True
        store = self._store
        parent = await store.do(store.runs.get, row.parent_id)
        if parent is None or parent.status == "canceled":
            return False
        open_parent = await store.do(store.reconciling.open_among, self._app, [parent.id])
        return None if open_parent and await self._outside.loss(open_parent[0]) else True

    async def _end_unstarted(self, row: RunRow, ending: Ending) -> None:
        with contextlib.suppress(Fenced, NotFound):  # Its workflow arrived after all, or it was deleted.
            await self._store.do(self._store.runs.end, row.id, row.epoch, ending)

    # --- workflows that are gone -------------------------------------------------------------------------------------

    async def _to_look_at(self) -> list[Watched]:
        """Those under suspicion, those that Temporal's index says were ended by force, and a part of all others."""
        store, began = self._store, datetime.now(UTC)
        closed: list[str] = []
        try:
            closed = await self._outside.closed_since(self._since - OVERLAP)
            self._since = began
        except RPCError as error:  # Then the sweep finds them, later.
            _log.debug("reconciler of app %s: closed workflows cannot be listed: %s", self._app, error.message)
        named = await store.do(store.reconciling.open_among, self._app, [*self._suspects, *closed])
        quiet = self._settings.reconcile_every
        swept = await store.do(store.reconciling.open_runs, self._app, quiet, after=self._swept_to, limit=SWEPT)
        self._swept_to = swept[-1].id if len(swept) == SWEPT else ""
        return list({row.id: row for row in (*swept, *named)}.values())

    async def _judge(self, rows: Iterable[Watched]) -> None:
        """A run that two rounds saw lost in the same way, without any change of its row, is ended."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def fate(row: Watched) -> tuple[Watched, Loss | None]:
            async with gate:
                return row, await self._outside.loss(row)

        # First of all, so that a question without an answer acquits nobody.
        fates = await asyncio.gather(*(fate(row) for row in rows))
        before, self._suspects = self._suspects, {}
        for row, loss in fates:
            if loss is None:
                continue
            if before.get(row.id) != (row, loss):
                self._suspects[row.id] = (row, loss)
            elif await self._store.do(self._store.reconciling.end_lost, row, loss.ending):
                _log.warning("run %s was ended: %s", row.id, loss.text)

    # --- families ----------------------------------------------------------------------------------------------------

    async def _cancel_unwanted(self) -> None:
        """Cancel children whose parent's step was undone by a reset, and those whose parent was lost."""
        store = self._store
        for run_id in await store.do(store.reconciling.unwanted, self._app):
            with contextlib.suppress(Conflict, NotFound):
                await store.do(store.runs.request_cancel, run_id, ORPHANED_BY, "Nobody waits for this run any more.")
                await self._runs.cancel(run_id, reason=None, sender=Sender("loopstack", "engine"))

    async def _cancel_again(self) -> None:
        """Repeat cancels that Temporal was not there to take. One that it took already is not changed by that."""
        store = self._store
        for run_id, by in await store.do(store.reconciling.uncanceled, self._app, self._settings.reconcile_every):
            await self._runs.cancel(run_id, reason=None, sender=Sender(by or "loopstack"))

    async def _tell_parents(self) -> None:
        """Report ends that no workflow of the child could report, or that a reset of the parent dropped."""
        store = self._store
        for child in await store.do(store.reconciling.untold, self._app, self._settings.reconcile_every):
            await self._outside.tell(child)
            _log.info("run %s was told that its child %s has ended", child.parent_id, child.id)

    def _cannot_ask(self, error: Exception) -> None:
        _log.warning("reconciler of app %s: Temporal cannot be asked: %s", self._app, error)

    async def _is_mine(self) -> bool:
        return await self._store.do(self._store.leases.take, self._lease, self._owner, self._lease_seconds)
