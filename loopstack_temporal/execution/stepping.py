"""One attempt of a step: admit the trigger, run the body, decide at the landing place, commit."""

from __future__ import annotations

import copy
import json
import threading
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from loopstack_temporal.definition.context import RunContext, TransitionInput
from loopstack_temporal.definition.model import END, TransitionDefinition, WorkflowDefinition
from loopstack_temporal.definition.session import attach, detach
from loopstack_temporal.definition.shape import field_errors, mapping_of
from loopstack_temporal.errors import FieldError, GuardError, Interrupted, InvalidAnswer
from loopstack_temporal.execution import failing
from loopstack_temporal.execution.arrival import Next, Visitor, arrive, ask, canceled, standing
from loopstack_temporal.execution.body import Watch, run_body
from loopstack_temporal.execution.callback import CHILD, envelope
from loopstack_temporal.execution.children import ChildRuns
from loopstack_temporal.execution.claiming import LATE_CLAIM, claims_first
from loopstack_temporal.execution.faults import told
from loopstack_temporal.execution.outside import Outside
from loopstack_temporal.execution.scene import Scene, recorded_answer
from loopstack_temporal.execution.session import Attempt, context_of
from loopstack_temporal.execution.state import Workpiece, load
from loopstack_temporal.execution.values import Rejected, StepAnswer
from loopstack_temporal.failpoints import hit
from loopstack_temporal.machine.decisions import DECIDE, MOVE, Finish
from loopstack_temporal.store.records import Ending, TriggerRow

LARGEST_INLINE_RESULT = 64 * 1024


async def run_step(scene: Scene, *, grace: float) -> StepAnswer:
    """Run the attempt. `grace`: seconds a transition may be unknown before the run parks."""
    call = scene.call
    definition = scene.workplace.app.workflows.get(call.workflow)
    transition = definition.find(call.transition, call.place) if definition else None
    # First of all, so that a step that parks because its code is missing keeps the payload for the retry.
    if (trigger := await asked_for(scene)) is not scene.trigger:
        scene = replace(scene, trigger=trigger)
    if definition is None or (transition is None and call.transition not in (DECIDE, MOVE)):
        return await failing.unknown_transition(scene, grace)
    if scene.entered.claims >= failing.MOST_CLAIMS:
        return await failing.keeps_dying(scene, definition, transition)
    if early := failing.too_early(scene, transition):
        return early
    return await _attempt(scene, definition, transition)


async def _attempt(scene: Scene, definition: WorkflowDefinition, transition: TransitionDefinition | None) -> StepAnswer:
    before = scene.entered.checkpoint
    stopping = threading.Event()
    pulse = replace(scene.pulse, is_cancelled=lambda: stopping.is_set() or scene.pulse.is_cancelled())
    state, threads = partial(load, definition.state, before.state if before else None), scene.workplace.threads
    visitor = Visitor(None, state, None, threads)
    try:
        context = context_of(definition, scene.entered.run, scene.call, scene.entered.retry_count, pulse)
        visitor = Visitor(None, state, context, threads)
        async with scene.workplace.app.build(definition) as workflow:
            visitor = Visitor(workflow, state, context, threads)
            work = Workpiece(definition, before)
            documents = scene.documents()
            outside = Outside.of(scene)
            attempt = Attempt(work, documents, context, ChildRuns(scene, definition, documents), outside)
            attach(workflow, attempt)
            try:
                if transition is None:
                    return await _settle(scene, definition, visitor)
                admitted = await _admit(scene, transition, visitor)
                if isinstance(admitted, Rejected):
                    return admitted
                first = claims_first(scene)
                if first and (recorded := await outside.claiming.now()):
                    return recorded_answer(recorded, scene.trigger)
                late = None if first else outside.claiming.late
                watch = Watch(scene.workplace.threads, stopping, transition.timeout, late, LATE_CLAIM)
                arguments = _arguments(transition, work, admitted, context)
                attempt.begin(transition.timeout)
                body = run_body(getattr(workflow, transition.name), arguments, watch)
                work.returned(await outside.journal.around(body), transition)
                hit("body.end")
                return await _commit(scene, definition, transition, visitor, attempt, work)
            except Interrupted:
                raise
            except Exception as raised:
                await attempt.end()
                error = outside.journal.stopped or raised
                if isinstance(error, Interrupted):
                    raise error from raised
                if transition is not None and (refused := _refused(scene, transition, error)):
                    return refused
                return await _failed(scene, error, definition, transition, visitor, context)
            finally:
                await attempt.end()
                detach(workflow)
    except Interrupted:
        raise
    except Exception as error:  # So are a provider that cannot be built, and arguments newer code does not take.
        return await failing.author_failed(scene, error, definition, transition, visitor)


async def _failed(
    scene: Scene,
    error: Exception,
    definition: WorkflowDefinition,
    transition: TransitionDefinition | None,
    visitor: Visitor,
    context: RunContext[Any],
) -> StepAnswer:
    """The author's failure. Guards of where it leads may read documents: as they are without this attempt."""
    reading = Attempt(Workpiece(definition, scene.entered.checkpoint), scene.documents(), context)
    attach(visitor.workflow, reading)
    try:
        return await failing.author_failed(scene, error, definition, transition, visitor)
    finally:
        reading.close()


async def _commit(
    scene: Scene,
    definition: WorkflowDefinition,
    transition: TransitionDefinition,
    visitor: Visitor,
    attempt: Attempt,
    work: Workpiece,
) -> StepAnswer:
    """Validate, decide with the guards of the landing place, and write everything in one transaction."""
    checkpoint = work.finished(transition)
    after = checkpoint or scene.entered.checkpoint
    place, ending = transition.to, None
    if transition.name == definition.on_cancel:
        ending, arrival = Ending("canceled"), standing(canceled(place), 0)
    elif place == END:
        result = after.result if after else None
        ending = Ending("completed", result)
        arrival = standing(Finish(status="completed", place=END, result=_inline(scene, result)), 0)
    else:
        state = partial(load, definition.state, after.state if after else None)
        visitor = Visitor(visitor.workflow, state, visitor.context, visitor.threads)
        arrival = await _arrive(scene, definition, place, visitor, scene.call.chain)
    attempt.close()
    return await scene.finish(
        "committed",
        place,
        arrival,
        checkpoint=checkpoint,
        documents=attempt.documents.writes,
        children=attempt.children,
        ending=ending,
    )


async def _settle(scene: Scene, definition: WorkflowDefinition, visitor: Visitor) -> StepAnswer:
    """A step without a body: the guards are asked again, here or where somebody moved the run."""
    place = scene.call.place
    if scene.call.transition == MOVE:
        place = mapping_of(scene.trigger.payload if scene.trigger else None).get("place")
        places = [one for one in definition.places if one != END]
        if place not in places:
            text = f"Name one of the places of `{definition.name}`: {', '.join(places)}."
            return Rejected("invalid_payload", text, (FieldError(("place",), text, "unknown_place"),))
    return await scene.finish("committed", place, await _arrive(scene, definition, place, visitor, 0))


async def _arrive(scene: Scene, definition: WorkflowDefinition, place: str, visitor: Visitor, chain: int) -> Next:
    path, stay = scene.entered.run.path, scene.call.stay_at(place)
    return await arrive(definition, place, visitor, now=scene.pulse.now(), chain=chain, path=path, stay=stay)


async def _admit(scene: Scene, transition: TransitionDefinition, visitor: Visitor) -> TransitionInput[Any] | Rejected:
    """What the body is told of its trigger, or why the trigger is refused."""
    trigger = scene.trigger
    if trigger is not None and trigger.channel == CHILD:
        return await envelope(scene, transition, trigger)
    if refused := await _barred(scene, transition, visitor):
        return refused
    # A copy: what the body does to it must not reach what is stored with the step.
    payload = copy.deepcopy(trigger.payload) if trigger else None
    if transition.wait and transition.payload is not None:
        try:
            payload = transition.payload.from_json(payload)
        except ValidationError as error:
            return _unfit(transition, field_errors(error))
    return TransitionInput(run_id=scene.call.run_id, value=payload, by=trigger.by if trigger else None)


async def _barred(scene: Scene, transition: TransitionDefinition, visitor: Visitor) -> Rejected | None:
    """Ask the guard of a wait or timer, until an attempt was let in.

    An admitted trigger is tried to its end, whatever the guard says by then.
    """
    admitted = scene.entered.claims > 0 or scene.entered.failure_no > 0
    if transition.guard is None or admitted or not (transition.wait or scene.call.timer):
        return None
    try:
        if await ask(transition.guard, visitor):
            return None
    except GuardError as error:
        return Rejected(error.code, str(error))
    text = f"`{transition.name}` is not possible now: its guard `{transition.guard.name}` says no."
    return Rejected("not_awaited", text)


def _refused(scene: Scene, transition: TransitionDefinition, error: Exception) -> Rejected | None:
    """The author's own refusal of an answer; `None` if the body failed, or if nobody is there to be refused."""
    trigger = scene.trigger
    if not isinstance(error, InvalidAnswer) or not transition.wait or trigger is None or trigger.channel == CHILD:
        return None
    # A recorded failure belongs to this trigger already: the step has to end with an outcome.
    return None if scene.entered.failure_no else _unfit(transition, error.fields)


def _unfit(transition: TransitionDefinition, faults: tuple[FieldError, ...]) -> Rejected:
    text = f"The payload of `{transition.name}` does not fit: {told(faults)}"
    return Rejected("invalid_payload", text[:2_000], faults)


async def asked_for(scene: Scene) -> TriggerRow | None:
    """What set a step off, with its payload.

    That of a kept trigger stands in SQL; a manual retry uses the payload of the step that failed.

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
    edit = mapping_of(asked.payload)
    edited = "payload" in edit
    payload = edit["payload"] if edited else former.payload
    # What a child reported is looked up again, unless a person says what it should have reported.
    channel = former.channel if former.channel == CHILD and not edited else asked.channel
    return TriggerRow(asked.id, former.name, payload, asked.by, channel)


def _arguments(
    transition: TransitionDefinition, work: Workpiece, told: TransitionInput[Any], context: RunContext[Any]
) -> dict[str, Any]:
    roles = {"state": work.state, "payload": told.value, "input": told, "ctx": context}
    return {parameter.name: roles[parameter.role] for parameter in transition.parameters}


def _inline(scene: Scene, result: Any) -> Any:
    """The result for Temporal: itself if small, else a reference to the run."""
    small = len(json.dumps(result, ensure_ascii=False).encode()) <= LARGEST_INLINE_RESULT
    return result if small else {"$result": scene.call.run_id}
