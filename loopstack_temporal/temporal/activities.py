"""The activities of one application: each only translates between Temporal and the execution room."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json
from temporalio import activity
from temporalio.common import RawValue

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.errors import FieldError, Interrupted
from loopstack_temporal.execution.executor import Executor
from loopstack_temporal.execution.values import (
    Asking,
    Cancel,
    Done,
    OpenCall,
    Pulse,
    Rejected,
    Spent,
    StepAnswer,
    StepCall,
    Stop,
    TryAgain,
)
from loopstack_temporal.machine.decisions import DECIDE, MOVE, PAUSE
from loopstack_temporal.store.records import InboxWrite, TriggerRow
from loopstack_temporal.temporal import failures
from loopstack_temporal.temporal.messages import (
    CLOSE,
    NOTE,
    OPEN,
    REOPEN,
    CloseInput,
    FieldFault,
    NotedTrigger,
    NoteInput,
    NoteResult,
    OpenInput,
    OpenResult,
    PauseInput,
    Received,
    Rejection,
    ReopenInput,
    StepInput,
    StepResult,
)
from loopstack_temporal.temporal.triggers import ANSWERED

BEAT = 1.0
"""Seconds between heartbeats: cancel reaches an activity only in the answer to one."""

Activity = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run keeps for its whole life once `loopstack.open` recorded it."""

    search_attributes: bool
    history_limit: int
    heartbeat: float


class Activities:
    """Makes the activity functions of one application."""

    def __init__(self, executor: Executor, terms: Terms) -> None:
        self._executor = executor
        self._terms = terms

    def steps(self, workflow: str, transitions: Sequence[str]) -> list[Activity]:
        """One activity type per transition name of a workflow."""
        return [self._named(f"{workflow}.{name}") for name in dict.fromkeys(transitions)]

    def housekeeping(self) -> list[Activity]:
        """What every run needs, and the dynamic activity for transitions this code does not have."""
        own = [self._named(DECIDE), self._named(MOVE)]
        return [self._open, self._close, self._note, self._reopen, self._pause, *own, self._unknown]

    def _named(self, name: str) -> Activity:
        async def step(asked: StepInput) -> StepResult:
            return await self._step(asked)

        return activity.defn(name=name)(step)

    @activity.defn(dynamic=True)
    async def _unknown(self, args: Sequence[RawValue]) -> StepResult:
        asked: StepInput = activity.payload_converter().from_payload(args[0].payload, StepInput)
        return await self._step(asked)

    async def _step(self, asked: StepInput) -> StepResult:
        info = activity.info()
        call = _call(
            info,
            asked,
            chain=asked.chain,
            trigger=_trigger(asked.trigger),
            timer=asked.timer,
            deadlines=asked.deadlines or {},
            repeats=asked.repeats,
        )
        with _beating(info) as pulse, _translated():
            return _result(await self._executor.step(call, pulse))

    @activity.defn(name=OPEN)
    async def _open(self, asked: OpenInput) -> OpenResult:
        info = activity.info()
        call = OpenCall(
            run_id=_workflow_id(info),
            temporal_run_id=_workflow_run_id(info),
            first_execution_run_id=asked.first_execution_run_id,
            workflow=asked.workflow,
            args=asked.args,
            unfit=asked.unfit,
            config=asked.config,
            engine=OpenResult.model_fields["engine"].default,
            memo=mapping_of(asked.memo),
        )
        with _beating(info) as pulse, _translated():
            decision = await self._executor.open(call, pulse)
        terms = self._terms
        return OpenResult(
            search_attributes=terms.search_attributes,
            history_limit=terms.history_limit,
            heartbeat=terms.heartbeat,
            decision=decision,
        )

    @activity.defn(name=CLOSE)
    async def _close(self, asked: CloseInput) -> StepResult:
        info = activity.info()
        with _beating(info) as pulse, _translated():
            cancel = Cancel(asked.wound_down, asked.unstarted) if asked.final else None
            call = _call(info, asked, trigger=_trigger(asked.trigger), repeats=asked.repeats)
            stop = Stop(asked.stop.by, asked.stop.reason) if asked.stop else None
            done = await self._executor.close(call, asked.reason, pulse, cancel=cancel, stop=stop)
        return _told(done)

    @activity.defn(name=NOTE)
    async def _note(self, asked: NoteInput) -> NoteResult:
        info = activity.info()
        with _beating(info), _translated():
            writes = [_inbox(info, note) for note in asked.notes]
            unknown = await self._executor.note(_asking(info, asked.step), writes, info.workflow_type or "")
        return NoteResult(unknown=tuple(unknown))

    @activity.defn(name=PAUSE)
    async def _pause(self, asked: PauseInput) -> NoteResult:
        info = activity.info()
        with _beating(info), _translated():
            by = asked.by if asked.paused else None
            return NoteResult(ended=await self._executor.pause(_asking(info, asked.step), by, asked.number))

    @activity.defn(name=REOPEN)
    async def _reopen(self, asked: ReopenInput) -> NoteResult:
        info = activity.info()
        with _beating(info), _translated():
            ended = await self._executor.reopen(_asking(info, asked.step), asked.paused_by, asked.number)
        return NoteResult(ended=ended)


@contextlib.contextmanager
def _translated() -> Generator[None]:
    """A machine failure is repeated by the server and spends nothing of the author's budget."""
    try:
        yield
    except Interrupted as error:
        raise failures.again(str(error), error.code, None) from error


@contextlib.contextmanager
def _beating(info: activity.Info) -> Generator[Pulse]:
    """Heartbeats in the background while the block runs, and the server's clock."""
    loop = asyncio.get_running_loop()
    began, server = loop.time(), _server_time(info)
    details: list[object] = []
    handle: asyncio.TimerHandle | None = None

    def beat() -> None:
        nonlocal handle
        activity.heartbeat(*details)
        handle = loop.call_later(BEAT, beat)

    def remember(value: object) -> None:
        # As JSON at once: what cannot be written fails the author's call, and not the heartbeats of a healthy body.
        details[:] = [from_json(to_json(value))]

    if not info.is_local:
        handle = loop.call_later(BEAT, beat)
    try:
        yield Pulse(lambda: server + loop.time() - began, remember, activity.is_cancelled)
    finally:
        if handle:
            handle.cancel()


def _server_time(info: activity.Info) -> float:
    # A local activity has no start time of the server; its worker's clock must do for so short a thing.
    started = info.started_time.timestamp()
    return time.time() if info.is_local or started <= 0 else started


def _result(answer: StepAnswer) -> StepResult:
    match answer:
        case Done():
            return _told(answer)
        case Rejected():
            rejection = Rejection(code=answer.code, message=answer.message, fields=_faults(answer.fields))
            return StepResult(rejected=rejection)
        case TryAgain():
            raise failures.again(answer.error.message, answer.error.type, answer.delay)
        case Spent():
            raise failures.spent(f"{answer.error.type}: {answer.error.message}", _told(answer.done))


def _told(done: Done) -> StepResult:
    rejected = ANSWERED if done.unapplied else None
    return StepResult(decision=done.decision, place=done.place, rejected=rejected, closed=done.closed)


def _faults(fields: Sequence[FieldError]) -> tuple[FieldFault, ...]:
    return tuple(FieldFault(path=fault.path, message=fault.message, code=fault.code) for fault in fields)


def _call(info: activity.Info, asked: StepInput | CloseInput, **more: Any) -> StepCall:
    return StepCall(
        run_id=_workflow_id(info),
        temporal_run_id=_workflow_run_id(info),
        workflow=asked.workflow,
        step=asked.step,
        try_no=asked.try_no,
        attempt=info.attempt,
        transition=asked.transition,
        place=asked.place,
        scheduled_at=info.scheduled_time.timestamp(),
        local=info.is_local,
        **more,
    )


def _trigger(received: Received | None) -> TriggerRow | None:
    if received is None:
        return None
    return TriggerRow(received.id, received.name, received.payload, received.by, received.channel)


def _inbox(info: activity.Info, note: NotedTrigger) -> InboxWrite:
    trigger = _trigger(note.received)
    assert trigger is not None
    fields = [fault.model_dump(mode="json") for fault in note.fields] or None
    return InboxWrite(_workflow_id(info), trigger, note.outcome, note.code, note.message, fields)


def _asking(info: activity.Info, step: int | None) -> Asking:
    return Asking(_workflow_id(info), _workflow_run_id(info), step)


def _workflow_id(info: activity.Info) -> str:
    assert info.workflow_id is not None, "our activities run inside workflows only"
    return info.workflow_id


def _workflow_run_id(info: activity.Info) -> str:
    assert info.workflow_run_id is not None, "our activities run inside workflows only"
    return info.workflow_run_id
