"""One Temporal run as the SDK sees it: activations in, commands out, and the same again when it is replayed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import temporalio.common
import temporalio.workflow
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.converter import DataConverter
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails

BEGINNING = 1_900_000_000.0
"""The server's clock when a trial begins."""

_Definition: Any = vars(temporalio.workflow)["_Definition"]
_events: Any = asyncio.events


class TaskFailed(AssertionError):
    """A workflow task failed: the run would hang until somebody deploys other code."""


@dataclass
class Task:
    """One workflow task: the activations it consisted of, and what the workflow asked for in each."""

    at: float
    jobs: list[list[WorkflowActivationJob]] = field(default_factory=list[list[WorkflowActivationJob]])
    commands: list[list[WorkflowCommand]] = field(default_factory=list[list[WorkflowCommand]])
    flags: set[int] = field(default_factory=set[int])

    @property
    def effects(self) -> list[WorkflowCommand]:
        """All commands of the task."""
        return [command for commands in self.commands for command in commands]

    @property
    def marked(self) -> list[WorkflowActivationJob]:
        """The markers of patches that the task left, as a replay is told of them."""
        found: list[WorkflowActivationJob] = []
        for command in self.effects:
            if command.HasField("set_patch_marker"):
                job = WorkflowActivationJob()
                job.notify_has_patch.patch_id = command.set_patch_marker.patch_id
                found.append(job)
        return found


@dataclass(frozen=True, slots=True)
class Facts:
    """What a Temporal run is born with."""

    workflow_id: str
    workflow: str
    run_id: str
    first_run_id: str
    original_run_id: str
    continued_run_id: str | None
    memo: dict[str, Payload]
    queue: str


class History:
    """The recorded tasks of one Temporal run, and the live instance of its workflow, if it is in a worker's cache."""

    def __init__(self, facts: Facts, definition: type, converter: DataConverter) -> None:
        self.facts = facts
        self.tasks: list[Task] = []
        self._definition = _Definition.must_from_class(definition)
        self._converter = converter
        self._instance: WorkflowInstance | None = None

    def evict(self) -> None:
        """Forget the instance; the next task replays."""
        if self._instance is not None:
            job = WorkflowActivationJob()
            job.remove_from_cache.SetInParent()
            self._activate([job], 0.0, replaying=False, flags=())
            self._instance = None

    def activate(self, task: Task, jobs: Sequence[WorkflowActivationJob]) -> list[WorkflowCommand]:
        """Give the workflow `jobs` within `task`. Raises `TaskFailed`, also when a replay does something else."""
        if self._instance is None:
            self._replay()
        commands, flags = self._activate(jobs, task.at, replaying=False, flags=())
        task.jobs.append([_copy(job) for job in jobs])
        task.commands.append(commands)
        task.flags |= flags
        return commands

    def _replay(self) -> None:
        self._instance = UnsandboxedWorkflowRunner().create_instance(self._details())
        for number, task in enumerate(self.tasks):
            marked = task.marked  # Told before anything else of their task, as the SDK's core does.
            for jobs, recorded in zip(task.jobs, task.commands, strict=True):
                commands, _ = self._activate([*marked, *jobs], task.at, replaying=True, flags=tuple(task.flags))
                marked = []
                if _told(commands) != _told(recorded):
                    raise TaskFailed(f"replay of task {number} differs: {_told(commands)} after {_told(recorded)}")

    def _activate(
        self, jobs: Sequence[WorkflowActivationJob], at: float, *, replaying: bool, flags: Sequence[int]
    ) -> tuple[list[WorkflowCommand], set[int]]:
        stamp = Timestamp()
        stamp.FromNanoseconds(int((BEGINNING + at) * 1e9))
        activation = WorkflowActivation(
            run_id=self.facts.run_id,
            timestamp=stamp,
            is_replaying=replaying,
            history_length=len(self.tasks) * 3 + 3,
            jobs=jobs,
            available_internal_flags=flags,
        )
        assert self._instance is not None
        outside = asyncio.get_running_loop()
        _events._set_running_loop(None)  # An activation is an event loop of its own.
        try:
            completion = self._instance.activate(activation)
        finally:
            _events._set_running_loop(outside)
        if completion.HasField("failed"):
            raise TaskFailed(f"the workflow task failed: {completion.failed.failure.message}\n{completion.failed}")
        return list(completion.successful.commands), set(completion.successful.used_internal_flags)

    def _details(self) -> WorkflowInstanceDetails:
        facts = self.facts
        began = datetime.fromtimestamp(BEGINNING, UTC)
        empty = temporalio.common.TypedSearchAttributes.empty
        info = temporalio.workflow.Info(
            attempt=1,
            continued_run_id=facts.continued_run_id,
            cron_schedule=None,
            execution_timeout=None,
            first_execution_run_id=facts.first_run_id,
            headers={},
            namespace="default",
            original_execution_run_id=facts.original_run_id,
            parent=None,
            root=None,
            priority=temporalio.common.Priority.default,
            raw_memo=facts.memo,
            retry_policy=None,
            run_id=facts.run_id,
            run_timeout=None,
            search_attributes={},
            start_time=began,
            workflow_start_time=began,
            task_queue=facts.queue,
            task_timeout=timedelta(seconds=10),
            typed_search_attributes=empty,
            workflow_id=facts.workflow_id,
            workflow_type=facts.workflow,
        )
        converter: Any = self._converter
        return WorkflowInstanceDetails(
            payload_converter_factory=converter._new_payload_converter,
            failure_converter_class=self._converter.failure_converter_class,
            interceptor_classes=[],
            defn=self._definition,
            info=info,
            randomness_seed=crc32(facts.original_run_id.encode()),
            extern_functions={"__temporal_assert_local_activity_valid": _nothing},
            disable_eager_activity_execution=True,
            worker_level_failure_exception_types=(),
            patch_activation_callback=None,
            last_completion_result=Payloads(),
            last_failure=None,
        )


def _nothing(_name: str) -> None:
    """Every local activity is known here."""


def _copy(job: WorkflowActivationJob) -> WorkflowActivationJob:
    """As history keeps it: what a validator let pass once is not asked again."""
    copied = WorkflowActivationJob()
    copied.CopyFrom(job)
    if copied.HasField("do_update"):
        copied.do_update.run_validator = False
    return copied


def _told(commands: Sequence[WorkflowCommand]) -> list[bytes]:
    return [one.SerializeToString(deterministic=True) for one in commands if not one.HasField("update_response")]
