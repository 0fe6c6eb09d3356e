"""Options of the activities the interpreter schedules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.workflow import ActivityCancellationType, ParentClosePolicy

from loopstack_temporal.machine.decisions import DECIDE, MOVE, Child, Fire

GRACE = 90.0
"""Seconds the server waits beyond the limit of the body; what comes before and after it is limited by the worker."""

CHILDREN_WITHIN = 60.0
"""Seconds that children get to end when their parent is canceled."""

NO_LIMIT = timedelta(days=3650)

# The machine's policy: unlimited, because the author's budget is counted in SQL and travels as `next_retry_delay`.
_MACHINE = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=8)
)

HOUSEKEEPING_LOCAL: dict[str, Any] = {
    "schedule_to_close_timeout": timedelta(seconds=5),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}
HOUSEKEEPING: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=90),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": _MACHINE,
}


def activity_type(workflow: str, fire: Fire) -> str:
    """`<workflow>.<transition>`; the engine's own steps have their own type."""
    return fire.transition if fire.transition in (DECIDE, MOVE) else f"{workflow}.{fire.transition}"


def summary(fire: Fire) -> str:
    """What Temporal Web shows beside the activity."""
    return f"{fire.place} → {fire.to}"[:200]


def regular(fire: Fire, step: int, queue: str, heartbeat: float) -> dict[str, Any]:
    """Options of a regular activity for one step."""
    return {
        "activity_id": f"{step}-{fire.transition}",
        "task_queue": f"{queue}.{fire.pool}" if fire.pool else None,
        "start_to_close_timeout": NO_LIMIT if fire.timeout is None else timedelta(seconds=fire.timeout + GRACE),
        "heartbeat_timeout": timedelta(seconds=heartbeat),
        "retry_policy": _MACHINE,
        "cancellation_type": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        "summary": summary(fire),
    }


def local(fire: Fire) -> dict[str, Any]:
    """Options of the single try of a local step."""
    return {
        "schedule_to_close_timeout": timedelta(seconds=5),
        "retry_policy": RetryPolicy(maximum_attempts=1),
        "summary": summary(fire),
    }


def child(wanted: Child) -> dict[str, Any]:
    """Options of a child run: it outlives its parent's history and is never started twice."""
    return {
        "task_queue": wanted.queue,
        "parent_close_policy": ParentClosePolicy.ABANDON,
        "id_reuse_policy": WorkflowIDReusePolicy.REJECT_DUPLICATE,
    }
