"""Asking what a place says without running a body: where a run begins, and where a stopped step leads."""

from __future__ import annotations

from functools import partial

from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.session import attach, detach
from loopstack_temporal.execution.arrival import Next, Visitor, arrive
from loopstack_temporal.execution.faults import describe
from loopstack_temporal.execution.scene import Scene
from loopstack_temporal.execution.session import Attempt, context_of
from loopstack_temporal.execution.state import Workpiece, load
from loopstack_temporal.machine.decisions import Parked


async def visit(scene: Scene, definition: WorkflowDefinition, place: str) -> Next:
    """Ask the guards of `place`, with state and documents as they are. Where nobody can be asked, the run parks."""
    before, threads = scene.entered.checkpoint, scene.workplace.threads
    state = partial(load, definition.state, before.state if before else None)
    try:
        context = context_of(definition, scene.entered.run, scene.call, scene.entered.retry_count, scene.pulse)
        async with scene.workplace.app.build(definition) as workflow:
            reading = Attempt(Workpiece(definition, before), scene.documents(), context)
            attach(workflow, reading)
            try:
                visitor = Visitor(workflow, state, context, threads)
                path = scene.entered.run.path
                return await arrive(definition, place, visitor, now=scene.pulse.now(), chain=0, path=path)
            finally:
                reading.close()
                detach(workflow)
    except Exception as error:  # So is a provider that cannot be built, and arguments newer code does not take.
        fault = describe(error)
        return Next(Parked(place=place, code=fault.code, message=fault.message), "failed", error=fault)
