"""A step whose body failed: another try, the error place, the retry target, parked or ended."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from loopstack_temporal.definition.documents import ErrorDocument
from loopstack_temporal.definition.model import END, TransitionDefinition, WorkflowDefinition
from loopstack_temporal.errors import EffectUnknown, ErrorInfo, Interrupted
from loopstack_temporal.execution.arrival import Next, Visitor, arrive, canceled, standing
from loopstack_temporal.execution.documents import written
from loopstack_temporal.execution.faults import describe, retryable, wished_delay
from loopstack_temporal.execution.scene import Scene, recorded_answer, surely
from loopstack_temporal.execution.values import StepAnswer, TryAgain
from loopstack_temporal.machine.decide import fire
from loopstack_temporal.machine.decisions import DECIDE, Delay, Finish, Fire, Parked
from loopstack_temporal.store.records import DocumentWrite, Ending, FailureWrite, RetryPending

_log = logging.getLogger("loopstack.run")

MOST_CLAIMS = 25
"""Attempts in a row that claimed a step and vanished: then the step kills its workers and somebody has to look."""


async def author_failed(
    scene: Scene,
    error: Exception,
    definition: WorkflowDefinition,
    transition: TransitionDefinition | None,
    visitor: Visitor,
) -> StepAnswer:
    """The author's code raised: spend a try if there is one, else finish the step and say how the run goes on."""
    fault = describe(error)
    # Only the log has the traceback: what is stored is shown to everybody. A caller in this process gets the exception.
    level = logging.DEBUG if scene.workplace.stateless else logging.WARNING
    told = (scene.call.transition, scene.call.run_id, scene.call.step, fault.code, fault.message)
    _log.log(level, "`%s` failed in run %s, step %d [%s]: %s", *told, exc_info=error)
    if transition is None:  # Asking the guards of a place again; it has no body and no tries.
        parked = Parked(place=scene.call.place, code=fault.code, message=fault.message)
        return await _finish(scene, scene.call.place, Next(parked, "failed", error=fault), fault)
    document = _error_document(scene, fault)
    if transition.name == definition.on_cancel:  # Its mistakes do not stop a cancel.
        ended = standing(canceled(scene.call.place), 0)
        return await _finish(scene, scene.call.place, ended, fault, document, ending=Ending("canceled"))
    if _may_try_again(scene, error, transition):
        delay = max(transition.retry.delay_before(scene.entered.retry_count + 1), wished_delay(error))
        if transition.retry.target is not None:
            return await _through_target(scene, fault, definition, transition, visitor, delay=delay, document=document)
        return await _try_again(scene, fault, transition, document, delay)
    unknown = isinstance(error, EffectUnknown)  # Only a person may decide, so no other way out of here is taken.
    if transition.retry.place is not None and not unknown:
        arrival = await _arrive(scene, definition, transition.retry.place, visitor)
        return await _finish(scene, transition.retry.place, arrival, fault, document)
    return await _finish(scene, scene.call.place, _parked(scene, definition, transition, fault), fault, document)


async def unknown_transition(scene: Scene, grace: float) -> StepAnswer:
    """The running code has no such transition: an old worker during a deploy, or it was removed.

    For `grace` seconds the step is offered again, to other workers too; then the run parks with the missing name.
    """
    call = scene.call
    text = (
        f"workflow `{call.workflow}` has no transition `{call.transition}` from `{call.place}` in the running code; "
        "deploy code that has it and retry, or move the run to another place"
    )
    if scene.pulse.now() - call.scheduled_at < grace:
        raise Interrupted(text)
    again = Fire(transition=call.transition, place=call.place)
    parked = Parked(place=call.place, code="unknown_transition", message=text, retry=again, step=call.step)
    fault = ErrorInfo("unknown_transition", "UnknownTransition", text)
    return await _finish(scene, call.place, Next(parked, "failed", error=fault), fault, counted=False)


def too_early(scene: Scene, transition: TransitionDefinition | None) -> TryAgain | None:
    """What is left of the author's delay, when a failed local step comes back as a regular activity at once.

    The workflow does not know of the delay; the activity's own next attempt comes after it.
    """
    pending = scene.entered.run.retry
    if transition is None or transition.execution != "local" or pending is None or scene.call.attempt > 1:
        return None
    left = pending.next_at.timestamp() - scene.pulse.now()
    return TryAgain(pending.error, left) if scene.entered.failure_no > 0 and left > 0 else None


async def keeps_dying(
    scene: Scene, definition: WorkflowDefinition, transition: TransitionDefinition | None
) -> StepAnswer:
    """The step took its worker down again and again: park instead of killing more of them."""
    text = (
        f"`{scene.call.transition}` was started {scene.entered.claims} times and its worker vanished each time "
        "(killed, out of memory, crashed); it is not started again by itself"
    )
    fault = ErrorInfo("step_keeps_dying", "StepKeepsDying", text)
    return await _finish(scene, scene.call.place, _parked(scene, definition, transition, fault), fault, counted=False)


def _may_try_again(scene: Scene, error: Exception, transition: TransitionDefinition) -> bool:
    # A manual retry runs the body once: somebody is looking, and the automatic tries are spent.
    if scene.call.repeats is not None or not retryable(error):
        return False
    through_target = transition.retry.target is not None
    failures = scene.entered.retry_count if through_target else scene.entered.failure_no
    return failures < transition.retry.attempts


async def _try_again(
    scene: Scene, fault: ErrorInfo, transition: TransitionDefinition, document: DocumentWrite, delay: float
) -> StepAnswer:
    pending = _pending(scene, transition, fault, scene.entered.failure_no, delay)
    store = scene.workplace.store
    failure = FailureWrite(
        fence=scene.fence,
        transition=scene.call.transition,
        from_place=scene.call.place,
        document=document,
        error=fault,
        retry=pending,
        trigger=scene.trigger,
        worker=scene.workplace.worker,
        started_at=scene.started_at,
    )
    recorded = await surely(store, store.steps.fail, failure)
    return recorded_answer(recorded, scene.trigger) if recorded else TryAgain(fault, delay)


async def _through_target(
    scene: Scene,
    fault: ErrorInfo,
    definition: WorkflowDefinition,
    transition: TransitionDefinition,
    visitor: Visitor,
    *,
    delay: float,
    document: DocumentWrite,
) -> StepAnswer:
    """Move to the retry target, stay there for the delay, then go on from there. For an answer nobody has to delay."""
    target = transition.retry.target or transition.from_
    arrival = await _arrive(scene, definition, target, visitor)
    pending = None
    if isinstance(arrival.decision, Fire):
        later = Delay(place=target, until=scene.pulse.now() + delay, then=arrival.decision)
        arrival = standing(later, scene.pulse.now())
        pending = _pending(scene, transition, fault, scene.entered.retry_count, delay)
    return await _finish(scene, target, arrival, fault, document, retry=pending)


def _pending(
    scene: Scene, transition: TransitionDefinition, fault: ErrorInfo, failures: int, delay: float
) -> RetryPending:
    """What people see of a retry to come, after `failures` failures and this one."""
    return RetryPending(
        transition=transition.name,
        attempt=failures + 2,
        max=transition.retry.attempts + 1,
        next_at=datetime.fromtimestamp(scene.pulse.now(), UTC) + timedelta(seconds=delay),
        error=fault,
    )


async def _arrive(scene: Scene, definition: WorkflowDefinition, place: str, visitor: Visitor) -> Next:
    if place == END:
        return standing(Finish(status="completed", place=END), 0)
    path, stay = scene.entered.run.path, scene.call.stay_at(place)
    return await arrive(definition, place, visitor, now=scene.pulse.now(), chain=scene.call.chain, path=path, stay=stay)


async def _finish(
    scene: Scene,
    place: str,
    arrival: Next,
    fault: ErrorInfo,
    document: DocumentWrite | None = None,
    *,
    counted: bool = True,
    ending: Ending | None = None,
    retry: RetryPending | None = None,
) -> StepAnswer:
    if place == END:
        ending = Ending("completed", _draft_result(scene))
    return await scene.finish(
        "failed",
        place,
        arrival,
        documents=(document or _error_document(scene, fault),),
        ending=ending,
        failure=fault,
        counted=counted,
        retry=retry,
    )


def _parked(
    scene: Scene, definition: WorkflowDefinition, transition: TransitionDefinition | None, fault: ErrorInfo
) -> Next:
    again = fire(definition, transition) if transition and scene.call.transition != DECIDE else None
    parked = Parked(place=scene.call.place, code=fault.code, message=fault.message, retry=again, step=scene.call.step)
    return Next(parked, "failed", error=fault)


def _error_document(scene: Scene, fault: ErrorInfo) -> DocumentWrite:
    failure_no = scene.entered.failure_no + 1
    return written(
        ErrorDocument(
            error=fault.message,
            type=fault.type,
            code=fault.code,
            transition=scene.call.transition,
            step=scene.call.step,
            attempt=failure_no,
        ),
        key=f"error-{scene.call.step}-{failure_no}",
    )


def _draft_result(scene: Scene) -> object:
    return scene.entered.checkpoint.result if scene.entered.checkpoint else None
