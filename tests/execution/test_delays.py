"""Deadlines whose length the run itself says, and what they do to the question they belong to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, RunContext, transition, workflow
from loopstack_temporal.definition.marks import Seconds
from loopstack_temporal.machine.decisions import Await, Parked
from loopstack_temporal.testing import run_workflow, start_workflow
from tests.execution.conftest import Drivers


class Args(BaseModel):
    remind: float | None = None
    expire: float | None = None


class State(BaseModel):
    reminders: int = 0


@workflow
class PatientWorkflow(BaseWorkflow[Args, State, int]):
    """Reminds later and later, and gives up, if it is told to."""

    def next_reminder(self, state: State, ctx: RunContext[Args]) -> timedelta | None:
        if ctx.args.remind is None:
            return None
        return timedelta(seconds=ctx.args.remind * 2**state.reminders)

    async def end_of_patience(self, ctx: RunContext[Args]) -> Seconds | None:
        return ctx.args.expire

    @transition(to="asking")
    async def ask(self) -> None: ...

    @transition(from_="asking", to="asking", after=next_reminder)
    async def remind(self, state: State) -> None:
        state.reminders += 1

    @transition(from_="asking", to="end", after=end_of_patience)
    async def expire(self, state: State) -> int:
        return state.reminders

    @transition(from_="asking", to="end", wait=True)
    async def answer(self) -> int:
        return -1


async def test_each_reminder_asks_anew_how_long_to_wait_and_the_expiry_stands() -> None:
    async with start_workflow(PatientWorkflow, Args(remind=600, expire=3900)) as run:
        reminders = [(await run.skip(60 * minutes)).state.reminders for minutes in (9, 2, 18, 2, 33)]
        assert reminders == [0, 1, 1, 2, 2]
        report = await run.skip(120)
    assert (report.result, report.transitions) == (2, ("ask", "remind", "remind", "expire"))


async def test_none_is_no_deadline() -> None:
    report = await run_workflow(PatientWorkflow, skip=timedelta(days=365))
    assert (report.status, report.transitions) == ("waiting", ("ask",))


async def test_an_answer_is_due_when_the_run_would_go_on_without_it(drive: Drivers) -> None:
    run = drive(PatientWorkflow)
    await run.open("patient", {"remind": 10, "expire": 65})
    await run.go()
    assert isinstance(run.decision, Await)
    assert [timer.fire.transition for timer in run.decision.timers] == ["remind", "expire"]
    asked = {one.transition: one for one in run.row.awaiting}
    assert asked["answer"].due == asked["expire"].due
    assert asked["expire"].due is not None
    assert asked["expire"].due.timestamp() == pytest.approx(run.decision.timers[1].due)


async def test_a_reminder_leaves_the_question_open_since_when_it_was_asked(drive: Drivers) -> None:
    run = drive(PatientWorkflow)
    await run.open("patient", {"remind": 10, "expire": 65})
    await run.go()
    assert isinstance(run.decision, Await)
    before = {one.transition: one for one in run.row.awaiting}
    remind, expire = run.decision.timers
    await run.fire(remind.fire, timer=True, deadlines={"expire": expire.due})
    after = {one.transition: one for one in run.row.awaiting}
    assert after["answer"] == replace(before["answer"], step=1), "who saw it before the reminder may still answer it"
    kinds = [event.type for event in run.store.events.after(None, run_id=run.run_id, limit=100)[0]]
    # It is answered by another step now, which everybody has to know who shows it.
    assert (kinds.count("task.opened"), kinds.count("task.closed")) == (2, 1)


@pytest.mark.parametrize(("said", "shown"), [(0, "0"), (-1, "-1"), (True, "True"), ("soon", "'soon'"), (None, "Boom")])
async def test_a_deadline_that_makes_no_sense_parks_the_run(drive: Drivers, said: Any, shown: str) -> None:
    def sooner(state: dict[str, Any]) -> Any:
        if said is None:
            raise ValueError("Boom")
        return said

    @workflow
    class SoonWorkflow(BaseWorkflow):
        @transition(to="end", after=sooner)
        async def go(self) -> None: ...

    run = drive(SoonWorkflow)
    decision = await run.open("soon")
    assert isinstance(decision, Parked)
    assert decision.code == "guard_failed" and "`sooner`" in decision.message and shown in decision.message
