"""The one Temporal workflow: it follows recorded decisions and holds no rule of any author's workflow.

Every activity returns what happens next (`machine.decisions`); this loop carries it out, waits where it says so, and
lets answers in (`triggers`). No author code runs here, nothing here reads a clock, a file or a database, and deploying
other guards, bodies or graphs cannot change what was recorded. Only the order of the commands below is versioned
(`messages.ENGINE`); golden histories are replayed to keep it so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, assert_never

from temporalio import workflow
from temporalio.exceptions import FailureError

from loopstack_temporal.machine import decisions
from loopstack_temporal.machine.decisions import Await, Canceling, Children, Decision, Delay, Finish, Fire, Parked
from loopstack_temporal.temporal import failures, options
from loopstack_temporal.temporal import messages as msg
from loopstack_temporal.temporal.commands import Commands, is_reminder, uninterrupted, until, was_reset
from loopstack_temporal.temporal.face import Face
from loopstack_temporal.temporal.mailbox import Mailbox
from loopstack_temporal.temporal.pausing import Pause
from loopstack_temporal.temporal.stopping import Stop
from loopstack_temporal.temporal.triggers import ENDED, Triggers


class Interpreter:
    """One run. Created before any message is delivered; `run` drives it to its end."""

    def __init__(self, opening: msg.OpenInput, carry: msg.Carry | None) -> None:
        self.name = opening.workflow
        self.opening = opening
        self.carry = carry
        self.triggers = Triggers.carried(carry) if carry else Triggers()
        self.commands = Commands(self.name)
        self.mailbox = Mailbox(self.triggers, self.commands)
        self.pause = Pause(self.commands, self.triggers, carry.paused_by if carry else None)
        self.stop = Stop(self.commands, self.triggers)
        self.controls = {decisions.PAUSE: self.pause, decisions.RESUME: self.pause, decisions.STOP: self.stop}
        self.face = Face(self.name)
        self.stay: Decision | None = carry.decision if carry else None
        self.chain = carry.chain if carry else 0
        self.canceled = self.winds_down = False
        self.rewound = bool(carry and was_reset())
        self.steps_here = 0
        self.tries = 0  # How often the present step was scheduled; part of its fence.
        workflow.register_random_seed_callback(self._on_reset)

    async def run(self) -> Any:
        """Drive the run to its end. A cancel is noted once; the loop itself is never interrupted."""
        return await uninterrupted(asyncio.create_task(self._loop()), self._on_cancel)

    async def _loop(self) -> Any:
        self.opened, decision = await self._begin()
        while not isinstance(decision, Finish):
            self.face.place = decision.place
            if self.canceled and not decisions.is_over(decision):
                decision = await self._cancel(decision)
                continue
            match decision:
                case Fire():
                    if self.pause.on:
                        await self._hold(decision, ())
                        continue
                    await self._maybe_continue_as_new(decision)
                    first = self.triggers.take_early(decision.early)
                    decision = (await self._step(decision.early[first] if first else decision)).decision or decision
                case Await() | Parked():
                    decision = await self._rest(decision)
                case Delay():
                    decision = await self._delay(decision)
                case Children():
                    if workflow.patched("loopstack.between-steps"):  # Histories of earlier releases know no such.
                        self.triggers.between()
                    await self.commands.start_children(decision.children)
                    await self.commands.cancel_runs(decision.cancels)
                    decision = decision.then
                case Canceling():
                    decision = await self._wind_down(decision)
                case _:
                    assert_never(decision)
        return await self._finish(decision)

    async def _begin(self) -> tuple[msg.OpenResult, Decision]:
        if self.carry:
            return self.carry.opened, self.carry.decision
        opened = await self.commands.housekeeping(msg.OPEN, self.opening, msg.OpenResult)
        return opened, opened.decision

    # --- steps -------------------------------------------------------------------------------------------------------

    async def _step(self, fire: Fire, due: msg.Deadlines | None = None, repeats: int | None = None) -> msg.StepResult:
        """Run one transition to an outcome. Machine failures never come back here: the server repeats them."""
        trigger = self.triggers.depart(fire.place if due is not None and is_reminder(fire) else None)
        self.steps_here += 1
        self.tries += 1
        self.chain += 1
        self.stay = fire
        self.face.moving(fire, self.triggers.step)
        asked = msg.StepInput(
            workflow=self.name,
            step=self.triggers.step,
            try_no=self.tries,
            transition=fire.transition,
            place=fire.place,
            chain=self.chain,
            trigger=trigger,
            timer=due is not None,
            deadlines=due,
            repeats=repeats,
        )
        try:
            result = await self.commands.step(fire, asked, self.opened.heartbeat, self._interrupts)
        except (FailureError, asyncio.CancelledError) as failure:  # The latter: canceled in the moment it completed.
            if not (self.canceled or self.stop.wanted) and isinstance(failure, asyncio.CancelledError):
                raise
            reason = "canceled" if self.canceled else str(failure.__cause__ or failure)
            result = failures.decided(failure) or msg.StepResult(
                decision=await self._close(reason, asked, final=self.canceled)
            )
        self.stop.over(result.place, closed=False)
        if decisions.is_canceled(result.decision):
            self.triggers.end(ENDED)  # Whoever set this step off must not read that it was applied.
        self.triggers.settle(result.place, result.rejected, moved=result.decision is not None)
        self.tries = 0 if result.decision else self.tries
        return result

    def _interrupts(self) -> bool:
        return self.canceled and not self.winds_down

    # --- waiting -----------------------------------------------------------------------------------------------------

    async def _rest(self, stay: Await | Parked) -> Decision:
        """Stand still until something enabled happens: an answer, a deadline, a cancel, a reset, a long history."""
        self.chain = 0
        waits, timers = stay.enabled, list(stay.timers) if isinstance(stay, Await) else []
        self.face.resting(stay, self.triggers.step, index=self.opened.search_attributes)
        while True:
            self.stay = stay
            if self.pause.on and not self.canceled:
                await self._hold(stay, waits)
                self.face.resting(stay, self.triggers.step, index=self.opened.search_attributes)
            self.triggers.rest(waits)
            await self.mailbox.write_notes()
            due = await self._wake(timers)
            if taken := self.triggers.taken:
                repeats = stay.step if isinstance(stay, Parked) and taken.name == decisions.RETRY else None
                result = await self._step(waits[taken.name], repeats=repeats)
            elif due:
                result = await self._step(due.fire, due=decisions.others_due(timers, due))
                if result.rejected:  # Its guard said no when it was due: spent for this stay.
                    timers.remove(due)
                    stay = stay.model_copy(update={"timers": tuple(timers)})
            elif self.canceled:
                return stay
            else:
                await (self._reopen() if self.rewound else self._maybe_continue_as_new(stay))
                continue
            if result.decision:
                return result.decision
            self.face.resting(stay, self.triggers.step, index=False)

    async def _wake(self, timers: list[decisions.Timer]) -> decisions.Timer | None:
        """Wait until the loop has something to do; returns the first timer that is due, if that is the reason."""
        first = min(timers, key=lambda timer: timer.due, default=None)
        left = first.due - workflow.time() if first else None
        if left is None or left > 0:
            summary = first and f"{first.fire.place} → {first.fire.transition}"
            if await until(self._has_work, left, summary):
                return None
        return None if self.triggers.taken else first

    def _has_work(self) -> bool:
        return bool(self.triggers.taken) or self.pause.on or self._stirs()

    def _stirs(self) -> bool:
        return bool(self.triggers.notes or self.canceled or self.rewound or self._is_long())

    async def _hold(self, stay: Await | Parked | Fire, waits: Collection[str]) -> None:
        """Paused: nothing starts until somebody resumes. Answers are kept meanwhile, deadlines go on."""
        self.stay = stay
        self.triggers.pause(waits)
        self.face.paused(stay, self.pause.by, index=self.opened.search_attributes)
        while self.pause.on and not self.canceled:
            await until(lambda: not self.pause.on or self._stirs())
            if self.pause.on and not self.canceled:
                await self._tidy(stay)

    async def _delay(self, delay: Delay) -> Decision:
        """A retry that goes through its retry target stays there for its delay first."""
        self.stay = delay
        self.triggers.rest(())
        stirs = self._stirs if workflow.patched("loopstack.stirring-delay") else lambda: self.canceled
        while not self.canceled and (left := delay.until - workflow.time()) > 0:
            if await until(stirs, left) and not self.canceled:
                await self._tidy(delay)
        return delay.then

    async def _tidy(self, stay: Decision) -> None:
        """What does not wait until a held or delayed run moves: notes, a reset, a long history."""
        await self.mailbox.write_notes()
        if self.rewound:
            await self._reopen()
        await self._maybe_continue_as_new(stay)

    # --- ends --------------------------------------------------------------------------------------------------------

    async def _cancel(self, decision: Decision) -> Decision:
        """A cancel acts where the run stands; children that were only decided on are never started."""
        unstarted = tuple(child.id for child in decision.children) if isinstance(decision, Children) else ()
        ending = await self._close("canceled", final=True, unstarted=unstarted)
        if not isinstance(ending, Finish):
            self.triggers.step += 1  # Noted as a step of its own, or the present step turned out to be finished.
        return ending

    async def _wind_down(self, canceling: Canceling) -> Decision:
        """Depth first: the children end, then the author has the last word, then the row is ended."""
        self.winds_down = True
        self.triggers.end(ENDED)
        await self.commands.cancel_runs(canceling.children)
        await until(lambda: self.mailbox.ended.issuperset(canceling.children), options.CHILDREN_WITHIN)
        last = (await self._step(canceling.fire)).decision if canceling.fire else None
        return last or await self._close("canceled", final=True)

    async def _close(
        self, reason: str, step: msg.StepInput | None = None, *, final: bool = False, unstarted: tuple[str, ...] = ()
    ) -> Decision:
        """The row decides how a step ended that its activity could not report, and ends a canceled run."""
        asked = msg.CloseInput(
            workflow=self.name,
            step=self.triggers.step,
            try_no=self.tries + 1,
            place=self.face.place,
            reason=reason,
            final=final,
            wound_down=self.winds_down,
            unstarted=unstarted,
            stop=None if final else self.stop.wanted,
        ).about(step)
        result = await self.commands.housekeeping(msg.CLOSE, asked, msg.StepResult)
        self.stop.over(result.place, closed=result.closed)
        return result.decision or Finish(status="canceled", place=result.place)

    async def _finish(self, finish: Finish) -> Any:
        self.stay = finish
        self.triggers.end(ENDED)
        mine = finish.code != "run_id_in_use"  # Otherwise row and parent belong to somebody else.
        if mine:
            await self.mailbox.write_notes()
            if parent := self.opening.parent:
                await self.commands.tell_parent(parent, finish.status)
        self.face.ended(finish, index=self.opened.search_attributes)
        await workflow.wait_condition(workflow.all_handlers_finished)
        if mine:
            await self.mailbox.write_last_notes(ENDED)
        failures.conclude(finish)
        return finish.result

    def _is_long(self) -> bool:
        long = self.steps_here >= self.opened.history_limit or workflow.info().is_continue_as_new_suggested()
        # With an answer in hand nobody goes: waiting for that would be waiting for nothing.
        return long and workflow.all_handlers_finished() and not self.triggers.taken

    async def _maybe_continue_as_new(self, decision: Decision) -> None:
        """Go on in a fresh history when this one is long. Nothing is awaited between reading the inbox and leaving."""
        if not self._is_long():
            return
        await self.mailbox.write_notes()
        if self.triggers.taken or self.triggers.held or self.triggers.notes or self.canceled:
            return
        carry = msg.Carry(
            opened=self.opened,
            decision=decision,
            **self.triggers.carry,
            chain=self.chain,
            paused_by=self.pause.by,
        )
        workflow.continue_as_new(args=[None, carry])

    # --- around ------------------------------------------------------------------------------------------------------

    async def _reopen(self) -> None:
        self.rewound = False
        asked = msg.ReopenInput(step=self.triggers.step, paused_by=self.pause.by, number=self.pause.said)
        self.pause.heard(await self.commands.housekeeping(msg.REOPEN, asked, msg.NoteResult))

    def _on_cancel(self) -> None:
        self.canceled = True
        self.commands.interrupt()

    def _on_reset(self, seed: int) -> None:
        self.rewound = True

    def state(self) -> dict[str, Any]:
        """The answer to the query `loopstack.state`."""
        return self.face.state(self.stay, self.triggers, canceled=self.canceled, paused=self.pause.on)
