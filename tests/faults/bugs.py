"""Eighteen bugs put into the product on purpose, inside one trial's process: a checker that misses one proves nothing.

The product has two lines of defence for several promises (a fence and a unique key, ids in the workflow and in the
inbox). Where one alone would still hold, the bug takes away both.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

from loopstack_temporal.definition.context import RunRef
from loopstack_temporal.definition.session import ChildOptions
from loopstack_temporal.execution import scene, stepping
from loopstack_temporal.execution.children import ChildRuns
from loopstack_temporal.execution.effects import Journal
from loopstack_temporal.machine.decisions import Finish
from loopstack_temporal.store import committing, entering
from loopstack_temporal.store.children import insert_children
from loopstack_temporal.store.effects import Effects
from loopstack_temporal.store.events import Events
from loopstack_temporal.store.locked import LockedRun, get_locked
from loopstack_temporal.store.records import EffectRow, EffectWrite, RecordedStep
from loopstack_temporal.store.steps import Steps
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.interpreter import Interpreter
from loopstack_temporal.temporal.triggers import Triggers
from tests.faults.clients import Habits
from tests.faults.injecting import Injector
from tests.faults.trial import STORES, Aim

Change = tuple[Any, str, Any]

_ROUGH = Aim(rate=0.6)
_IMPATIENT = Aim(rate=0.6, habits=Habits(patience=120))
_CANCELS = Aim(rate=0.5, habits=Habits(visits=8, cancels=0.3))
_SHORT = Aim(rate=0.1, limit=1, habits=Habits(visits=25, cancels=0.0))
_REPEATS = Aim(rate=0.0, limit=1, habits=Habits(visits=40, cancels=0.0, repeats=0.4))
_RESETS = Aim(rate=0.3, habits=Habits(visits=15, cancels=0.0, resets=0.3), slow=20.0)


@dataclass(frozen=True)
class Bug:
    """One mistake, and a schedule aimed at it."""

    name: str
    changes: Callable[[], list[Change]]
    aim: Aim = field(default=_ROUGH)
    keyless: bool = False
    """The store has lost its unique indexes."""

    @contextmanager
    def seeded(self) -> Generator[None]:
        """The bug is in this process's product."""
        with ExitStack() as stack:
            for target, name, value in self.changes():
                stack.enter_context(_replaced(target, name, value))
            yield

    def open_store(self) -> Store:
        """A store in memory."""
        store = STORES.open()
        if self.keyless:
            with store.database.write() as connection:
                for index in ("uq_step_live", "uq_document_position", "ix_event_run_id_rev"):
                    connection.exec_driver_sql(f"DROP INDEX {index}")
        return store


def _replaced(target: Any, name: str, value: Any) -> AbstractContextManager[Any]:
    return patch.object(target, name, value)


def _nothing(*_: Any, **__: Any) -> None:
    """A check that checks nothing."""


def _unfenced() -> list[Change]:
    return [(committing, name, _nothing) for name in ("check_owner", "check_epoch", "check_position", "recorded_step")]


def _keyless() -> list[Change]:
    """Each commit writes a step row of its own."""
    real, numbers = committing.__dict__["_write_step"], itertools.count(1000)

    def always_new(locked: Any, fence: Any, row: Any, columns: dict[str, Any]) -> Any:
        return real(locked, fence, None, columns | {"epoch": next(numbers)})

    return [*_unfenced(), (committing, "_write_step", always_new)]


def _unordered() -> list[Change]:
    def none(_row: Any) -> tuple[int, int, int]:
        return 0, 0, 0

    return [(committing, "rank", none), (committing, "check_owner", _nothing)]


def _blind_close() -> list[Change]:
    real = committing.finish

    def finish(database: Any, connection: Any, outcome: Any) -> Any:
        if outcome.status != "closed":
            return real(database, connection, outcome)
        with patch.object(committing, "recorded_step", _nothing):
            return real(database, connection, outcome)

    return [(committing, "finish", finish)]


def _no_close() -> list[Change]:
    async def close(self: Interpreter, *_: Any, **__: Any) -> Finish:
        return Finish(status="canceled", place=self.face.place)

    return [(Interpreter, "_close", close)]


def _events_apart() -> list[Change]:
    """Events follow in a transaction of their own, if the attempt lives so long."""
    real, done = LockedRun.statements, Injector.__dict__["_done"]
    waiting: list[tuple[Any, Any]] = []

    def statements(self: LockedRun) -> Any:
        made = real(self)
        waiting.extend(made[:-1])
        return made[-1:]

    def apart(self: Injector, call: Callable[[], Any]) -> Any:
        waiting.clear()
        answer = done(self, call)
        if waiting:
            database: Any = self.database
            with database.write() as connection:
                database.prepared.send(connection, [*waiting])
        return answer

    return [(LockedRun, "statements", statements), (Injector, "_done", apart)]


def _eager_cursor() -> list[Change]:
    """A reader goes on from the newest event, whatever it has seen."""
    real = Events.after

    def after(self: Events, cursor: str | None, **more: Any) -> Any:
        rows, _ = real(self, cursor, **more)
        return rows, self.head()

    return [(Events, "after", after)]


def _answers(write: Any) -> RecordedStep:
    return RecordedStep(write.status, write.decision, write.place, write.error)


def _early_answer() -> list[Change]:
    """Temporal is told the outcome, then it is written."""

    async def early(store: Store, method: Any, write: Any) -> Any:
        async def later() -> None:
            await asyncio.sleep(0.5)
            await store.do(method, write)

        task = asyncio.create_task(later())
        task.add_done_callback(lambda one: one.cancelled() or one.exception())
        return _answers(write)

    return [(scene, "surely", early)]


def _unshielded() -> list[Change]:
    """A commit that was canceled counts as written."""

    async def surely(store: Store, method: Any, write: Any) -> Any:
        try:
            await asyncio.sleep(0.3)
        except asyncio.CancelledError:
            return _answers(write)
        return await store.do(method, write)

    return [(scene, "surely", surely)]


def _undrained() -> list[Change]:
    def carried(cls: type[Triggers], carry: Any) -> Triggers:
        return cls(step=carry.step, _seen=dict.fromkeys(carry.seen))

    return [(Triggers, "carried", classmethod(carried))]


def _forgetful() -> list[Change]:
    """Neither the next history nor the inbox knows which clicks were applied."""
    real = entering.enter

    def carried(cls: type[Triggers], carry: Any) -> Triggers:
        return cls(step=carry.step, kept=list(carry.kept))

    def enter(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        return replace(found, applied_step=None) if hasattr(found, "applied_step") else found

    return [(Triggers, "carried", classmethod(carried)), (entering, "enter", enter)]


class _ForgottenError(Exception):
    """The database forgets what it has acknowledged."""


def _not_durable() -> list[Change]:
    real, count = Steps.finish, itertools.count(1)

    def finish(self: Steps, outcome: Any) -> Any:
        if next(count) % 7:
            return real(self, outcome)
        database, recorded = self.__dict__["_database"], None
        try:
            with database.brief() as connection:
                recorded = committing.finish(database, connection, outcome)
                raise _ForgottenError
        except _ForgottenError:
            return recorded

    return [(Steps, "finish", finish)]


def _unlocked() -> list[Change]:
    """Now and then a transaction works on the run row as it was one transaction earlier."""
    real, count = committing.lock_step, itertools.count(1)
    before: dict[str, Any] = {}

    def lock_step(database: Any, connection: Any, run_id: str, number: int) -> Any:
        run, row = real(database, connection, run_id, number)
        stale = before.get(run_id)
        before[run_id] = run.row
        if stale is not None and next(count) % 5 == 0:
            return LockedRun(stale, run.at), row
        return run, row

    checks = [(committing, name, _nothing) for name in ("check_epoch", "check_position")]
    return [(committing, "lock_step", lock_step), *checks]


class _EagerChildren(ChildRuns):
    """Child runs exist as soon as the body asks for them."""

    @property
    def writes(self) -> tuple[Any, ...]:
        """Nothing is left for the commit."""
        return ()

    async def add(self, target: type[Any] | str, args: Any, options: ChildOptions) -> RunRef[Any]:
        """See `ChildRuns.add`."""
        reference = await super().add(target, args, options)
        around: scene.Scene = self.__dict__["_scene"]
        wanted = self.__dict__["_writes"][-1]
        store = around.workplace.store

        def write() -> None:
            with store.database.write() as connection:
                run = get_locked(connection, around.call.run_id)
                made = insert_children(store.database, connection, run, around.call.step, [wanted])
                store.database.prepared.send(connection, [*made, *run.statements()])

        await store.do(write)
        return reference


def _eager_children() -> list[Change]:
    return [(stepping, "ChildRuns", _EagerChildren)]


def _no_compare() -> list[Change]:
    real = entering.register

    def register(database: Any, connection: Any, run_id: str, number: int, temporal: str, seen: int) -> Any:
        return real(database, connection, run_id, number, temporal, get_locked(connection, run_id).row.epoch)

    return [(entering, "register", register)]


def _unrecorded() -> list[Change]:
    """The journal forgets answers, and says that it has them."""
    return [(Effects, "end", _nothing)]


def _same_keys() -> list[Change]:
    """A transition's calls have one key, whichever step makes them."""

    async def first_try(self: Journal) -> tuple[int, int]:
        return 0, 1

    return [(Journal, "_first_try", first_try)]


def _repeating() -> list[Change]:
    """Every call counts as one that may be repeated."""
    real = Effects.begin

    def begin(self: Effects, write: EffectWrite) -> EffectRow | None:
        return real(self, replace(write, repeatable=True))

    return [(Effects, "begin", begin)]


BUGS = (
    Bug("1 a commit without a fence", _unfenced),
    Bug("2 no unique keys", _keyless, _IMPATIENT, keyless=True),
    Bug("3 a claim that ignores the order of attempts", _unordered, Aim(rate=0.9, limit=500)),
    Bug("4 a close that overlooks what is done", _blind_close, replace(_CANCELS, rate=0.7, closes_wait=True)),
    Bug("5 an end without a close", _no_close, _CANCELS),
    Bug("6 events in a transaction of their own", _events_apart),
    Bug("7 a cursor that runs ahead", _eager_cursor),
    Bug("8 an outcome told before it is written", _early_answer),
    Bug("9 a canceled commit taken for done", _unshielded, _CANCELS),
    Bug("10 kept answers dropped by a new history", _undrained, _SHORT),
    Bug("11 applied answers forgotten", _forgetful, _REPEATS),
    Bug("12 acknowledged commits lost", _not_durable),
    Bug("13 a run row that nobody locks", _unlocked, keyless=True),
    Bug("14 children started by the body", _eager_children),
    Bug("15 a Temporal run registered without comparing", _no_compare, _RESETS),
    Bug("16 answers of the world outside that are not recorded", _unrecorded),
    Bug("17 one key for the calls of several steps", _same_keys),
    Bug("18 a call repeated that must not be", _repeating, Aim(rate=0.9)),
)
