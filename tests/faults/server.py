"""A Temporal server for one process: durable histories, tasks, timers, activities, children, resets.

Everything above it is the product itself: the compiled workflows run in the SDK's own workflow instances, which are
evicted and replayed, and the activities in the SDK's activity environment.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.activity_result import ActivityResolution
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob as Job
from temporalio.bridge.proto.workflow_commands import WorkflowCommand as Command
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError

from tests.faults.attempts import Asked, Bench
from tests.faults.executions import Execution, Gone, Lost, anew, is_message, is_update, kind, resolves
from tests.faults.history import Facts, History, Task
from tests.faults.injecting import Killed

_CLOSING = ("complete_workflow_execution", "fail_workflow_execution", "cancel_workflow_execution")
_ALREADY_EXISTS: Any = 1
_CONTINUE = "continue_as_new_workflow_execution"


class Server:
    """Starts, drives and resets executions."""

    def __init__(
        self, workflows: dict[str, type], bench: Bench, converter: DataConverter, rng: Random, counts: Counter[str]
    ) -> None:
        self.executions: dict[str, Execution] = {}
        self.failure: BaseException | None = None
        """Why a workflow task failed; nothing goes on after it."""
        self.counts = counts
        self.rate = 0.0
        self.queue = "trial"
        self._workflows = workflows
        self._bench = bench
        self._converter = converter
        self._rng = rng
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what clients do ---------------------------------------------------------------------------------------------

    def start(
        self, workflow_id: str, workflow: str, arguments: Sequence[Payload], memo: dict[str, Payload], parent: str = ""
    ) -> bool:
        """Start a workflow; `False` if its id is taken."""
        if workflow_id in self.executions:
            return False
        run_id = f"{workflow_id}/1"
        facts = Facts(workflow_id, workflow, run_id, run_id, run_id, None, memo, self.queue)
        execution = Execution(self._history(facts), parent=parent)
        self.executions[workflow_id] = execution
        self._initialize(execution, arguments)
        return True

    def signal(self, workflow_id: str, name: str, values: Sequence[Any]) -> bool:
        """Send a signal; `False` if nobody is there."""
        execution = self.executions.get(workflow_id)
        if execution is None or execution.status != "running":
            return False
        job = Job()
        job.signal_workflow.signal_name = name
        for value in values:
            payload = [value] if isinstance(value, Payload) else self._converter.payload_converter.to_payloads([value])
            job.signal_workflow.input.extend(payload)
        self._deliver(execution, job)
        return True

    async def update(self, workflow_id: str, name: str, values: Sequence[Any], update_id: str) -> Any:
        """Send an update and wait for its outcome. Raises what refused it, `Lost` and `Gone`."""
        execution = self.executions[workflow_id]
        if execution.status != "running":
            raise Gone
        known = execution.updates.get(update_id)
        if known is None:
            known = execution.updates[update_id] = asyncio.get_running_loop().create_future()
            job = Job()
            job.do_update.id = job.do_update.protocol_instance_id = update_id
            job.do_update.name = name
            job.do_update.run_validator = True
            job.do_update.input.extend(self._converter.payload_converter.to_payloads(list(values)))
            self._deliver(execution, job)
        return await asyncio.shield(known)

    def cancel(self, workflow_id: str) -> bool:
        """Ask a workflow to cancel; `False` if it has ended."""
        execution = self.executions.get(workflow_id)
        if execution is None or execution.status != "running":
            return False
        job = Job()
        job.cancel_workflow.SetInParent()
        self._deliver(execution, job)
        return True

    async def current_run(self, run_id: str) -> str | None:
        """See `execution.values.CurrentRun`."""
        execution = self.executions.get(run_id)
        return execution.history.facts.run_id if execution else None

    def reset(self, workflow_id: str, number: int) -> None:
        """Reset the current Temporal run to its task `number`, with the messages that came later sent again."""
        execution = self.executions[workflow_id]
        old = execution.history
        facts = old.facts
        execution.runs += 1
        fresh = self._history(replace(facts, run_id=f"{facts.workflow_id}/{execution.runs}"))
        fresh.tasks = old.tasks[:number]
        again = [anew(job) for job in old.tasks[number].jobs[0]]
        later = [anew(job) for task in old.tasks[number + 1 :] for job in task.jobs[0] if is_message(job)]
        seed = Job()
        seed.update_random_seed.randomness_seed = self._rng.getrandbits(32)
        waiting = [job for job in execution.buffer if is_message(job)]
        self._abandon(execution)
        old.evict()
        execution.history, execution.status = fresh, "running"
        # At the first task the workflow is born with its new seed; later ones are told.
        execution.buffer = [*again, *([seed] if number else []), *later, *waiting]
        resolved = {one for task in fresh.tasks for jobs in task.jobs for one in map(resolves, jobs)}
        resolved |= set(map(resolves, again))
        for task in fresh.tasks:
            self._apply(execution, task, resolved)
        self._drive(execution)

    async def close(self) -> None:
        """End everything."""
        for execution in self.executions.values():
            self._abandon(execution)
            execution.history.evict()
        for task in self._tasks:
            task.cancel()

    # --- tasks -------------------------------------------------------------------------------------------------------

    def _history(self, facts: Facts) -> History:
        return History(facts, self._workflows[facts.workflow], self._converter)

    def _initialize(self, execution: Execution, arguments: Sequence[Payload]) -> None:
        facts, job = execution.history.facts, Job()
        started = job.initialize_workflow
        started.workflow_id, started.workflow_type = facts.workflow_id, facts.workflow
        started.arguments.extend(arguments)
        started.first_execution_run_id = facts.first_run_id
        self._deliver(execution, job)

    def _deliver(self, execution: Execution, job: Job) -> None:
        execution.buffer.append(job)
        self._drive(execution)

    def _drive(self, execution: Execution) -> None:
        if execution.driving is None or execution.driving.done():
            execution.driving = self._spawn(self._work(execution))

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and self.failure is None:
            self.failure = error

    async def _work(self, execution: Execution) -> None:
        while execution.buffer and execution.status == "running" and self.failure is None:
            await asyncio.sleep(self._rng.random() * 0.005)
            await self._task(execution)

    async def _task(self, execution: Execution) -> None:
        history, jobs = execution.history, execution.buffer
        execution.buffer = []
        if self._rng.random() < self.rate * 0.3:
            self.counts["workflow evicted and replayed"] += 1
            history.evict()
        task = Task(asyncio.get_running_loop().time())
        commands = history.activate(task, jobs)
        try:
            await self._locals(execution, history, task, commands)
        except Killed:
            self.counts["worker died within a workflow task"] += 1
            await self._again(execution, history, jobs)
            return
        if self._rng.random() < 0.3:
            await asyncio.sleep(self._rng.random() * 0.02)  # On its way to the server.
        if execution.history is not history:
            return
        closes = any(kind(command) in (*_CLOSING, _CONTINUE) for command in task.effects)
        if closes and execution.buffer:
            self.counts["completion refused: a message arrived meanwhile"] += 1
            await self._again(execution, history, jobs)
            return
        self._answer_updates(execution, task)
        history.tasks.append(task)
        self._apply(execution, task, set())

    async def _again(self, execution: Execution, history: History, jobs: Sequence[Job]) -> None:
        """The task failed: the same messages again, with those that came meanwhile."""
        if execution.history is history:
            history.evict()
            execution.buffer = [*jobs, *execution.buffer]
            await asyncio.sleep(self._rng.random())

    async def _locals(self, execution: Execution, history: History, task: Task, commands: Sequence[Command]) -> None:
        """Run the local activities of a task within it."""
        running: dict[asyncio.Task[Any], int] = {}
        while True:
            for command in commands:
                if command.HasField("schedule_local_activity"):
                    asked = command.schedule_local_activity
                    one = self._asked(history, task, asked, local=True)
                    running[asyncio.create_task(self._bench.local(one))] = asked.seq
            if not running:
                return
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            if execution.history is not history:
                return
            jobs: list[Job] = []
            for one in sorted(done, key=lambda one: running[one]):
                job = Job()
                job.resolve_activity.seq = running.pop(one)
                job.resolve_activity.is_local = True
                job.resolve_activity.result.CopyFrom(one.result())
                jobs.append(job)
            commands = history.activate(task, jobs)

    def _asked(self, history: History, task: Task, command: Any, *, local: bool = False) -> Asked:
        facts = history.facts
        where = (facts.workflow_id, facts.workflow, facts.run_id)
        arguments = tuple(command.arguments)
        return Asked(command.activity_id, command.activity_type, arguments, *where, at=task.at, local=local)

    def _answer_updates(self, execution: Execution, task: Task) -> None:
        refused: set[str] = set()
        for command in task.effects:
            if not command.HasField("update_response"):
                continue
            answer, name = command.update_response, command.update_response.protocol_instance_id
            future = execution.updates.get(name)
            if answer.HasField("accepted"):
                execution.accepted.add(name)
                continue
            if answer.HasField("rejected") and name not in execution.accepted:
                refused.add(name)
                execution.updates.pop(name, None)  # Nothing of it is kept; the same id may ask again.
            if future is None or future.done():
                continue
            convert = self._converter.payload_converter
            if answer.HasField("rejected"):
                future.set_exception(self._converter.failure_converter.from_failure(answer.rejected, convert))
                future.exception()
            else:
                future.set_result(convert.from_payloads([answer.completed])[0])
        task.jobs[0] = [job for job in task.jobs[0] if not (is_update(job) and job.do_update.id in refused)]

    # --- commands ----------------------------------------------------------------------------------------------------

    def _apply(self, execution: Execution, task: Task, resolved: set[tuple[str, int]]) -> None:
        """Carry out what a task asked for, except what has been `resolved` already."""
        acts: dict[str, Callable[[Execution, Task, Any], None]] = {
            "schedule_activity": self._schedule,
            "request_cancel_activity": self._cancel_activity,
            "start_timer": self._set_timer,
            "cancel_timer": self._cancel_timer,
            "start_child_workflow_execution": self._start_child,
            "signal_external_workflow_execution": self._signal_other,
            "request_cancel_external_workflow_execution": self._cancel_other,
            _CONTINUE: self._continue,
            **dict.fromkeys(_CLOSING, self._close),
        }
        for command in task.effects:
            variant = kind(command)
            asked = getattr(command, variant)
            act = acts.get(variant)
            if act is not None and (variant, getattr(asked, "seq", 0)) not in resolved:
                act(execution, task, asked)

    def _schedule(self, execution: Execution, task: Task, asked: Any) -> None:
        if any(one.request_cancel_activity.seq == asked.seq for one in task.effects):
            # Asked for and taken back in one task: neither command leaves the worker, which resolves it by itself.
            self._resolve(execution, asked.seq, self._bench.canceled())
            return
        self._spawn(self._activity(execution, self._asked(execution.history, task, asked), asked.seq))

    def _cancel_activity(self, execution: Execution, task: Task, asked: Any) -> None:
        execution.canceling.setdefault(asked.seq, asyncio.Event()).set()

    def _cancel_timer(self, execution: Execution, task: Task, asked: Any) -> None:
        if timer := execution.timers.pop(asked.seq, None):
            timer.cancel()
        fired = ("start_timer", asked.seq)
        execution.buffer = [job for job in execution.buffer if resolves(job) != fired]

    async def _activity(self, execution: Execution, asked: Asked, seq: int) -> None:
        history = execution.history
        canceled = execution.canceling.setdefault(seq, asyncio.Event())

        def wanted() -> bool:
            return execution.history is history and execution.status == "running"

        resolution = await self._bench.regular(asked, canceled, wanted)
        if wanted():
            self._resolve(execution, seq, resolution)

    def _resolve(self, execution: Execution, seq: int, resolution: ActivityResolution) -> None:
        job = Job()
        job.resolve_activity.seq = seq
        job.resolve_activity.result.CopyFrom(resolution)
        self._deliver(execution, job)

    def _set_timer(self, execution: Execution, task: Task, asked: Any) -> None:
        seq, history = asked.seq, execution.history
        loop = asyncio.get_running_loop()
        due = task.at + asked.start_to_fire_timeout.ToNanoseconds() / 1e9

        def fire() -> None:
            execution.timers.pop(seq, None)
            if execution.history is history and execution.status == "running":
                job = Job()
                job.fire_timer.seq = seq
                self._deliver(execution, job)

        execution.timers[seq] = loop.call_at(max(due, loop.time()), fire)

    def _close(self, execution: Execution, task: Task, asked: Any) -> None:
        execution.status = next(kind(one).partition("_")[0] for one in task.effects if kind(one) in _CLOSING)
        self._abandon(execution)

    def _continue(self, execution: Execution, task: Task, asked: Any) -> None:
        old = execution.history
        self._abandon(execution)
        execution.runs += 1
        run_id = f"{old.facts.workflow_id}/{execution.runs}"
        facts = replace(old.facts, run_id=run_id, original_run_id=run_id, continued_run_id=old.facts.run_id)
        execution.history = self._history(facts)
        old.evict()
        self._initialize(execution, asked.arguments)

    def _abandon(self, execution: Execution) -> None:
        """The present Temporal run is over; nobody will say what becomes of its open updates."""
        for timer in execution.timers.values():
            timer.cancel()
        for future in execution.updates.values():
            if not future.done():
                future.set_exception(Lost())
                future.exception()
        execution.timers, execution.canceling, execution.updates, execution.accepted = {}, {}, {}, set()

    def _start_child(self, execution: Execution, task: Task, asked: Any) -> None:
        job, me = Job(), execution.history.facts.workflow_id
        started = self.start(asked.workflow_id, asked.workflow_type, asked.input, dict(asked.memo), parent=me)
        answer = job.resolve_child_workflow_execution_start
        answer.seq = asked.seq
        if started or self.executions[asked.workflow_id].parent == me:
            answer.succeeded.run_id = self.executions[asked.workflow_id].history.facts.run_id
        else:
            answer.failed.workflow_id, answer.failed.workflow_type = asked.workflow_id, asked.workflow_type
            answer.failed.cause = _ALREADY_EXISTS
        self._deliver(execution, job)

    def _signal_other(self, execution: Execution, task: Task, asked: Any) -> None:
        other = self.executions.get(asked.workflow_execution.workflow_id)
        there = other is not None and other.status == "running"
        if there and other is not None:
            signal = Job()
            signal.signal_workflow.signal_name = asked.signal_name
            signal.signal_workflow.input.extend(asked.args)
            self._deliver(other, signal)
        job = Job()
        self._reached(execution, job, job.resolve_signal_external_workflow, asked.seq, there)

    def _cancel_other(self, execution: Execution, task: Task, asked: Any) -> None:
        there, job = self.cancel(asked.workflow_execution.workflow_id), Job()
        self._reached(execution, job, job.resolve_request_cancel_external_workflow, asked.seq, there)

    def _reached(self, execution: Execution, job: Job, answer: Any, seq: int, there: bool) -> None:
        answer.seq = seq
        if not there:
            gone = ApplicationError("not found", type="ExternalWorkflowExecutionNotFound")
            self._converter.failure_converter.to_failure(gone, self._converter.payload_converter, answer.failure)
        self._deliver(execution, job)
