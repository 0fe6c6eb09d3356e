"""Steps run in this process, against a real database, with the Temporal side played by a few values."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from loopstack_temporal.app import StudioApp
from loopstack_temporal.app.application import App
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.execution.executor import Executor
from loopstack_temporal.execution.scene import Workplace
from loopstack_temporal.execution.values import Done, OpenCall, Pulse, Spent, StepAnswer, StepCall
from loopstack_temporal.machine.decisions import Await, Decision, Fire, Parked
from loopstack_temporal.store.records import RunRow, TriggerRow
from loopstack_temporal.store.store import Store


@dataclass
class Driver:
    """Follows decisions as the interpreter does, one run at a time."""

    app: App
    store: Store
    run_id: str = field(default_factory=lambda: f"run-{uuid4().hex[:8]}")
    temporal_run_id: str = "t1"
    step: int = 0
    tries: int = 0
    decision: Decision | None = None

    def __post_init__(self) -> None:
        async def current(run_id: str) -> str:
            return self.temporal_run_id

        self.executor = Executor(Workplace(self.app, self.store, "w1", "hash"), current, grace=0.0)
        self.pulse = Pulse(time.time, lambda _: None, lambda: False)

    async def open(self, workflow: str, args: Any = None, config: Any = None) -> Decision:
        call = OpenCall(self.run_id, self.temporal_run_id, "first", workflow, args, engine=1, config=config)
        self.workflow = workflow
        self.decision = await self.executor.open(call, self.pulse)
        return self.decision

    def call(self, fire: Fire, **more: Any) -> StepCall:
        facts: dict[str, Any] = {
            "run_id": self.run_id,
            "temporal_run_id": self.temporal_run_id,
            "workflow": self.workflow,
            "step": self.step,
            "try_no": 1,
            "attempt": 1,
            "transition": fire.transition,
            "place": fire.place,
            "scheduled_at": time.time(),
        }
        return StepCall(**(facts | more))

    async def fire(self, fire: Fire, **more: Any) -> StepAnswer:
        """One attempt; a finished step moves the run on."""
        answer = await self.executor.step(self.call(fire, **more), self.pulse)
        if isinstance(answer, Done | Spent):
            done = answer if isinstance(answer, Done) else answer.done
            self.decision, self.step = done.decision, self.step + 1
        return answer

    async def go(self) -> StepAnswer | None:
        """Fire as long as the decision says so."""
        answer: StepAnswer | None = None
        while isinstance(self.decision, Fire):
            answer = await self.fire(self.decision)
        return answer

    async def answer(self, name: str, payload: Any = None, id: str | None = None) -> StepAnswer:
        """Answer a wait of the present stay."""
        assert isinstance(self.decision, Await)
        fire = next(fire for fire in self.decision.waits if fire.transition == name)
        self.tries += 1
        trigger = TriggerRow(id or uuid4().hex, name, payload, "ann", "api")
        return await self.fire(fire, trigger=trigger, try_no=self.tries)

    async def retry(self) -> StepAnswer:
        assert isinstance(self.decision, Parked)
        trigger = TriggerRow(uuid4().hex, "loopstack.retry", None, "ann", "api")
        return await self.fire(self.decision.again, trigger=trigger, repeats=self.decision.step)

    @property
    def row(self) -> RunRow:
        row = self.store.runs.get(self.run_id)
        assert row is not None
        return row

    @property
    def texts(self) -> list[str]:
        return [doc.content["markdown"] for doc in self.store.documents.live(self.run_id) if doc.name == "markdown"]


@dataclass
class Drivers:
    """Makes drivers for workflow classes of a test."""

    store: Store

    def __call__(self, *workflows: type[BaseWorkflow[Any, Any, Any]], **options: Any) -> Driver:
        app = resolve(StudioApp(name="tests", title="Tests", workflows=list(workflows), **options))
        return Driver(app, self.store)


@pytest.fixture
async def drive(sqlite_database: str) -> AsyncGenerator[Drivers]:
    """Makes drivers on an SQLite database; what differs on PostgreSQL is proved in tests/store and tests/acceptance."""
    store = Store.open(sqlite_database)
    yield Drivers(store)
    store.close()
