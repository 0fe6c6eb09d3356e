"""What a worker can do for a run, without Temporal: steps, and the housekeeping around them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from loopstack_temporal.definition.model import START, DelayDefinition, WorkflowDefinition
from loopstack_temporal.errors import ErrorInfo, Fenced, NotFound
from loopstack_temporal.execution.ahead import Coming
from loopstack_temporal.execution.arrival import Next, Visitor, arrive, canceled, standing
from loopstack_temporal.execution.closing import stopped, unreported
from loopstack_temporal.execution.entry import Door
from loopstack_temporal.execution.given import complete, misfit
from loopstack_temporal.execution.scene import Scene, Workplace, recorded_answer
from loopstack_temporal.execution.stepping import asked_for, run_step
from loopstack_temporal.execution.values import (
    Asking,
    Cancel,
    CurrentRun,
    Done,
    OpenCall,
    Pulse,
    Rejected,
    Spent,
    StepAnswer,
    StepCall,
    Stop,
)
from loopstack_temporal.execution.visiting import visit
from loopstack_temporal.failpoints import hit
from loopstack_temporal.machine.decide import fire
from loopstack_temporal.machine.decisions import Canceling, Decision, Finish, Fire
from loopstack_temporal.store.records import (
    OPENING,
    Ending,
    Entered,
    Fence,
    InboxWrite,
    Opened,
    OpenRun,
    StepOutcome,
    Unregistered,
)

OPEN_TRANSITION = "loopstack.open"
CANCEL_TRANSITION = "loopstack.cancel"


class Executor:
    """Runs steps of one application against one store."""

    def __init__(self, workplace: Workplace, current_run: CurrentRun, *, grace: float = 60.0) -> None:
        self.workplace = workplace
        self.door = Door(workplace.store, current_run)
        self.grace = grace
        """Seconds a transition may be unknown to the running code before its run parks."""

    async def step(self, call: StepCall, pulse: Pulse) -> StepAnswer:
        """One attempt of a step. A finished step answers what was recorded, and its body does not run.

        Raises `Interrupted` when the machine failed, `CancelledError` when the attempt was canceled.
        """
        hit("act.start")
        trigger_id = call.trigger.id if call.trigger else None
        entered = self.workplace.ahead.take(call) or await self.door.enter(
            call.run_id, call.step, call.temporal_run_id, transition=call.transition, trigger_id=trigger_id
        )
        if entered.recorded is not None:
            return recorded_answer(entered.recorded, call.trigger)
        if entered.applied_step is not None:
            return Rejected("answered", f"This answer was applied already, by step {entered.applied_step}.")
        scene = Scene.of(self.workplace, call, pulse, entered, call.trigger)
        return await run_step(scene, grace=self.grace)

    async def open(self, call: OpenCall, pulse: Pulse) -> Decision:
        """A run arrives: take its row, validate what it was given, ask the guards of `start`.

        Bad arguments and an id that belongs to another run end the run; they never raise.
        """
        definition = self.workplace.app.workflows.get(call.workflow)
        opened = await self._take(call, await self._beginning(call, definition, pulse))
        if opened.kind == "in_use":
            text = f"the id `{call.run_id}` belongs to another run; start with an id of its own"
            return Finish(status="failed", place=START, code="run_id_in_use", message=text)
        if opened.recorded is not None:
            if opened.recorded.moved is not None and isinstance(opened.recorded.decision, Fire):
                entered = Entered(opened.run.facts, opened.epoch, None, None, 0, 0, 0, None)
                first = Coming(call.run_id, call.temporal_run_id, 0)
                self.workplace.ahead.keep(first, opened.recorded.decision, entered)
            hit("act.before_return")
            return opened.recorded.decision
        if definition is None:
            raise Fenced(f"this worker has no workflow `{call.workflow}`")
        if fault := misfit(definition, opened.run.args, opened.run.config, call.unfit):
            return await self._refuse_given(call, opened, fault)
        scene = self._opening_scene(call, opened, pulse)
        asks = _guarded_start(definition)
        arrival = await (visit(scene, definition, START) if asks else self._unasked(definition, pulse.now()))
        answer = await scene.finish("committed", START, arrival)
        assert isinstance(answer, Done)
        return answer.decision

    async def close(
        self, call: StepCall, reason: str, pulse: Pulse, *, cancel: Cancel | None = None, stop: Stop | None = None
    ) -> Done:
        """The row decides how a step ended: what was committed counts; otherwise it is closed here.

        With `stop` a person stopped it.

        With `cancel` the run ends as canceled, at once or after its children and its `@on_cancel`; unless the step
        turns out to be finished: then the run goes on from there and the caller asks again.
        """
        trigger_id = call.trigger.id if call.trigger else None
        entered = await self.door.enter(call.run_id, call.step, call.temporal_run_id, trigger_id=trigger_id)
        if entered.recorded is not None:
            return _done(recorded_answer(entered.recorded, call.trigger))
        hit("close.before_commit")
        step = replace(call, transition=call.transition or CANCEL_TRANSITION)
        scene = Scene.of(self.workplace, step, pulse, entered, call.trigger)
        scene = replace(scene, trigger=await asked_for(scene))
        if cancel:
            last = await self._before_cancel(call, cancel)
            ending = Ending("canceled") if isinstance(last, Finish) else None
            answer = await scene.finish("closed", call.place, standing(last, 0), ending=ending)
        else:
            closing = await stopped(scene, stop) if stop else unreported(scene, reason)
            answer = await scene.finish(
                "closed",
                closing.place,
                closing.arrival,
                ending=closing.ending,
                failure=closing.failure,
            )
        hit("close.after_commit")
        return _done(answer)

    async def note(self, asking: Asking, writes: list[InboxWrite], workflow: str) -> list[str]:
        """Write kept and refused triggers; gives the ids of kept ones that no transition will ever take."""
        definition = self.workplace.app.workflows.get(workflow)
        known = (
            {transition.name for transition in definition.transitions if transition.wait} if definition else set[str]()
        )
        unknown: list[str] = []
        for write in writes:
            noted = write
            if write.outcome == "kept" and definition and write.trigger.name not in known:
                unknown.append(write.trigger.id)
                text = f"`{workflow}` has no wait transition `{write.trigger.name}`."
                noted = replace(write, outcome="rejected", code="unknown_trigger", message=text)
            await self._aside(asking, partial(self.workplace.store.inbox.note, noted))
        return unknown

    async def pause(self, asking: Asking, by: str | None, number: int | None) -> bool:
        """Note who paused a run, or with `None` that it goes on; `number` counts what the Temporal run said of that.

        Gives whether the row has ended, as when the task that committed the last local steps was lost.
        """
        await self._aside(asking, partial(self.workplace.store.runs.pause, asking.run_id, by, number))
        row = await self.workplace.store.do(self.workplace.store.runs.get, asking.run_id)
        return row is None or row.ended_at is not None

    async def reopen(self, asking: Asking, paused_by: str | None, number: int | None) -> bool:
        """A Temporal reset landed at a rest: rewind the row to before that step now, not at the next answer.

        It was `paused_by` somebody at the point it was reset to, or not; what came later is undone too. Gives what
        `pause` gives.
        """
        assert asking.step is not None
        await self.door.enter(asking.run_id, asking.step, asking.temporal_run_id)
        # A step that was in flight where the reset landed has its number still to come: nothing was rewound for it.
        store = self.workplace.store
        await store.do(store.steps.undo_begun, asking.run_id, asking.step, asking.temporal_run_id)
        return await self.pause(asking, paused_by, number)

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _aside(self, asking: Asking, write: Callable[..., Unregistered | None]) -> None:
        """Write what stands beside the steps, unless the Temporal run that asks for it was replaced."""
        store, fence = self.workplace.store, asking.temporal_run_id
        # Of a run that was deleted there is nobody left to tell, and of one that was reset it is told anew.
        with contextlib.suppress(NotFound, Fenced):
            if await store.do(write, fence) is None:
                return
            if asking.step is None:  # Too early to say what a reset undoes, or too late: it ends once more at once.
                await self.door.must_be_current(asking.run_id, fence)
                await store.do(partial(write, unregistered=True), fence)
            else:
                await self.door.enter(asking.run_id, asking.step, fence)
                await store.do(write, fence)

    async def _before_cancel(self, call: StepCall, cancel: Cancel) -> Canceling | Finish:
        """What has to be done before a canceled run ends; nothing is done twice."""
        store = self.workplace.store
        if cancel.wound_down:
            return canceled(call.place)
        for child in cancel.unstarted:
            with contextlib.suppress(Fenced, NotFound):  # The reconciler was faster: it is one of the open ones below.
                await store.do(store.runs.end, child, 0, Ending("canceled"))
        children = await store.do(store.children.open, call.run_id)
        definition = self.workplace.app.workflows.get(call.workflow)
        farewell = definition.farewell(call.place) if definition else None
        if definition is None or (farewell is None and not children):
            return canceled(call.place)
        return Canceling(place=call.place, children=children, fire=farewell and fire(definition, farewell))

    async def _beginning(
        self, call: OpenCall, definition: WorkflowDefinition | None, pulse: Pulse
    ) -> StepOutcome | None:
        """The first decision, if good arguments and no guard make it independent of the row: it saves a transaction."""
        if definition is None or _guarded_start(definition):
            return None
        if not _is_child(call) and misfit(definition, call.args, call.config, call.unfit):
            return None
        arrival = await self._unasked(definition, pulse.now())
        return StepOutcome(
            fence=Fence(call.run_id, OPENING, 0, 1, 1, uuid4().hex),
            status="committed",
            transition=OPEN_TRANSITION,
            from_place=START,
            place=START,
            decision=arrival.decision,
            run_status=arrival.status,
            awaiting=arrival.awaiting,
            started_at=datetime.now(UTC),
            worker=self.workplace.worker,
            catalogue_hash=self.workplace.catalogue_hash,
        )

    async def _take(self, call: OpenCall, beginning: StepOutcome | None) -> Opened:
        memo = call.memo
        store = self.workplace.store
        definition = self.workplace.app.workflows.get(call.workflow)
        request = OpenRun(
            run_id=call.run_id,
            app=self.workplace.app.name,
            workflow=call.workflow,
            first_execution_run_id=call.first_execution_run_id,
            temporal_run_id=call.temporal_run_id,
            start_token=_text(memo.get("start_token")),
            workspace_id=_text(memo.get("workspace_id")),
            user_id=_text(memo.get("user_id")),
            title=_text(memo.get("title")),
            args=_arguments(definition, call),
            engine=call.engine,
            catalogue_hash=self.workplace.catalogue_hash,
            beginning=beginning,
            config=_configuration(definition, call),
        )
        return await store.do(store.runs.open, request)

    async def _refuse_given(self, call: OpenCall, opened: Opened, fault: ErrorInfo) -> Decision:
        store = self.workplace.store
        await store.do(store.runs.end, call.run_id, opened.epoch, Ending("failed", error=fault))
        return Finish(status="failed", place=START, code=fault.code, message=fault.message)

    async def _unasked(self, definition: WorkflowDefinition, now: float) -> Next:
        """What follows on the start of a workflow that asks nobody there."""
        nobody = Visitor(None, dict, None, self.workplace.threads)
        return await arrive(definition, START, nobody, now=now, chain=0)

    def _opening_scene(self, call: OpenCall, opened: Opened, pulse: Pulse) -> Scene:
        step = StepCall(
            run_id=call.run_id,
            temporal_run_id=call.temporal_run_id,
            workflow=call.workflow,
            step=OPENING,
            try_no=1,
            attempt=1,
            transition=OPEN_TRANSITION,
            place=START,
            scheduled_at=pulse.now(),
        )
        entered = Entered(opened.run.facts, opened.epoch, None, None, 0, 0, 0, None)
        return Scene.of(self.workplace, step, pulse, entered, None)


def _done(answer: StepAnswer) -> Done:
    """A finished step, whether or not it failed."""
    assert isinstance(answer, Done | Spent), "what is recorded is finished"
    return answer.done if isinstance(answer, Spent) else answer


def _is_child(call: OpenCall) -> bool:
    """Whether a parent's step asked for the run: then its row has the arguments, and they were checked."""
    return "parent" in call.memo and call.args is None


def _arguments(definition: WorkflowDefinition | None, call: OpenCall) -> Any:
    """The arguments as the run has them; `None`: its row has them, or they cannot be used."""
    if call.unfit or _is_child(call):
        return None
    plain = definition is not None and definition.args is None
    return {} if plain and call.args is None else complete(definition.args if definition else None, call.args)


def _configuration(definition: WorkflowDefinition | None, call: OpenCall) -> Any:
    """The same of the configuration."""
    if call.unfit or _is_child(call):
        return None
    return complete(definition.config if definition else None, call.config)


def _guarded_start(definition: WorkflowDefinition) -> bool:
    """Whether something of the author's is asked before the first decision."""
    return any(one.guard or isinstance(one.after, DelayDefinition) for one in definition.leaving(START))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
