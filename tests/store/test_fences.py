"""Whoever comes too late changes nothing: each case of a late, doubled or resurrected attempt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loopstack_temporal.errors import Fenced
from loopstack_temporal.machine.decisions import Fire, Parked
from loopstack_temporal.store.faults import StoreBehindHistory
from loopstack_temporal.store.records import OPENING, Claim, Entered, Unregistered
from loopstack_temporal.store.store import Store
from tests.store.make import BROKEN, Making, document, types


def test_an_older_attempt_is_fenced_at_its_claim_once_a_newer_one_claimed(make: Making) -> None:
    make.opened()
    make.claim(make.fence(0, attempt=2))
    with pytest.raises(Fenced):
        make.claim(make.fence(0, attempt=1))


@pytest.mark.requirement("REL-003")
def test_an_attempt_that_lost_its_claim_is_fenced_at_its_commit(make: Making) -> None:
    make.opened()
    old, new = make.fence(0, attempt=1), make.fence(0, attempt=2)
    make.claim(old)
    make.claim(new)
    with pytest.raises(Fenced):
        make.store.steps.finish(make.outcome(old, "work", "start", "done", documents=(document(content="old"),)))
    make.store.steps.finish(make.outcome(new, "work", "start", "done", documents=(document(content="new"),)))
    assert make.documents() == [(1, 1, "new")]


def test_an_attempt_that_does_not_know_of_the_last_failure_is_fenced_and_spends_no_try_twice(make: Making) -> None:
    make.opened()
    entered = make.entered(0)
    zombie = make.fence(0, attempt=1)
    make.claim(zombie)
    make.fail(zombie)
    late = make.fence(0, attempt=2)
    with pytest.raises(Fenced):
        make.store.steps.claim(Claim(late, "work", "start", "worker-1", failure_no=entered.failure_no))
    again = make.entered(0).failure_no
    assert make.store.steps.claim(Claim(late, "work", "start", "worker-1", failure_no=again)) is None


@pytest.mark.requirement("REL-004")
def test_an_attempt_that_commits_before_the_next_one_claims_wins_and_the_next_gets_its_outcome(make: Making) -> None:
    make.opened()
    first = make.fence(0, attempt=1)
    make.claim(first)
    recorded = make.store.steps.finish(make.outcome(first, "work", "start", "done"))
    assert make.claim(make.fence(0, attempt=2)) == recorded
    assert make.entered(0).recorded == recorded


@pytest.mark.requirement("REL-005")
def test_two_executions_of_one_attempt_commit_once_and_get_the_same_outcome(make: Making) -> None:
    make.opened()
    one, two = make.fence(0), make.fence(0)
    first = make.store.steps.finish(make.outcome(one, "work", "start", "here", documents=(document(content="1"),)))
    second = make.store.steps.finish(make.outcome(two, "work", "start", "there", documents=(document(content="2"),)))
    assert first == second
    assert first.place == "here"
    assert make.documents() == [(1, 1, "1")]


def test_of_two_claims_of_one_attempt_the_later_wins(make: Making) -> None:
    make.opened()
    one, two = make.fence(0), make.fence(0)
    make.claim(one)
    make.claim(two)
    with pytest.raises(Fenced):
        make.store.steps.finish(make.outcome(one, "work", "start", "done"))
    assert make.store.steps.finish(make.outcome(two, "work", "start", "done")).place == "done"


def test_an_attempt_that_never_claimed_commits_over_an_older_claim_but_not_over_a_newer_one(make: Making) -> None:
    make.opened()
    make.claim(make.fence(0, try_no=1, attempt=5))
    make.store.steps.finish(make.outcome(make.fence(0, try_no=2, attempt=1), "work", "start", "done"))
    make.claim(make.fence(1, try_no=2, attempt=1))
    with pytest.raises(Fenced):
        make.store.steps.finish(make.outcome(make.fence(1, try_no=1, attempt=5), "work", "done", "end"))


def test_a_claim_that_is_repeated_does_nothing(make: Making) -> None:
    make.opened()
    fence = make.fence(0)
    make.claim(fence)
    make.claim(fence)
    assert types(make.events("step.started")) == ["step.started"]
    assert make.entered(0).claims == 1


def test_claims_without_an_outcome_are_counted_until_a_failure_is_known(make: Making) -> None:
    make.opened()
    for attempt in (1, 2, 3):
        make.claim(make.fence(0, attempt=attempt))
    assert make.entered(0).claims == 3
    fence = make.fence(0, attempt=4)
    make.claim(fence)
    make.fail(fence)
    assert make.entered(0).claims == 0


@pytest.mark.requirement("REL-003")
def test_after_a_step_was_closed_its_attempts_get_the_closing_outcome_and_write_nothing(make: Making) -> None:
    make.opened()
    fence = make.fence(0)
    make.claim(fence)
    closing = make.fence(0, try_no=0, attempt=0)
    decision = Parked(place="start", code="timed_out", message="too long")
    closed = make.store.steps.finish(
        make.outcome(
            closing, "work", "start", "start", status="closed", decision=decision, run_status="failed", error=BROKEN
        )
    )
    assert closed.status == "closed"
    late = make.store.steps.finish(make.outcome(fence, "work", "start", "done", documents=(document(),)))
    assert late == closed
    assert make.documents() == []


def test_closing_a_step_that_committed_returns_its_outcome(make: Making) -> None:
    make.opened()
    recorded = make.finish(0)
    closing = make.outcome(make.fence(0, try_no=9), "work", "start", "start", status="closed", run_status="failed")
    assert make.store.steps.finish(closing) == recorded


def test_an_attempt_of_an_older_epoch_is_fenced_everywhere(make: Making) -> None:
    make.opened()
    make.finish(0)
    make.finish(1, frm="done", to="end")
    old = make.fence(1)
    assert make.store.steps.register(make.run, 1, "t2", seen_epoch=1) == 2
    with pytest.raises(Fenced):
        make.claim(old)
    with pytest.raises(Fenced):
        make.store.steps.finish(make.outcome(old, "work", "done", "end"))
    with pytest.raises(Fenced):
        make.fail(old)
    entered = make.entered(1)
    assert entered.epoch == 1
    assert entered.run.epoch == 2


def test_a_step_the_database_cannot_know_of_stops_the_run(make: Making) -> None:
    make.opened()
    with pytest.raises(StoreBehindHistory, match="older than Temporal's history"):
        make.finish(5)
    with pytest.raises(StoreBehindHistory):
        make.claim(make.fence(5))
    with pytest.raises(StoreBehindHistory):
        make.store.steps.register(make.run, 5, "t2", seen_epoch=1)


def test_an_unknown_temporal_run_must_be_registered_and_only_the_first_registration_counts(make: Making) -> None:
    make.opened()
    make.finish(0)
    assert make.store.steps.enter(make.run, 1, "t2") == Unregistered(seen_epoch=1)
    assert make.store.steps.register(make.run, 1, "t2", seen_epoch=1) == 2
    assert make.store.steps.register(make.run, 1, "t3", seen_epoch=1) is None
    assert make.store.steps.register(make.run, 1, "t2", seen_epoch=2) == 2
    entered = make.store.steps.enter(make.run, 1, "t2")
    assert isinstance(entered, Entered)
    assert entered.epoch == 2
    assert types(make.events("run.rewound")) == []


def test_a_later_epoch_with_the_first_attempt_beats_an_earlier_one_with_the_third(make: Making) -> None:
    make.opened()
    make.claim(make.fence(0, attempt=3))
    make.store.steps.register(make.run, 0, "t2", seen_epoch=1)
    fence = make.fence(0, attempt=1)
    assert fence.epoch == 2
    assert make.claim(fence) is None
    assert make.store.steps.finish(make.outcome(fence, "work", "start", "done")).place == "done"


def test_a_failure_is_written_once_however_often_its_transaction_is_repeated(make: Making) -> None:
    make.opened()
    fence = make.fence(0)
    saved = document("error:0:1", "it broke", name="error")
    make.fail(fence, document=saved)
    make.fail(fence, document=saved)
    entered = make.entered(0)
    assert (entered.failure_no, entered.retry_count) == (1, 1)
    assert types(make.events("step.failed")) == ["step.failed"]


def test_the_opening_is_an_ordinary_step_that_does_not_advance(make: Making) -> None:
    make.opened()
    entered = make.entered(0)
    assert make.row().next_step == 0
    assert entered.checkpoint is not None
    assert entered.checkpoint.state == {}
    again = make.store.steps.finish(make.outcome(make.fence(OPENING), "loopstack.open", "start", "x"))
    assert again.decision == Fire(transition="next", place="start")


def test_a_repeated_commit_of_the_same_attempt_returns_the_recorded_outcome(make: Making, store: Store) -> None:
    make.opened()
    outcome = make.outcome(make.fence(0), "work", "start", "done", documents=(document(content="once"),))
    assert store.steps.finish(outcome) == store.steps.finish(replace(outcome))
    assert make.documents() == [(1, 1, "once")]
