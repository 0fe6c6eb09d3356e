"""What the interpreter asks of Temporal: activities, child runs, messages to other runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, WorkflowAlreadyStartedError

from loopstack_temporal.machine.decisions import Child, Fire
from loopstack_temporal.temporal import failures, options
from loopstack_temporal.temporal import messages as msg
from loopstack_temporal.temporal.messages import StepInput, StepResult

Answer = TypeVar("Answer")

GONE = "ExternalWorkflowExecutionNotFound"
"""The other run has ended, or never began: there is nobody to tell."""


class Commands:
    """Issues the commands of one run and keeps hold of the step in flight."""

    def __init__(self, workflow_name: str) -> None:
        self.name = workflow_name
        self.in_flight: workflow.ActivityHandle[Any] | None = None

    async def step(self, fire: Fire, asked: StepInput, heartbeat: float, is_canceled: Callable[[], bool]) -> StepResult:
        """Run one step as an activity; a local one gets a single try inside the workflow task first."""
        if fire.local:
            try:
                return await workflow.execute_local_activity(
                    options.activity_type(self.name, fire), asked, result_type=StepResult, **options.local(fire)
                )
            except FailureError as failure:
                if is_canceled() or failures.decided(failure):
                    raise
        self.in_flight = workflow.start_activity(
            options.activity_type(self.name, fire),
            asked,
            result_type=StepResult,
            **options.regular(fire, asked.step, workflow.info().task_queue, heartbeat),
        )
        if is_canceled():
            self.in_flight.cancel()
        try:
            return await self.in_flight
        finally:
            self.in_flight = None

    def interrupt(self) -> None:
        """Cancel the step in flight, if there is one."""
        if self.in_flight:
            self.in_flight.cancel()

    async def housekeeping(self, name: str, asked: object, answer: type[Answer]) -> Answer:
        """Tried once inside the workflow task, which is cheap; then as a regular activity, which waits for ever."""
        try:
            return await workflow.execute_local_activity(name, asked, result_type=answer, **options.HOUSEKEEPING_LOCAL)
        except FailureError:
            return await workflow.execute_activity(name, asked, result_type=answer, **options.HOUSEKEEPING)

    async def start_children(self, children: Iterable[Child]) -> None:
        """Start child runs, all at once. One that exists already is ours: its id comes from the recorded decision."""
        await _each(self._start(child) for child in children)

    async def cancel_runs(self, run_ids: Iterable[str]) -> None:
        """Ask other runs to cancel; those that have ended already count as done."""
        await _each(workflow.get_external_workflow_handle(run_id).cancel() for run_id in run_ids)

    async def tell_parent(self, parent: msg.Parent, status: str) -> None:
        """Report the end of this run to the one that started it."""
        ended = msg.Ended(child_id=workflow.info().workflow_id, status=status, callback=parent.callback)
        await _each([workflow.get_external_workflow_handle(parent.run_id).signal(msg.CHILD, ended)])

    async def _start(self, child: Child) -> None:
        parent = msg.Parent(run_id=workflow.info().workflow_id, callback=child.callback)
        memo = {"loopstack": parent.memo(child.token)}
        try:
            handle = await workflow.start_child_workflow(child.workflow, id=child.id, memo=memo, **options.child(child))
        except WorkflowAlreadyStartedError:
            return
        # How it ended comes by signal, which a new history gets too; that it failed is nothing to complain about.
        handle.add_done_callback(_looked_at)


async def _each(asked: Iterable[Awaitable[Any]]) -> None:
    for outcome in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(outcome, BaseException) and not (isinstance(outcome, ApplicationError) and outcome.type == GONE):
            raise outcome


def _looked_at(child: asyncio.Task[Any]) -> None:
    if not child.cancelled():
        child.exception()


async def uninterrupted(work: asyncio.Task[Answer], on_cancel: Callable[[], None]) -> Answer:
    """What `work` gives. A cancel never reaches it: the first one is told to `on_cancel`, later ones to nobody."""
    told = False
    while not work.done():
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            if not told and not work.done():
                told = True
                on_cancel()
    return work.result()


async def until(condition: Callable[[], bool], seconds: float | None = None, summary: str | None = None) -> bool:
    """Wait for a condition; `False` when the time was over first."""
    limit = None if seconds is None else timedelta(seconds=seconds)
    try:
        await workflow.wait_condition(condition, timeout=limit, timeout_summary=summary)
    except TimeoutError:
        return False
    return True


def was_reset() -> bool:
    """A reset to the first task of a continued run is seen by nobody else: it is not opened, and its seed is new.

    After a reset to a later task the first one is replayed as it was recorded, and the seed tells of the reset: the
    marker is there only if the first task itself was done anew.
    """
    info = workflow.info()
    return info.run_id != info.original_execution_run_id and workflow.patched("loopstack.reset-to-the-start")
