"""What the server keeps of a workflow, and how its messages and commands are told apart."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob as Job
from temporalio.bridge.proto.workflow_commands import WorkflowCommand as Command

from tests.faults.history import History


class Lost(Exception):
    """Nobody knows what became of an update: its Temporal run is gone."""


class Gone(Exception):
    """The workflow has ended."""


@dataclass
class Execution:
    """All Temporal runs of one workflow id, of which one is current."""

    history: History
    buffer: list[Job] = field(default_factory=list[Job])
    status: str = "running"
    updates: dict[str, asyncio.Future[Any]] = field(default_factory=dict[str, "asyncio.Future[Any]"])
    canceling: dict[int, asyncio.Event] = field(default_factory=dict[int, asyncio.Event])
    timers: dict[int, asyncio.TimerHandle] = field(default_factory=dict[int, asyncio.TimerHandle])
    driving: asyncio.Task[None] | None = None
    accepted: set[str] = field(default_factory=set[str])
    runs: int = 1
    parent: str = ""


def kind(command: Command) -> str:
    """What a command asks for."""
    return command.WhichOneof("variant") or ""


def is_update(job: Job) -> bool:
    """Whether a message is an update."""
    return job.HasField("do_update")


def is_message(job: Job) -> bool:
    """What a reset sends once more."""
    return job.HasField("signal_workflow") or job.HasField("do_update")


def anew(job: Job) -> Job:
    """An update that was accepted is judged again after a reset."""
    copied = Job()
    copied.CopyFrom(job)
    if is_update(copied):
        copied.do_update.run_validator = True
    return copied


_RESOLVING = {
    "resolve_activity": "schedule_activity",
    "fire_timer": "start_timer",
    "resolve_child_workflow_execution_start": "start_child_workflow_execution",
    "resolve_signal_external_workflow": "signal_external_workflow_execution",
    "resolve_request_cancel_external_workflow": "request_cancel_external_workflow_execution",
}


def resolves(job: Job) -> tuple[str, int]:
    """Which command a message answers."""
    kind = job.WhichOneof("variant") or ""
    return _RESOLVING.get(kind, ""), getattr(getattr(job, kind), "seq", 0)
