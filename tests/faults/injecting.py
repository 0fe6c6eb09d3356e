"""Faults inside one attempt: it dies, fails or pauses at a failpoint or beside a transaction, as its plan says."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, ParamSpec, TypeVar

from sqlalchemy import exc

from loopstack_temporal import failpoints
from loopstack_temporal.errors import Interrupted, StoreUnavailable
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.faults import StoreFault
from loopstack_temporal.store.records import EffectEnd, EffectWrite
from loopstack_temporal.store.store import Store
from tests.faults.outside import Deed

P = ParamSpec("P")
T = TypeVar("T")

POINTS = (
    "act.start",
    "act.before_return",
    "body.end",
    "claim.before_commit",
    "claim.after_commit",
    "close.before_commit",
    "close.after_commit",
    "commit.locked",
    "commit.mid_documents",
    "commit.before_commit",
    "commit.after_commit",
    "fail.before_commit",
    "fail.after_commit",
    "effect.before_call",
    "effect.after_call",
    "effect.after_record",
)
Action = Literal["die", "error"]


class Killed(BaseException):
    """The process of an attempt is gone: nothing of it happens any more."""


@dataclass
class Plan:
    """What goes wrong in one attempt; most plans hold nothing."""

    point: str = ""
    action: Action = "die"
    call: int = 0
    """Beside which of its transactions something happens, counted from 1."""
    before: Literal["", "pause", "outage", "die"] = ""
    after: Literal["", "pause", "lost", "die"] = ""
    pause: float = 0.0
    passed: int = 0

    @staticmethod
    def random(rng: Random, rate: float) -> Plan:
        """A plan with a fault with probability `rate`."""
        if rng.random() >= rate:
            return Plan()
        if rng.random() < 0.55:
            return Plan(point=rng.choice(POINTS), action="die" if rng.random() < 0.75 else "error")
        plan = Plan(call=rng.randint(1, 4), pause=rng.choice((0.3, 3.0, 12.0, 30.0)))
        if rng.random() < 0.5:
            plan.before = rng.choice(("pause", "pause", "outage", "die"))
        else:
            plan.after = rng.choice(("pause", "pause", "lost", "die"))
        return plan


@dataclass
class Injector:
    """Counts what was done to a trial, and gives every transaction its moment."""

    rng: Random
    counts: Counter[str] = field(default_factory=Counter[str])
    observe: Callable[[], None] = lambda: None
    """Called after each transaction that did not fail."""
    database: Database | None = None
    deeds: list[Deed] = field(default_factory=list[Deed])
    moment: int = 0
    """Counts the transactions: as long as it stands still, nothing was written."""

    async def around(self, call: Callable[[], T]) -> T:
        """One transaction of the present attempt, with what its plan has for it. It is done even when canceled."""
        plan = _PLAN.get()
        canceled = False
        try:
            await asyncio.sleep(self.rng.random() * 0.004)
            if plan is not None:
                await self._before(plan)
        except asyncio.CancelledError:
            canceled = True
        try:
            result = self._done(call)
        finally:
            self.moment += 1
        if canceled:
            raise asyncio.CancelledError
        if plan is not None:
            await self._after(plan)
        return result

    def _done(self, call: Callable[[], T]) -> T:
        try:
            answer = call()
            self.observe()
            return answer
        except exc.SQLAlchemyError as error:
            raise StoreFault(f"the database refused a statement ({type(error).__name__})") from error

    async def _before(self, plan: Plan) -> None:
        plan.passed += 1
        if plan.passed != plan.call or not plan.before:
            return
        self.counts[f"{plan.before} before a transaction"] += 1
        if plan.before == "die":
            raise Killed
        if plan.before == "outage":
            raise StoreUnavailable("no database")
        await asyncio.sleep(plan.pause)

    async def _after(self, plan: Plan) -> None:
        if plan.passed != plan.call or not plan.after:
            return
        self.counts[f"{plan.after} after a transaction"] += 1
        if plan.after == "die":
            raise Killed
        if plan.after == "lost":
            raise StoreUnavailable("the answer to the COMMIT was lost")
        await asyncio.sleep(plan.pause)

    def hit(self, name: str) -> None:
        """A failpoint was passed."""
        plan = _PLAN.get()
        if plan is None or plan.point != name:
            return
        plan.point = ""
        self.counts[f"{plan.action} at {name}"] += 1
        if plan.action == "die":
            raise Killed
        raise Interrupted(f"failpoint `{name}`")


_PLAN: ContextVar[Plan | None] = ContextVar("plan", default=None)


@contextmanager
def planned(plan: Plan) -> Generator[None]:
    """Let the present task, and what it starts, go wrong as planned."""
    token = _PLAN.set(plan)
    try:
        yield
    finally:
        _PLAN.reset(token)


class _Points(Mapping[str, Any]):
    def __init__(self, injector: Injector) -> None:
        self._injector = injector

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0

    def get(self, key: str, default: Any = None) -> Any:
        self._injector.hit(key)
        return default


@contextmanager
def armed(injector: Injector) -> Generator[None]:
    """Failpoints of this process ask the injector."""
    room: Any = failpoints
    parse, before = room._parse, os.environ.get(failpoints.VARIABLE)
    room._parse = lambda text: _Points(injector)  # pyright: ignore[reportUnknownLambdaType]
    os.environ[failpoints.VARIABLE] = "trial"
    room._armed.cache_clear()  # Read once per process, and somebody may have read it before.
    try:
        yield
    finally:
        room._parse = parse
        room._armed.cache_clear()
        if before is None:
            del os.environ[failpoints.VARIABLE]
        else:
            os.environ[failpoints.VARIABLE] = before


class ScheduledStore(Store):
    """The real store, one transaction at a time, in the order that the trial's seed gives."""

    def __init__(self, database: Database, injector: Injector) -> None:
        super().__init__(database)
        self._injector = injector
        injector.database = database

    async def do(self, method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store.do`."""

        def call() -> T:
            answer = method(*args, **kwargs)
            self._note(args, answer)
            return answer

        return await self._injector.around(call)

    def _note(self, args: tuple[Any, ...], answer: object) -> None:
        match args:
            case (EffectWrite() as write,) if answer is None:
                self._injector.deeds.append(Deed("begin", write.fence.run_id, write.key))
            case (EffectEnd() as end,) if end.status == "done":
                self._injector.deeds.append(Deed("end", end.fence.run_id, end.key))
            case _:
                pass
