"""One run driven in this process, by the very code that runs as activities on Temporal.

Bodies, guards, retries, documents and commits are those of `execution` and `store`; only following decisions is done
here, and that is short because one caller holds the run and nothing of it stays. It works on a private store in
memory (`store.private`) instead of on rules written a second time for dictionaries: a commit has many (fences, keys,
versions, failure counts, the path), and two copies of them would drift apart.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from pydantic_core import to_json
from uuid_utils import uuid7

from loopstack_temporal.app.application import App
from loopstack_temporal.errors import ChildrenNeedTemporal, Conflict, InvalidInput
from loopstack_temporal.execution.executor import Executor
from loopstack_temporal.execution.scene import Workplace
from loopstack_temporal.execution.values import OpenCall, Pulse, Rejected, Spent, StepAnswer, StepCall, TryAgain
from loopstack_temporal.machine.decisions import (
    RETRY,
    Await,
    Canceling,
    Children,
    Deadlines,
    Decision,
    Delay,
    Finish,
    Fire,
    Parked,
    Timer,
    others_due,
)
from loopstack_temporal.store.records import Checkpoint, RunRow, TriggerRow
from loopstack_temporal.store.store import Store

_HERE = "in-process"

Rest = Await | Parked | Finish
"""Where a run that is left alone stands still."""


class Clock(Protocol):
    """What retries, timers and delays are measured by."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back when so much time has passed."""
        ...


class SystemClock:
    """The time that people have."""

    def now(self) -> float:
        """See `Clock.now`."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run begins with. `args` and `config` as plain JSON data."""

    workflow: str
    args: Any = None
    run_id: str = field(default_factory=lambda: str(uuid7()))
    user_id: str | None = None
    workspace_id: str | None = None
    title: str | None = None
    config: Any = None

    @property
    def memo(self) -> Mapping[str, Any]:
        """The facts that Temporal would carry in the run's memo."""
        return {"user_id": self.user_id, "workspace_id": self.workspace_id, "title": self.title}


@dataclass(frozen=True, slots=True)
class Stop:
    """One finished step: what was carried out and where the run stood afterwards."""

    transition: str
    place: str


class InProcessRun:
    """One run on a store of its own. Not for two tasks at a time; `close` forgets it."""

    def __init__(self, app: App, store: Store, clock: Clock, *, journaled: bool = True) -> None:
        """`journaled`: whether a retried step takes the answers that its outside calls gave before."""
        self.store = store
        self.clock = clock
        self.passed: list[Stop] = []
        workplace = Workplace(app, store, _HERE, None, journaled=journaled, stateless=True)
        self._executor = Executor(workplace, _current, grace=0.0)
        self._pulse = Pulse(clock.now, _heartbeat, lambda: False)
        self._beginning = Beginning("")
        self._decision: Decision | None = None
        self._step = 0
        self._tries = 0
        self._chain = 0

    async def begin(self, beginning: Beginning) -> Rest:
        """Open the run and go on until it stands still."""
        self._beginning = beginning
        if beginning.workspace_id is not None:
            workspaces = self.store.workspaces
            known = {row.id for row in await self.store.do(workspaces.list)}
            if beginning.workspace_id not in known:
                await self.store.do(workspaces.create, beginning.workspace_id, beginning.workspace_id)
        call = OpenCall(
            run_id=self._beginning.run_id,
            temporal_run_id=_HERE,
            first_execution_run_id=_HERE,
            workflow=beginning.workflow,
            args=beginning.args,
            engine=1,
            memo=self._beginning.memo,
            config=beginning.config,
        )
        return await self._follow(await self._executor.open(call, self._pulse))

    async def answer(self, name: str, payload: Any = None) -> Rest:
        """Answer a wait and go on until the run stands still again. `payload` as plain JSON data.

        Raises `Conflict` (`not_awaited`) and `InvalidInput` (`invalid_payload`); then nothing has changed.
        """
        waits = self._decision.waits if isinstance(self._decision, Await) else ()
        fire = next((one for one in waits if one.transition == name), None)
        if fire is None:
            awaited = ", ".join(f"`{one.transition}`" for one in waits) or "nothing"
            raise Conflict(f"`{name}` is not awaited now; awaited: {awaited}.", code="not_awaited")
        return await self._triggered(fire, name, payload)

    async def retry(self) -> Rest:
        """Run the failed transition of a parked run again. Raises `Conflict` (`not_retryable`)."""
        if not isinstance(self._decision, Parked):
            raise Conflict("only a run that failed and is still open can be retried", code="not_retryable")
        return await self._triggered(self._decision.again, RETRY, None, repeats=self._decision.step)

    @property
    def timers(self) -> tuple[Timer, ...]:
        """The deadlines of the present stay, the next one first."""
        return self._decision.timers if isinstance(self._decision, Await) else ()

    async def expire(self) -> Rest:
        """Sleep until the first deadline of the present stay, fire it, and go on until the run stands still again."""
        stay = self._decision
        assert isinstance(stay, Await) and stay.timers, "there is no deadline to wait for"
        first = stay.timers[0]
        await self.clock.sleep(max(first.due - self.clock.now(), 0))
        answer = await self._fire(first.fire, due=others_due(stay.timers, first))
        if isinstance(answer, Rejected):  # Its guard said no when it was due: spent for this stay.
            self._decision = stay.model_copy(update={"timers": stay.timers[1:]})
            return self._decision
        return await self._follow(_decided(answer))

    async def checkpoint(self) -> Checkpoint | None:
        """State and result draft; `None`: nothing was stored yet."""
        entered = await self._executor.door.enter(self._beginning.run_id, self._step, _HERE)
        return entered.checkpoint

    async def row(self) -> RunRow:
        """How the run stands."""
        row = await self.store.do(self.store.runs.get, self._beginning.run_id)
        assert row is not None, "the run was not begun"
        return row

    def close(self) -> None:
        """Forget the run."""
        self.store.close()

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _follow(self, decision: Decision) -> Rest:
        self._decision = decision
        while not isinstance(decision, Await | Parked | Finish):
            match decision:
                case Fire():
                    decision = _decided(await self._fire(decision))
                case Delay():
                    await self.clock.sleep(max(decision.until - self.clock.now(), 0))
                    decision = decision.then
                case Children():
                    raise ChildrenNeedTemporal("sub-workflows need a stateful run")
                case Canceling():  # pragma: no cover - nobody cancels a run that only this call knows
                    raise AssertionError("a run in one process is not canceled")
            self._decision = decision
        self._chain = 0
        return decision

    async def _triggered(self, fire: Fire, name: str, payload: Any, *, repeats: int | None = None) -> Rest:
        by = self._beginning.user_id or "local"
        trigger = TriggerRow(uuid4().hex, name, payload, by, "api")
        answer = await self._fire(fire, trigger=trigger, repeats=repeats)
        if isinstance(answer, Rejected):
            if answer.fields:
                raise InvalidInput(answer.message, answer.fields, code=answer.code)
            raise Conflict(answer.message, code=answer.code)
        return await self._follow(_decided(answer))

    async def _fire(
        self,
        fire: Fire,
        *,
        trigger: TriggerRow | None = None,
        due: Deadlines | None = None,
        repeats: int | None = None,
    ) -> StepAnswer:
        """Run one step to its outcome, its automatic retries included."""
        self._tries += 1
        self._chain += 1
        scheduled_at, attempt = self.clock.now(), 0
        while True:
            attempt += 1
            call = StepCall(
                run_id=self._beginning.run_id,
                temporal_run_id=_HERE,
                workflow=self._beginning.workflow,
                step=self._step,
                try_no=self._tries,
                attempt=attempt,
                transition=fire.transition,
                place=fire.place,
                scheduled_at=scheduled_at,
                chain=self._chain,
                trigger=trigger,
                timer=due is not None,
                deadlines=due or {},
                repeats=repeats,
            )
            answer = await self._executor.step(call, self._pulse)
            _heed_cancel()
            if isinstance(answer, TryAgain):
                await self.clock.sleep(answer.delay)
                continue
            if not isinstance(answer, Rejected):
                done = answer.done if isinstance(answer, Spent) else answer
                self.passed.append(Stop(fire.transition, done.place))
                self._step += 1
                self._tries = 0
            return answer


def _decided(answer: StepAnswer) -> Decision:
    assert not isinstance(answer, Rejected | TryAgain)
    return answer.done.decision if isinstance(answer, Spent) else answer.decision


def _heed_cancel() -> None:
    # A commit under way swallows a cancel, because on Temporal the run hears of it elsewhere; here nobody else tells.
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _heartbeat(details: object) -> None:
    to_json(details)  # What cannot be written down fails the call here as it does on Temporal.


async def _current(run_id: str) -> str:
    return _HERE
