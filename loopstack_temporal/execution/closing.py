"""Where a run goes on whose step was closed: a person stopped it, or its activity ended without an outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace

from loopstack_temporal.definition.model import END, TransitionDefinition, WorkflowDefinition
from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.execution.arrival import Next, standing
from loopstack_temporal.execution.faults import clean
from loopstack_temporal.execution.scene import Scene
from loopstack_temporal.execution.values import Stop
from loopstack_temporal.execution.visiting import visit
from loopstack_temporal.machine.decide import fire
from loopstack_temporal.machine.decisions import Finish, Parked
from loopstack_temporal.store.records import Ending


@dataclass(frozen=True, slots=True)
class Closing:
    """How a closed step ends."""

    place: str
    arrival: Next
    failure: ErrorInfo
    ending: Ending | None = None


def unreported(scene: Scene, reason: str) -> Closing:
    """The step ended and its activity could not say how: the run parks."""
    text = clean(f"`{scene.call.transition}` ended without an outcome: {reason}")
    failure = ErrorInfo("step_closed", "StepClosed", text)
    return Closing(scene.call.place, _parked(scene, _known(scene), failure), failure)


async def stopped(scene: Scene, stop: Stop) -> Closing:
    """A person stopped the step: nothing of its body is kept, and no try is spent.

    The run goes where the author said, for a stop or for failures; otherwise it parks.
    """
    text = f"{stop.by} stopped `{scene.call.transition}`" + (f": {stop.reason}" if stop.reason else "")
    failure = ErrorInfo("stopped", "Stopped", clean(text), {"by": stop.by, "reason": stop.reason})
    known = _known(scene)
    place = known and (known[1].stopped_to or known[1].retry.place)
    if known is None or place is None:
        return Closing(scene.call.place, _parked(scene, known, failure), failure)
    ending = None
    if place == END:
        checkpoint = scene.entered.checkpoint
        ending = Ending("completed", checkpoint.result if checkpoint else None)
        arrival = standing(Finish(status="completed", place=END), 0)
    else:
        arrival = await visit(scene, known[0], place)
    return Closing(place, replace(arrival, foreseen=known[1].stopped_to is not None), failure, ending)


def _known(scene: Scene) -> tuple[WorkflowDefinition, TransitionDefinition] | None:
    definition = scene.workplace.app.workflows.get(scene.call.workflow)
    transition = definition.find(scene.call.transition, scene.call.place) if definition else None
    return (definition, transition) if definition and transition else None


def _parked(scene: Scene, known: tuple[WorkflowDefinition, TransitionDefinition] | None, failure: ErrorInfo) -> Next:
    again = fire(*known) if known else None
    step = scene.call.step if again else None
    parked = Parked(place=scene.call.place, code=failure.code, message=failure.message, retry=again, step=step)
    return Next(parked, "failed", error=failure)
