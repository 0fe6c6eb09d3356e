"""The twin's activities: read, do the step, write, each in one transaction."""

from collections.abc import Callable
from typing import Any

from temporalio import activity

from benchmarks.twin.messages import StepDone, StepInput
from benchmarks.twin.sql import Commit, TwinStore, now

NOTE = "constant ".ljust(1_024, ".")

State = dict[str, Any]


class TwinActivities:
    """All activities on one store."""

    def __init__(self, store: TwinStore) -> None:
        self._store = store

    @activity.defn(name="twin_tick")
    async def tick(self, asked: StepInput) -> StepDone:
        """A step that leaves the state alone."""
        return await self._run("tick", asked, lambda state: state)

    @activity.defn(name="twin_count")
    async def count(self, asked: StepInput) -> StepDone:
        """A step that changes the state and keeps its size."""
        return await self._run("count", asked, lambda state: {"n": state.get("n", 0) + 1, "note": NOTE})

    @activity.defn(name="twin_answer")
    async def answer(self, asked: StepInput) -> StepDone:
        """A step that a person's answer sets off."""
        return await self._run("answer", asked, lambda _: {"n": asked.n, "note": NOTE})

    async def _run(self, transition: str, asked: StepInput, body: Callable[[State], State]) -> StepDone:
        began = now()
        loaded = await self._store.do(self._store.load, asked.run_id, asked.step)
        if loaded.committed_to is not None:
            return StepDone(step=asked.step, place=loaded.committed_to)
        state = body(loaded.state)
        texts = tuple(f"step {asked.step}" for _ in range(asked.documents))
        status = "completed" if asked.last else "waiting" if asked.to == "asking" else "running"
        attempt = activity.info().attempt
        await self._store.do(self._store.commit, Commit(asked, transition, attempt, status, state, texts, began))
        return StepDone(step=asked.step, place=asked.to)
