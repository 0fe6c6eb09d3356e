"""One attempt of a step: admit the trigger, run the body, decide at the landing place, commit."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, cast

from pydantic import ValidationError

from loopstack_temporal.definition.context import RunContext, TransitionInput
from loopstack_temporal.definition.model import END, TransitionDefinition, WorkflowDefinition
from loopstack_temporal.definition.session import attach, detach
from loopstack_temporal.definition.shape import field_errors
from loopstack_temporal.errors import GuardError, Interrupted
from loopstack_temporal.execution import failing
from loopstack_temporal.execution.arrival import Visitor, arrive, ask, standing
from loopstack_temporal.execution.body import Watch, run_body
from loopstack_temporal.execution.claiming import LATE_CLAIM, claim, claim_late, claims_first
from loopstack_temporal.execution.documents import BufferedDocuments, Origin
from loopstack_temporal.execution.faults import told
from loopstack_temporal.execution.scene import Scene, recorded_answer
from loopstack_temporal.execution.session import Attempt, context_of
from loopstack_temporal.execution.state import Workpiece, load
from loopstack_temporal.execution.values import Pulse, Rejected, StepAnswer
from loopstack_temporal.failpoints import hit
from loopstack_temporal.machine.decisions import DECIDE, Finish
from loopstack_temporal.store.records import Ending, TriggerRow

LARGEST_INLINE_RESULT = 64 * 1024


async def run_step(scene: Scene, *, grace: float) -> StepAnswer:
    """Run the attempt. `grace`: seconds a transition may be unknown before the run parks."""
    call = scene.call
    definition = scene.workplace.app.workflows.get(call.workflow)
    transition = definition.find(call.transition, call.place) if definition else None
    # First of all, so that a step that parks because its code is missing keeps the payload for the retry.
    if (trigger := await _trigger(scene)) is not scene.trigger:
        scene = replace(scene, trigger=trigger)
    if definition is None or (transition is None and call.transition != DECIDE):
        return await failing.unknown_transition(scene, grace)
    if scene.entered.claims >= failing.MOST_CLAIMS:
        return await failing.keeps_dying(scene, definition, transition)
    return await _attempt(scene, definition, transition)


async def _attempt(scene: Scene, definition: WorkflowDefinition, transition: TransitionDefinition | None) -> StepAnswer:
    before = scene.entered.checkpoint
    stopping = threading.Event()
    given = scene.pulse
    pulse = Pulse(given.now, given.heartbeat, lambda: stopping.is_set() or given.is_cancelled())
    state = partial(load, definition.state, before.state if before else None)
    visitor = Visitor(None, state, None)
    try:
        context = context_of(definition, scene.entered.run, scene.call, scene.entered.retry_count, pulse)
        visitor = Visitor(None, state, context)
        async with scene.workplace.app.build(definition) as workflow:
            visitor = Visitor(workflow, state, context)
            work = Workpiece(definition, before)
            attempt = Attempt(work, _documents(scene), context)
            attach(workflow, attempt)
            try:
                if transition is None:
                    return await _commit(scene, definition, None, visitor, attempt, work)
                payload, refused = await _admit(scene, transition, visitor)
                if refused:
                    return refused
                first = claims_first(scene)
                if first and (recorded := await claim(scene)):
                    return recorded_answer(recorded)
                late = None if first else partial(claim_late, scene)
                watch = Watch(scene.workplace.leaks, stopping, transition.timeout, late, LATE_CLAIM)
                arguments = _arguments(scene, transition, work, payload, context)
                work.returned(await run_body(getattr(workflow, transition.name), arguments, watch), transition)
                hit("body.end")
                return await _commit(scene, definition, transition, visitor, attempt, work)
            except Interrupted:
                raise
            except Exception as error:
                attempt.close()
                # Guards of an error place or a retry target may read documents: as they are without this attempt.
                reading = Attempt(Workpiece(definition, before), _documents(scene), context)
                attach(workflow, reading)
                try:
                    return await failing.author_failed(scene, error, definition, transition, visitor)
                finally:
                    reading.close()
            finally:
                attempt.close()
                detach(workflow)
    except Interrupted:
        raise
    except Exception as error:  # So are a provider that cannot be built, and arguments newer code does not take.
        return await failing.author_failed(scene, error, definition, transition, visitor)


async def _commit(
    scene: Scene,
    definition: WorkflowDefinition,
    transition: TransitionDefinition | None,
    visitor: Visitor,
    attempt: Attempt,
    work: Workpiece,
) -> StepAnswer:
    """Validate, decide with the guards of the landing place, and write everything in one transaction."""
    checkpoint = work.finished(transition) if transition else None
    after = checkpoint or scene.entered.checkpoint
    place = transition.to if transition else scene.call.place
    ending: Ending | None = None
    if place == END:
        result = after.result if after else None
        ending = Ending("completed", result)
        arrival = standing(Finish(status="completed", place=END, result=_inline(scene, result)), 0)
    else:
        arrival = await arrive(
            definition,
            place,
            Visitor(visitor.workflow, partial(load, definition.state, after.state if after else None), visitor.context),
            now=scene.pulse.now(),
            chain=scene.call.chain if transition else 0,
            path=scene.entered.run.path,
        )
    attempt.close()
    return await scene.finish(
        "committed", place, arrival, checkpoint=checkpoint, documents=attempt.documents.writes, ending=ending
    )


async def _admit(scene: Scene, transition: TransitionDefinition, visitor: Visitor) -> tuple[Any, Rejected | None]:
    """The trigger's payload as its type, or why the trigger is refused.

    The guard is asked until an attempt was let in: an admitted trigger is tried to its end, whatever the guard says by
    then.
    """
    admitted = scene.entered.claims > 0 or scene.entered.failure_no > 0
    if transition.guard is not None and (transition.wait or scene.call.timer) and not admitted:
        try:
            allowed = await ask(transition.guard, visitor)
        except GuardError as error:
            return None, Rejected(error.code, str(error))
        if not allowed:
            text = f"`{transition.name}` is not possible now: its guard `{transition.guard.name}` says no."
            return None, Rejected("not_awaited", text)
    # A copy: what the body does to it must not reach what is stored with the step.
    payload = copy.deepcopy(scene.trigger.payload) if scene.trigger else None
    if not transition.wait or transition.payload is None:
        return payload, None
    try:
        return transition.payload.from_json(payload), None
    except ValidationError as error:
        faults = field_errors(error)
        text = f"The payload of `{transition.name}` does not fit: {told(faults)}"
        return None, Rejected("invalid_payload", text[:2_000], faults)


async def _trigger(scene: Scene) -> TriggerRow | None:
    """A kept trigger's payload stands in SQL; a manual retry uses the payload of the step that failed.

    A retry with an edited payload carries it as `{"payload": …}`.
    """
    asked = scene.entered.trigger or scene.trigger
    if scene.call.repeats is None or asked is None:
        return asked
    store = scene.workplace.store
    failed = await store.do(store.steps.get, scene.call.run_id, scene.call.repeats)
    former = failed.row.trigger
    if former is None:
        return asked
    edit, payload = asked.payload, former.payload
    if isinstance(edit, Mapping):
        payload = cast("Mapping[str, Any]", edit).get("payload", payload)
    return TriggerRow(asked.id, former.name, payload, asked.by, asked.channel)


def _arguments(
    scene: Scene, transition: TransitionDefinition, work: Workpiece, payload: Any, context: RunContext[Any]
) -> dict[str, Any]:
    envelope: TransitionInput[Any] = TransitionInput(run_id=scene.call.run_id, value=payload)
    roles = {"state": work.state, "payload": payload, "input": envelope, "ctx": context}
    return {parameter.name: roles[parameter.role] for parameter in transition.parameters}


def _documents(scene: Scene) -> BufferedDocuments:
    call, store = scene.call, scene.workplace.store
    origin = Origin(call.step, call.transition, call.place, scene.entered.run.document_seq + 1)
    return BufferedDocuments(origin, lambda: store.do(store.documents.live, call.run_id))


def _inline(scene: Scene, result: Any) -> Any:
    """The result for Temporal: itself if small, else a reference to the run."""
    small = len(json.dumps(result, ensure_ascii=False).encode()) <= LARGEST_INLINE_RESULT
    return result if small else {"$result": scene.call.run_id}
