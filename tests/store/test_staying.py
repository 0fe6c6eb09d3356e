"""A question that outlives a reminder: what the row and the events say of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from loopstack_temporal.machine.decisions import Await, Fire
from loopstack_temporal.store.records import Awaiting
from tests.store.make import SINCE, Making, person_wait

LATER = SINCE + timedelta(hours=1)


def reminded(make: Making, *, claimed: bool = False) -> tuple[Awaiting, ...]:
    """Ask, remind an hour later, and tell what is awaited then."""
    make.opened()
    make.wait(0, awaiting=(person_wait(), Awaiting("remind", "timer", SINCE, LATER)))
    waits = Await(place="asked", waits=(Fire(transition="approve", place="asked"),))
    after: dict[str, Any] = {
        "decision": waits,
        "run_status": "waiting",
        "awaiting": (person_wait(since=LATER), Awaiting("remind", "timer", LATER, LATER + timedelta(hours=1))),
    }
    fence = make.fence(1)
    if claimed:
        make.claim(fence, "remind", "asked")
    make.store.steps.finish(make.outcome(fence, "remind", "asked", "asked", stays=True, **after))
    return make.row().awaiting


def test_only_the_clock_of_the_reminder_starts_again(make: Making) -> None:
    for claimed in (False, True):
        approve, remind = reminded(make, claimed=claimed)
        assert (approve.transition, approve.since) == ("approve", SINCE)
        assert (remind.transition, remind.since) == ("remind", LATER)


def test_the_task_is_told_anew_because_another_step_answers_it(make: Making) -> None:
    reminded(make)
    events = make.store.events.after(None, run_id=make.run, limit=100)[0]
    tasks = [(event.type, event.data["step"]) for event in events if event.type.startswith("task.")]
    assert tasks == [("task.opened", 1), ("task.closed", 1), ("task.opened", 2)]
