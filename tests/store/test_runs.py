"""Runs: who gets the row, what it says at each moment, lists and counts."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from loopstack_temporal.errors import Conflict, Fenced, InvalidInput, NotFound
from loopstack_temporal.machine.decisions import Delay, Fire
from loopstack_temporal.store.records import (
    OPENING,
    Ending,
    Entered,
    Fence,
    RecordedStep,
    RetryPending,
    RunFilter,
    RunRow,
    StepOutcome,
)
from loopstack_temporal.store.store import Store
from tests.store.make import BROKEN, SINCE, Making, document, new_run, open_run, person_wait, trigger, types


def _get(store: Store, run_id: str) -> RunRow:
    found = store.runs.get(run_id)
    assert found is not None
    return found


@pytest.mark.requirement("ENGINE-075")
def test_a_hundred_runs_created_at_once_get_the_numbers_one_to_a_hundred(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        numbers = [run.number for run in threads.map(store.runs.create, [new_run() for _ in range(100)])]
    assert sorted(numbers) == list(range(1, 101))


def test_a_refused_creation_leaves_no_gap_in_the_numbers(store: Store) -> None:
    first = store.runs.create(new_run("a"))
    with pytest.raises(Conflict) as refused:
        store.runs.create(new_run("a", start_token="other"))
    assert refused.value.reason == "run_exists"
    assert store.runs.create(new_run("a")) == first
    assert store.runs.create(new_run("b")).number == 2
    with pytest.raises(NotFound):
        store.runs.create(new_run("c", workspace_id="nowhere"))


def test_our_own_workflow_takes_its_row_and_a_repeated_opening_finds_it(make: Making, store: Store) -> None:
    store.runs.create(new_run("r"))
    store.runs.started("r", "t1", "t1")
    opened = store.runs.open(open_run("r"))
    assert (opened.kind, opened.epoch, opened.recorded) == ("taken", 1, None)
    assert opened.run.started_at is not None
    again = store.runs.open(open_run("r"))
    assert (again.kind, again.epoch, again.recorded) == ("taken", 1, None)
    make.run = "r"
    recorded = make.finish(OPENING, "loopstack.open", "start", "start")
    assert store.runs.open(open_run("r")).recorded == recorded


def test_a_start_by_the_temporal_cli_makes_a_row_for_the_local_user(store: Store) -> None:
    asked = open_run("cli", start_token=None, workspace_id=None, user_id=None, args={"topic": "tea"})
    opened = store.runs.open(asked)
    assert opened.kind == "taken"
    assert (opened.run.workspace_id, opened.run.user_id, opened.run.number) == ("default", "local", 1)
    assert opened.run.args == {"topic": "tea"}
    events, _ = store.events.after(None, run_id="cli")
    assert types(events)[0] == "run.created"


def test_a_run_keeps_the_arguments_it_began_with_over_a_reset(store: Store) -> None:
    store.runs.create(new_run("r"))
    complete = {"topic": "tea", "cups": 1}
    assert store.runs.open(open_run("r", args=complete)).run.args == complete
    again = store.runs.open(open_run("r", "t2", args={"topic": "tea", "cups": 2}))
    assert (again.epoch, again.run.args) == (2, complete)


def test_a_foreign_workflow_wins_against_a_pending_row_only(store: Store) -> None:
    store.runs.create(new_run("r"))
    taken = store.runs.open(open_run("r", "x1", first="x1", start_token=None, workflow="other", args=[1]))
    assert (taken.kind, taken.run.workflow, taken.run.args) == ("taken", "other", [1])
    before = _get(store, "r")
    assert store.runs.open(open_run("r", "y1", first="y1")).kind == "in_use"
    assert _get(store, "r") == before


def test_a_row_that_was_ended_before_it_ever_started_is_not_taken(store: Store) -> None:
    store.runs.create(new_run("r"))
    store.runs.end("r", 0, Ending("canceled"))
    assert store.runs.open(open_run("r")).kind == "in_use"


def test_an_opening_that_comes_after_its_successor_is_fenced(store: Store) -> None:
    store.runs.create(new_run("r"))
    store.runs.open(open_run("r", "t1"))
    store.runs.open(open_run("r", "t2", first="t1"))
    with pytest.raises(Fenced):
        store.runs.open(open_run("r", "t1"))


def test_two_workflows_that_arrive_at_once_for_one_new_id_get_one_owner(store: Store) -> None:
    barrier = threading.Barrier(8)

    def arrive(number: int) -> str:
        barrier.wait(10)
        return store.runs.open(open_run("r", f"x{number}", first=f"x{number}", start_token=None)).kind

    with ThreadPoolExecutor(8) as threads:
        kinds = sorted(threads.map(arrive, range(8)))
    assert kinds == ["in_use"] * 7 + ["taken"]
    assert store.runs.create(new_run()).number == 2


def test_a_waiting_run_tells_what_it_waits_for_and_each_task_opens_and_closes_once(make: Making) -> None:
    make.opened()
    make.wait(0)
    run = _get(make.store, make.run)
    assert (run.status, run.awaiting, run.next_step) == ("waiting", (person_wait(),), 1)
    make.finish(1, "approve", "asked", "done", trigger=trigger("click", {"ok": 1}))
    run = _get(make.store, make.run)
    assert (run.status, run.awaiting, run.path) == ("running", (), ("start", "asked", "done"))
    opened, closed = make.events("task.opened", "task.closed")
    assert opened.data == {"transition": "approve", "step": 1}
    assert closed.data == {"transition": "approve", "step": 1, "by": "ann", "channel": "api"}


def test_a_run_whose_answer_is_being_worked_on_runs_and_awaits_nothing(make: Making) -> None:
    make.opened()
    make.wait(0)
    make.claim(make.fence(1), "approve", "asked")
    run = _get(make.store, make.run)
    assert (run.status, run.awaiting) == ("running", ())
    assert types(make.events())[-3:] == ["step.started", "task.closed", "run.changed"]
    assert make.store.runs.counts().awaiting_person == 0


@pytest.mark.requirement("FAILURE-012")
def test_a_run_that_will_be_retried_shows_the_error_and_the_time_of_the_next_attempt(make: Making) -> None:
    make.opened()
    make.fail(make.fence(0))
    run = _get(make.store, make.run)
    assert (run.status, run.place, run.has_error, run.error) == ("running", "start", True, BROKEN)
    assert run.retry == RetryPending("work", 2, 3, SINCE, BROKEN)
    assert make.entered(0).failure_no == 1
    make.claim(make.fence(0, attempt=2))
    run = _get(make.store, make.run)
    assert (run.retry, run.has_error) == (None, True)
    make.store.steps.finish(make.outcome(make.fence(0, attempt=3), "work", "start", "done"))
    run = _get(make.store, make.run)
    assert (run.has_error, run.error, run.failures, run.retry) == (False, None, {}, None)


@pytest.mark.requirement("FAILURE-003")
def test_a_parked_run_keeps_counting_over_manual_retries_until_a_success(make: Making) -> None:
    make.opened()
    make.park(0)
    run = _get(make.store, make.run)
    assert (run.status, run.has_error, run.can_retry, run.path) == ("failed", True, True, ("!start",))
    entered = make.store.steps.enter(make.run, 1, "t1", transition="work")
    assert isinstance(entered, Entered)
    assert entered.retry_count == 1
    make.park(1)
    assert make.store.steps.failures(make.run) == {"work": 2}
    make.finish(2, to="done")
    run = _get(make.store, make.run)
    assert (run.has_error, run.failures, run.path) == (False, {}, ("!start", "done"))


def test_a_retry_through_another_place_is_shown_while_it_is_held_back(make: Making) -> None:
    make.opened()
    retry = RetryPending("work", 2, 3, SINCE, BROKEN)
    decision = Delay(place="start", until=1.0, then=Fire(transition="prepare", place="start"))
    make.park(0, decision=decision, run_status="running", parked=False, retry=retry)
    assert _get(make.store, make.run).retry == retry
    (failed,) = make.events("step.failed")
    assert (failed.data["final"], failed.data["next_at"]) == (False, "2031-05-04T03:02:01.654321Z")


def test_ending_a_run_closes_its_open_step_and_can_be_repeated(make: Making) -> None:
    make.opened()
    make.claim(make.fence(0))
    first = make.store.runs.end(make.run, 1, Ending("canceled", error=BROKEN))
    assert make.store.runs.end(make.run, 1, Ending("failed")) == first
    assert (first.status, first.can_retry, first.error) == ("canceled", False, BROKEN)
    assert make.store.steps.page(make.run).items[0].status == "closed"
    recorded = make.entered(0).recorded
    assert recorded is not None
    assert recorded.decision.kind == "finish"
    with pytest.raises(Fenced):
        make.store.runs.end(make.run, 7, Ending("failed"))


def test_a_cancel_request_is_noted_once_the_run_is_open_and_refused_after_its_end(make: Making) -> None:
    make.opened()
    assert make.store.runs.request_cancel(make.run, "ann", "enough").cancel_requested
    make.store.runs.end(make.run, 1, Ending("canceled"))
    with pytest.raises(Conflict) as refused:
        make.store.runs.request_cancel(make.run, "ann")
    assert refused.value.reason == "run_ended"
    with pytest.raises(NotFound):
        make.store.runs.request_cancel("nobody", "ann")


def test_pending_rows_that_temporal_never_heard_of_are_found(store: Store) -> None:
    for name in ("left", "begun"):
        store.runs.create(new_run(name))
    store.runs.started("begun", "t1", "t1")
    assert [run.id for run in store.runs.unstarted(0)] == ["left"]
    assert store.runs.unstarted(60) == ()


def test_rows_that_wait_for_another_app_leave_room_for_ones_own(store: Store) -> None:
    for number in range(3):
        store.runs.create(new_run(f"other-{number}", app="other"))
    store.runs.create(new_run("mine", app="mine"))
    assert [run.id for run in store.runs.unstarted(0, limit=2, app="mine")] == ["mine"]
    assert len(store.runs.unstarted(0)) == 4


def test_a_run_that_never_began_is_taken_back_with_its_events(store: Store) -> None:
    store.runs.create(new_run("r"))
    left = store.runs.discard("r", "another token")
    assert left is not None and left.id == "r"
    assert store.runs.discard("r", "token-r") is None
    assert store.runs.discard("r", "token-r") is None
    assert store.runs.get("r") is None
    assert types(store.events.after(None, run_id="r")[0]) == ["run.deleted"]
    assert store.runs.create(new_run("r")).status == "pending"


def test_a_run_that_a_workflow_opened_is_not_taken_back(make: Making, store: Store) -> None:
    make.opened()
    before = _get(store, make.run)
    assert store.runs.discard(make.run, f"token-{make.run}") == before
    assert _get(store, make.run) == before


def test_runs_are_listed_by_pages_in_both_orders_and_narrowed_by_each_filter(make: Making, store: Store) -> None:
    names = [f"run-{number}" for number in range(7)]
    for name in names:
        store.runs.create(new_run(name, title=f"Tea {name}_%", workflow="hello" if name < "run-5" else "other"))
    waiting = make.opened(title="WAITS", parent_id="run-0", root_id="run-0")
    make.wait(0)
    failed = make.opened()
    make.park(0)

    def ids(**wanted: object) -> list[str]:
        return [run.id for run in store.runs.page(RunFilter(**wanted)).items]  # type: ignore[arg-type]

    seen: list[str] = []
    cursor = None
    while True:
        page = store.runs.page(RunFilter(), cursor, 4)
        seen += [run.id for run in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [failed, waiting, *reversed(names)]
    assert ids(order="oldest") == list(reversed(seen))
    assert ids(status=("waiting",)) == [waiting]
    assert ids(status=("failed", "waiting")) == [failed, waiting]
    assert ids(workflow="other") == ["run-6", "run-5"]
    assert ids(parent_id="run-0") == [waiting]
    assert waiting not in ids(root_only=True)
    assert ids(has_error=True) == [failed]
    assert ids(awaits_person=True) == [waiting]
    assert ids(search="waits") == [waiting]
    assert ids(search="n-3_%") == ["run-3"]
    assert ids(search="#3") == ["run-2"]
    assert ids(app="nothing") == []
    created = _get(store, "run-2").created_at
    assert set(ids(since=created)) | set(ids(until=created)) == set(seen)
    counts = store.runs.counts(RunFilter(root_only=True))
    assert (counts.total, counts.by_status) == (8, {"pending": 7, "failed": 1})
    assert store.runs.counts().by_workflow == {"hello": 7, "other": 2}
    assert store.runs.counts().awaiting_person == 1


@pytest.mark.parametrize("cursor", ["", "x", "bnVsbA", "WzEsMl0", "WyJhIiwiYiJd", "é", "WyIyMDI2LTAxLTAxIiwiYSJd" * 9])
def test_a_cursor_that_no_list_gave_out_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        store.runs.page(RunFilter(), cursor)
    assert refused.value.fields[0].path == ("cursor",)
    with pytest.raises(InvalidInput):
        store.steps.page("r", cursor)


def test_steps_tell_who_did_what_and_the_state_before_and_after(make: Making) -> None:
    make.opened()
    make.wait(0)
    fence = make.fence(1, attempt=2)
    make.claim(fence, "approve", "asked")
    outcome = make.outcome(fence, "approve", "asked", "done", trigger=trigger("c", {"ok": 1}), documents=(document(),))
    make.store.steps.finish(outcome)
    first, second = make.store.steps.page(make.run).items
    assert (first.transition, first.from_place, first.to_place, first.status) == ("ask", "start", "asked", "committed")
    assert (second.attempt, second.worker, second.document_count) == (2, "worker-1", 1)
    assert second.trigger == trigger("c", {"ok": 1})
    detail = make.store.steps.get(make.run, 1)
    assert (detail.before, detail.after, detail.decision) == ({}, {}, outcome.decision)
    page = make.store.steps.page(make.run, limit=1)
    assert [step.step for step in make.store.steps.page(make.run, page.next).items] == [1]
    with pytest.raises(NotFound):
        make.store.steps.get(make.run, 9)


def test_a_parked_run_is_offered_no_second_retry_while_one_runs(make: Making) -> None:
    make.opened()
    make.park(0)
    assert _get(make.store, make.run).can_retry
    make.claim(make.fence(1))
    claimed = _get(make.store, make.run)
    assert (claimed.status, claimed.can_retry) == ("running", False)
    assert [event.data["can_retry"] for event in make.events("run.changed")][-2:] == [True, False]
    make.store.runs.end(make.run, 1, Ending("failed"))
    assert not _get(make.store, make.run).can_retry


def test_an_ended_run_can_be_deleted_with_all_it_has_and_an_open_one_cannot(make: Making) -> None:
    make.opened()
    make.finish(0, documents=(document(),), trigger=trigger("c"))
    with pytest.raises(Conflict):
        make.store.runs.delete(make.run)
    make.store.runs.end(make.run, 1, Ending("completed"))
    make.store.runs.delete(make.run)
    assert make.store.runs.get(make.run) is None
    assert make.documents() == []
    said = make.events()
    assert [(event.type, event.rev, event.workspace_id) for event in said] == [("run.deleted", None, "default")]


def test_a_deletion_is_told_to_whoever_follows_and_frees_the_id(make: Making) -> None:
    events = make.store.events
    make.opened(id="again")
    make.store.runs.end("again", 1, Ending("canceled"))
    before = events.head()
    make.store.runs.delete("again")
    assert types(events.after(before)[0]) == ["run.deleted"]
    make.opened(id="again")
    make.finish(0)
    numbered = [event.rev for event in make.events() if event.type != "run.deleted"]
    assert numbered == list(range(1, len(numbered) + 1))


def test_a_renamed_run_says_so(make: Making) -> None:
    make.opened(title="Old")
    assert make.store.runs.rename(make.run, "New").title == "New"
    assert types(make.events())[-1] == "run.changed"


def test_a_beginning_that_needs_no_look_at_the_row_is_written_with_it(store: Store) -> None:
    beginning = StepOutcome(
        fence=Fence("r", OPENING, 0, 1, 1, "n"),
        status="committed",
        transition="loopstack.open",
        from_place="start",
        place="start",
        decision=Fire(transition="greet", place="start"),
        run_status="running",
    )
    store.runs.create(new_run("r"))
    args = new_run("r").args
    opened = store.runs.open(open_run("r", args=args, beginning=beginning))
    assert opened.recorded == RecordedStep("committed", beginning.decision, "start", None)
    assert (opened.epoch, opened.run.status, opened.run.next_step) == (1, "running", 0)
    assert [event.type for event in store.events.after(None, run_id="r")[0]] == ["run.created", "run.changed"]
    assert store.runs.open(open_run("r", args=args, beginning=beginning)).recorded == opened.recorded

    again = store.runs.open(open_run("r", "t2", args=args, beginning=beginning))
    assert (again.epoch, again.recorded) == (2, None), "after a reset the row has to be looked at"
    store.runs.create(new_run("other"))
    other = replace(beginning, fence=replace(beginning.fence, run_id="other"))
    changed = store.runs.open(open_run("other", args={"topic": "coffee"}, beginning=other))
    assert (changed.recorded, changed.run.args) == (opened.recorded, {"topic": "coffee"})
