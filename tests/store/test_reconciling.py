"""Families in the store, and what the reconciler reads and writes there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loopstack_temporal.errors import Conflict, ErrorInfo, Fenced
from loopstack_temporal.machine.decisions import Await, Fire, report_of
from loopstack_temporal.store.reconciling import ORPHANED_BY
from loopstack_temporal.store.records import (
    Awaiting,
    ChildWrite,
    Ending,
    InboxWrite,
    TriggerRow,
    Untold,
    Watched,
)
from tests.store.make import SINCE, Making, document, open_run, types

LOST = Ending("failed", error=ErrorInfo("terminated_outside", "LostOutside", "The workflow was terminated."))


def family(make: Making) -> tuple[str, str, str]:
    """A parent that waits for two children; the first of them was opened."""
    parent = make.opened()
    one, two = f"{parent}-0-0", f"{parent}-0-1"
    make.finish(
        0,
        "begin",
        to="collecting",
        run_status="waiting",
        decision=Await(place="collecting", waits=(Fire(transition="heard", place="collecting"),)),
        awaiting=(Awaiting("heard", "person", SINCE),),
        children=tuple(ChildWrite(name, "job", {}, f"token-{name}", callback="heard") for name in (one, two)),
    )
    make.store.runs.open(open_run(one, "c1", "c1", workflow="job"))
    return parent, one, two


def watched(make: Making, run_id: str) -> Watched:
    [found] = make.store.reconciling.open_among("app", [run_id])
    return found


@pytest.mark.requirement("CHILD-026")
def test_deleting_a_parent_deletes_its_family_and_is_refused_while_one_of_them_is_open(make: Making) -> None:
    parent, one, two = family(make)
    runs, events = make.store.runs, make.store.events
    make.run, make.temporal = one, "c1"
    make.finish(0, documents=(document(),), children=(ChildWrite(f"{one}-0-0", "job", {}, "token"),))
    make.run = parent
    runs.end(parent, 1, Ending("failed"))
    runs.end(one, 1, Ending("completed"))
    runs.end(two, 0, Ending("canceled"))
    with pytest.raises(Conflict) as refused:
        runs.delete(parent)
    assert (refused.value.reason, refused.value.facts) == ("run_open", {"open": (f"{one}-0-0",)})
    assert set(runs.family(parent)) == {parent, one, two, f"{one}-0-0"}

    runs.end(f"{one}-0-0", 0, Ending("canceled"))
    before = events.head()
    runs.delete(parent)
    assert [runs.get(run_id) for run_id in (parent, one, two, f"{one}-0-0")] == [None] * 4
    said, _ = events.after(before)
    assert types(said) == ["run.deleted"] * 4
    assert {event.run_id for event in said} == {parent, one, two, f"{one}-0-0"}
    for run_id in (one, f"{one}-0-0"):
        assert types(events.after(None, run_id=run_id)[0]) == ["run.deleted"]
    make.run = one
    assert make.documents() == []


def test_a_lost_run_is_ended_once_and_its_open_children_are_nobodys(make: Making) -> None:
    parent, one, two = family(make)
    seen = watched(make, parent)
    assert make.store.reconciling.unwanted("app") == ()
    assert make.store.reconciling.end_lost(seen, LOST) is True
    assert make.store.reconciling.end_lost(seen, LOST) is False
    row = make.store.runs.get(parent)
    assert row and row.ended_at and row.error == LOST.error and (row.status, row.awaiting) == ("failed", ())
    # The second has no workflow yet: it is not canceled there, but ends when somebody is about to start it.
    assert make.store.reconciling.unwanted("app") == (one,)
    child = make.store.runs.get(two)
    assert child and child.cancel_requested
    with pytest.raises(Fenced):
        make.store.runs.end(parent, 2, LOST)
    assert len([event for event in make.events("run.changed") if event.data["ended_at"]]) == 1


@pytest.mark.parametrize("change", [{"status": "running"}, {"epoch": 2}, {"next_step": 7}])
def test_a_run_that_moved_since_it_was_seen_is_not_ended(make: Making, change: dict[str, object]) -> None:
    parent, _, _ = family(make)
    assert make.store.reconciling.end_lost(replace(watched(make, parent), **change), LOST) is False  # pyright: ignore[reportArgumentType]
    row = make.store.runs.get(parent)
    assert row and row.ended_at is None


def test_a_step_that_still_runs_when_its_run_was_ended_writes_nothing(make: Making) -> None:
    make.opened()
    unclaimed = make.fence(0)
    make.store.reconciling.end_lost(watched(make, make.run), LOST)
    with pytest.raises(Fenced):
        make.claim(make.fence(0))
    with pytest.raises(Fenced):
        make.fail(make.fence(0))
    with pytest.raises(Fenced):
        make.store.steps.finish(make.outcome(unclaimed, "work", "start", "done", documents=(document(),)))
    row = make.store.runs.get(make.run)
    assert row and (row.status, row.next_step) == ("failed", 0)
    assert make.documents() == []


def test_open_runs_come_in_pages_by_id_and_only_those_that_are_quiet(make: Making) -> None:
    ids = sorted(make.opened() for _ in range(3))
    reconciling = make.store.reconciling
    first = reconciling.open_runs("app", 0, limit=2)
    rest = reconciling.open_runs("app", 0, after=first[-1].id, limit=2)
    assert [one.id for one in (*first, *rest)] == ids
    assert reconciling.open_runs("app", 60) == ()
    assert reconciling.open_runs("another", 0) == ()
    make.store.runs.end(ids[0], 1, Ending("canceled"))
    assert [one.id for one in reconciling.open_among("app", ids)] == ids[1:]


def test_a_parent_is_told_of_an_ended_child_until_it_has_heard(make: Making) -> None:
    parent, one, two = family(make)
    make.store.runs.end(one, 1, Ending("completed"))
    untold = make.store.reconciling.untold
    assert untold("app", 60) == ()
    assert untold("app", -1) == (Untold(one, parent, "completed", "heard"),)
    report = TriggerRow(report_of(one, "heard"), "heard", {"child_id": one}, one, "child")
    make.store.inbox.note(InboxWrite(parent, report, "rejected", "unknown_child", "No such child."))
    assert untold("app", -1) == ()
    make.store.runs.end(two, 0, Ending("canceled"))
    assert [child.id for child in untold("app", -1)] == [two]
    heard = replace(report, id=report_of(two, "heard"), payload={"child_id": two})
    make.finish(1, "heard", "collecting", "done", trigger=heard)
    assert untold("app", -1) == ()


def test_children_whose_parents_stand_elsewhere_hide_nobody(make: Making) -> None:
    parent, one, _ = family(make)
    make.store.runs.end(one, 1, Ending("completed"))
    elsewhere, other, _ = family(make)
    make.store.runs.end(other, 1, Ending("completed"))
    make.run = parent
    make.finish(
        1, "leave", "collecting", "resting", run_status="waiting", awaiting=(Awaiting("wake", "person", SINCE),)
    )
    assert make.store.reconciling.untold("app", -1, 1) == (Untold(other, elsewhere, "completed", "heard"),)


def test_children_of_an_undone_step_are_unwanted(make: Making) -> None:
    parent, one, _ = family(make)
    make.store.runs.request_cancel(one, "ann")
    assert make.store.reconciling.unwanted("app") == (), "ann may still want it to be asked properly"
    assert make.store.reconciling.uncanceled("app", 60) == (), "that is between ann and Temporal"
    assert make.store.reconciling.uncanceled("app", -1) == ((one, "ann"),), "unless Temporal was away"
    make.store.steps.register(parent, 0, "t2", 1)
    assert make.store.reconciling.unwanted("app") == (one,)
    make.store.runs.request_cancel(one, ORPHANED_BY)
    make.store.runs.end(one, 1, Ending("canceled"))
    assert make.store.reconciling.unwanted("app") == ()
