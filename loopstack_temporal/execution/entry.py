"""The way into a step: which epoch the asking Temporal run belongs to, and what is known of the step."""

from __future__ import annotations

from loopstack_temporal.errors import Fenced, Interrupted
from loopstack_temporal.execution.values import CurrentRun
from loopstack_temporal.store.records import Entered, Unregistered
from loopstack_temporal.store.store import Store


class Door:
    """Lets attempts of the current Temporal run in, and registers a Temporal run seen for the first time."""

    def __init__(self, store: Store, current_run: CurrentRun) -> None:
        self._store = store
        self._current_run = current_run

    async def enter(
        self,
        run_id: str,
        step: int,
        temporal_run_id: str,
        *,
        transition: str | None = None,
        trigger_id: str | None = None,
    ) -> Entered:
        """What the step begins with. Raises `Fenced` for an attempt of a Temporal run that is no longer current.

        A Temporal run nobody has seen is a reset or a continuation. Only Temporal knows which run is current, and
        somebody else may be registering at the same moment: hence ask, compare and set, and look again.
        """
        store = self._store
        while True:
            found = await store.do(store.steps.enter, run_id, step, temporal_run_id, trigger_id, transition)
            if isinstance(found, Entered):
                if found.epoch < found.run.epoch:
                    raise Fenced(f"run `{run_id}` was reset; this attempt belongs to an earlier history")
                return found
            await self._register(run_id, step, temporal_run_id, found)

    async def must_be_current(self, run_id: str, temporal_run_id: str) -> None:
        """Ask Temporal. Raises `Fenced` when the run goes on in another Temporal run, `Interrupted` without answer."""
        current = await self._current_run(run_id)
        if current is None:
            raise Interrupted(f"Temporal does not know run `{run_id}` at this moment")
        if current != temporal_run_id:
            raise Fenced(f"run `{run_id}` goes on in another Temporal run; this attempt belongs to an earlier one")

    async def _register(self, run_id: str, step: int, temporal_run_id: str, found: Unregistered) -> None:
        await self.must_be_current(run_id, temporal_run_id)
        await self._store.do(self._store.steps.register, run_id, step, temporal_run_id, found.seen_epoch)
