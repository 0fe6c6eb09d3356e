"""Activities as the server sees them: attempts that answer, fail, die, fall silent or run twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import temporalio.activity
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.activity_result import ActivityResolution
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from loopstack_temporal.temporal.messages import CLOSE
from tests.faults.history import BEGINNING
from tests.faults.injecting import Injector, Killed, Plan, planned

HEARTBEAT = 10.0
LOCAL_LIMIT = 5.0
"""Seconds after which a local activity counts as failed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One activity as the workflow scheduled it."""

    activity_id: str
    type: str
    arguments: Sequence[Payload]
    workflow_id: str
    workflow: str
    run_id: str
    at: float
    local: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the workflow was told of a step."""

    asked: Asked
    result: Payload


@dataclass
class Given:
    """What one attempt came to."""

    result: Payload | None = None
    error: BaseException | None = None
    done: bool = False


class Bench:
    """Runs activity functions of one worker, each attempt with its own fault."""

    def __init__(
        self, functions: Sequence[Callable[..., Any]], converter: DataConverter, injector: Injector, rng: Random
    ) -> None:
        self.rate = 0.0
        """How likely something goes wrong in an attempt."""
        self.left: set[asyncio.Task[Payload]] = set()
        """Attempts that the server has given up and that still run."""
        self.closes_wait = False
        """Whether every close pauses between its look at the row and its write."""
        self.attempts = 0
        self.told: list[Told] = []
        self._converter = converter
        self._injector = injector
        self._rng = rng
        self._functions = {_definition(one).name: one for one in functions}

    def attempt(self, asked: Asked, number: int, environment: ActivityEnvironment) -> asyncio.Task[Payload]:
        """Begin an attempt."""
        self.attempts += 1
        plan = Plan.random(self._rng, self.rate)
        if self.closes_wait and asked.type == CLOSE:
            plan = Plan(call=2, before="pause", pause=1.0)
        with planned(plan):
            return asyncio.create_task(self._run(asked, number, environment))

    async def local(self, asked: Asked) -> ActivityResolution:
        """A local activity: one try. Raises `Killed` when its worker died."""
        task = self.attempt(asked, 1, ActivityEnvironment())
        done, _ = await asyncio.wait({task}, timeout=LOCAL_LIMIT)
        if not done:
            self._leave(task, "local activity took too long")
            return self._failed(ApplicationError("activity StartToClose timeout", type="TimeoutError"), local=True)
        error = task.exception()
        if isinstance(error, Killed):
            raise error
        if error is not None:
            return self._failed(error, local=True)
        self.told.append(Told(asked, task.result()))
        return self._completed(task.result())

    async def regular(self, asked: Asked, canceled: asyncio.Event, wanted: Callable[[], bool]) -> ActivityResolution:
        """A regular activity: attempt after attempt until one has an outcome, or nobody wants it any more."""
        number = 0
        while True:
            number += 1
            environment = ActivityEnvironment()
            answer = await self._outlast(asked, number, environment, canceled)
            if not wanted():
                return ActivityResolution()
            if answer.done:
                lost = self._rng.random() < self.rate * 0.2
                if not lost and answer.error is None:
                    assert answer.result is not None
                    self.told.append(Told(asked, answer.result))
                    return self._completed(answer.result)
                if lost and not (isinstance(answer.error, ApplicationError) and answer.error.non_retryable):
                    self._injector.counts["answer of an attempt lost"] += 1
                elif isinstance(answer.error, ApplicationError) and answer.error.non_retryable:
                    return self._failed(answer.error)
            if canceled.is_set():
                return self.canceled() if answer.done else self._failed(TimeoutError("activity Heartbeat timeout"))
            await self._backoff(answer.error, number, canceled)
            if canceled.is_set():
                return self.canceled()

    async def _outlast(
        self, asked: Asked, number: int, environment: ActivityEnvironment, canceled: asyncio.Event
    ) -> Given:
        """One attempt, for as long as the server believes in it."""
        task = self.attempt(asked, number, environment)
        running = {task}
        if self._rng.random() < self.rate * 0.15:
            self._injector.counts["attempt delivered twice"] += 1
            running.add(self.attempt(asked, number, ActivityEnvironment()))
        patience = None
        if self._rng.random() < self.rate * 0.25:
            patience = self._rng.random() * 0.8
            self._injector.counts["heartbeats of an attempt lost"] += 1
        watch = asyncio.create_task(canceled.wait())
        try:
            await asyncio.wait({task, watch}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if canceled.is_set() and not task.done() and patience is None:
                await asyncio.sleep(self._rng.random())  # Cancel travels in the answer to a heartbeat.
                environment.cancel()
                await asyncio.wait({task}, timeout=60)
        finally:
            watch.cancel()
        for one in running - {task}:
            self._leave(one, "")
        if not task.done():
            self._leave(task, "")
            return Given()
        if task.cancelled():
            return Given(error=asyncio.CancelledError(), done=True)
        error = task.exception()
        if isinstance(error, Killed):
            await asyncio.sleep(self._rng.random() * HEARTBEAT)
            return Given()
        return Given(None if error else task.result(), error, done=True)

    async def _backoff(self, error: BaseException | None, number: int, canceled: asyncio.Event) -> None:
        delay = 2.0 ** min(number - 1, 3)
        if isinstance(error, ApplicationError) and error.next_retry_delay is not None:
            delay = error.next_retry_delay.total_seconds()
        try:
            await asyncio.wait_for(canceled.wait(), delay)
        except TimeoutError:
            return

    def _leave(self, task: asyncio.Task[Payload], why: str) -> None:
        self._injector.counts[why or "attempt given up while it runs"] += 1
        self.left.add(task)
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[Payload]) -> None:
        self.left.discard(task)
        if not task.cancelled():
            task.exception()

    async def _run(self, asked: Asked, number: int, environment: ActivityEnvironment) -> Payload:
        function = self._functions.get(asked.type) or self._functions[None]
        definition = _definition(function)
        now = datetime.fromtimestamp(BEGINNING + asyncio.get_running_loop().time(), UTC)
        environment.payload_converter = self._converter.payload_converter
        environment.info = replace(
            ActivityEnvironment.default_info(),
            activity_id=asked.activity_id,
            activity_type=asked.type,
            attempt=number,
            workflow_id=asked.workflow_id,
            workflow_type=asked.workflow,
            workflow_run_id=asked.run_id,
            scheduled_time=datetime.fromtimestamp(BEGINNING + asked.at, UTC),
            started_time=now,
            is_local=asked.local,
            heartbeat_timeout=timedelta(seconds=HEARTBEAT),
        )
        values = self._converter.payload_converter.from_payloads(asked.arguments, definition.arg_types)
        answer = await environment.run(function, *values)
        return self._converter.payload_converter.to_payloads([answer])[0]

    def _completed(self, result: Payload) -> ActivityResolution:
        made = ActivityResolution()
        made.completed.result.CopyFrom(result)
        return made

    def _failed(self, error: BaseException, *, local: bool = False) -> ActivityResolution:
        made = ActivityResolution()
        failure = made.failed.failure
        if not local:
            failure.message = "Activity task failed"
            failure.activity_failure_info.SetInParent()
            failure = failure.cause
        self._describe(error, failure)
        return made

    def canceled(self) -> ActivityResolution:
        """How a canceled activity is resolved."""
        made = ActivityResolution()
        made.cancelled.failure.message = "Activity cancelled"
        made.cancelled.failure.activity_failure_info.SetInParent()
        made.cancelled.failure.cause.canceled_failure_info.SetInParent()
        return made

    def _describe(self, error: BaseException, failure: Failure) -> None:
        told = error if isinstance(error, Exception) else ApplicationError(repr(error), type=type(error).__name__)
        self._converter.failure_converter.to_failure(told, self._converter.payload_converter, failure)


def _definition(function: Callable[..., Any]) -> Any:
    definitions: Any = vars(temporalio.activity)["_Definition"]
    return definitions.must_from_callable(function)
