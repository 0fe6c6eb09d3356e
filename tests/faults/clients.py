"""People and programs that answer runs: by update and signal, twice, too late, too early, wrongly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from temporalio.exceptions import ApplicationError, FailureError

from loopstack_temporal.machine.decisions import MOVE, PAUSE, RESUME, RETRY, STOP
from loopstack_temporal.store.records import RunRow
from tests.faults.executions import Gone, Lost
from tests.faults.server import Server


@dataclass
class Click:
    """One message as its sender knows it."""

    run_id: str
    id: str
    name: str
    payload: Any
    channel: Literal["update", "signal"]
    at_step: int | None
    outcome: Literal["open", "ok", "fail", "info"] = "open"
    step: int | None = None
    code: str = ""


@dataclass
class Log:
    """What all clients did and were told."""

    clicks: list[Click] = field(default_factory=list[Click])
    cancels: set[str] = field(default_factory=set[str])
    resets: set[str] = field(default_factory=set[str])
    stuck: list[str] = field(default_factory=list[str])
    objections: list[str] = field(default_factory=list[str])
    """What a client itself saw that must not be."""
    revisions: dict[str, int] = field(default_factory=dict[str, int])
    """The last event number of each run when it had ended."""
    cursor: str | None = None
    """How far the stream of events was read."""


@dataclass
class Habits:
    """What clients do in a trial."""

    visits: int = 12
    """Unruly visits to a run, before everybody only tries to bring it to its end."""
    cancels: float = 0.03
    pauses: float = 0.05
    resets: float = 0.04
    moves: float = 0.03
    repeats: float = 0.06
    """Old clicks sent again, long after they were applied."""
    stops: float = 0.0
    """Steps that run are stopped. With 0 nothing is drawn for it, so that older seeds mean what they meant."""
    patience: int = 400
    """How often a run is looked at, about once a second, before it counts as stuck."""


class Client:
    """Visits one run again and again until it has ended."""

    def __init__(
        self, server: Server, log: Log, rng: Random, habits: Habits, look: Callable[[str], RunRow | None]
    ) -> None:
        self.server = server
        self.log = log
        self.rng = rng
        self.habits = habits
        self.look = look
        self.count = 0
        self.sending: set[asyncio.Task[None]] = set()

    async def attend(self, run_id: str) -> None:
        """Come back until the run has ended. Notes it as stuck when it does not."""
        for visit in range(self.habits.patience):
            if self.server.failure or self.server.executions[run_id].status != "running":
                break
            row = self.look(run_id)
            if row is not None and row.ended_at is None:
                if visit < self.habits.visits:
                    await self._unruly(row)
                else:
                    await self._tidy(row)
            await asyncio.sleep(self.rng.random() * (0.4 if visit < self.habits.visits else 2.0))
        else:
            self.log.stuck.append(f"{run_id}: {self.look(run_id)}")
        if self.sending:
            await asyncio.wait(self.sending, timeout=60)

    async def _tidy(self, row: RunRow) -> None:
        if row.paused_at is not None:
            await self.send(row, RESUME, None, "update", None)
        elif row.status == "failed" and row.can_retry:
            await self.send(row, RETRY, None, "update", row.next_step)
        elif row.status == "waiting":
            people = [one.transition for one in row.awaiting if one.kind == "person"]
            if people:
                await self.send(row, self.rng.choice(people), self._text(), "update", row.next_step)
            elif not row.awaiting:
                await self.send(row, MOVE, {"place": "p1"}, "update", row.next_step)

    async def _unruly(self, row: RunRow) -> None:
        habits = self.habits
        if habits.stops and row.status == "running" and self.rng.random() < habits.stops:
            await self._stop(row)
            return
        draw = self.rng.random()
        bounds = (habits.cancels, habits.pauses, habits.moves, habits.resets, habits.repeats, 0.12)
        acts: tuple[Callable[[RunRow], Awaitable[None]], ...] = (
            self._cancel,
            self._pause,
            self._move,
            self._reset,
            self._repeat,
            self._nonsense,
        )
        for bound, act in zip(bounds, acts, strict=True):
            if draw < bound:
                await act(row)
                return
            draw -= bound
        await self._answer(row)

    async def _answer(self, row: RunRow) -> None:
        if row.status == "failed" and row.can_retry:
            await self.send(row, RETRY, None, self._channel(), row.next_step)
            return
        people = [one.transition for one in row.awaiting if one.kind in ("person", "child")]
        if not people:
            return
        name, rng = self.rng.choice(people), self.rng
        step = row.next_step + rng.choice((0, 0, 0, 0, -1, 1)) if rng.random() < 0.8 else None
        channel = self._channel()
        if rng.random() < 0.25:  # Several people at once, about the same question.
            for _ in range(rng.randint(1, 4)):
                self._later(self.send(row, rng.choice(people), self._text(), self._channel(), step))
        self.count += 1
        id, text = f"{row.id}#{self.count}", self._text()
        sending = self.send(row, name, text, channel, step, id=id)
        if rng.random() < 0.25:  # The same click again, perhaps on another way.
            self._later(self.send(row, name, text, self._channel(), step, id=id))
        if rng.random() < 0.5:
            await sending
        else:
            self._later(sending)

    async def _repeat(self, row: RunRow) -> None:
        names = [one.transition for one in row.awaiting]
        old = [one for one in self.log.clicks if one.run_id == row.id and one.step is not None and one.name in names]
        if old:
            click = self.rng.choice(old)
            await self.send(row, click.name, click.payload, self._channel(), None, id=click.id)

    async def _nonsense(self, row: RunRow) -> None:
        rng = self.rng
        names = [one.transition for one in row.awaiting] or ["answer_p1"]
        name, payload = rng.choice(
            [(rng.choice(names), {"not": "a text"}), ("nobody", "x"), ("answer_p1", self._text()), (names[0], None)]
        )
        await self.send(row, name, payload, self._channel(), None)

    async def _cancel(self, row: RunRow) -> None:
        if self.server.cancel(row.id):
            self.server.counts["run canceled"] += 1
            self.log.cancels.add(row.id)

    async def _pause(self, row: RunRow) -> None:
        await self.send(row, RESUME if row.paused_at else PAUSE, None, self._channel(), None)

    async def _stop(self, row: RunRow) -> None:
        step = self.rng.choice((None, row.next_step))
        click = await self.send(row, STOP, {"reason": "enough"}, self._channel(), step)
        self.server.counts["step stopped"] += click.step is not None

    async def _move(self, row: RunRow) -> None:
        if row.status in ("waiting", "failed"):
            await self.send(row, MOVE, {"place": "p1"}, self._channel(), row.next_step)

    async def _reset(self, row: RunRow) -> None:
        history = self.server.executions[row.id].history
        if history.tasks:
            self.log.resets.add(row.id)
            self.server.counts["run reset"] += 1
            self.server.reset(row.id, self.rng.randrange(len(history.tasks)))

    def _channel(self) -> Literal["update", "signal"]:
        return "update" if self.rng.random() < 0.7 else "signal"

    def _text(self) -> str:
        return f"a{self.rng.randrange(1_000_000)}"

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.sending.add(task)
        task.add_done_callback(self.sending.discard)

    async def send(
        self,
        row: RunRow,
        name: str,
        payload: Any,
        channel: Literal["update", "signal"],
        at_step: int | None,
        *,
        id: str = "",
    ) -> Click:
        """Send one message, wait for what becomes of an update, and log both."""
        self.count += 1
        click = Click(row.id, id or f"{row.id}#{self.count}", name, payload, channel, at_step)
        self.log.clicks.append(click)
        meta = {"id": click.id, "by": "ann", "at_step": at_step}
        if channel == "signal":
            click.outcome = "ok" if self.server.signal(row.id, name, [payload, meta]) else "fail"
            return click
        try:
            told = await asyncio.wait_for(self.server.update(row.id, name, [payload, meta], click.id), 30)
        except (FailureError, Gone) as error:
            click.outcome = "fail"
            click.code = (error.type or "") if isinstance(error, ApplicationError) else "gone"
        except (Lost, TimeoutError):
            click.outcome = "info"
        else:
            click.outcome = "ok"
            click.step = told.get("step")
        return click
