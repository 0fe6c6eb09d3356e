"""The journal of outside calls, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loopstack_temporal.errors import Fenced
from loopstack_temporal.machine.decisions import Fire, Parked
from loopstack_temporal.store.records import EffectEnd, EffectRow, EffectUsage, EffectWrite, Fence
from tests.store.make import Making

AT = datetime(2031, 1, 2, tzinfo=UTC)


def call(fence: Fence, key: str = "key", **changes: Any) -> EffectWrite:
    """A call of a model."""
    return replace(EffectWrite(key, fence, "llm:demo", "request"), **changes)


def end(fence: Fence, response: Any = "hello", key: str = "key", **changes: Any) -> EffectEnd:
    """Its answer."""
    return replace(EffectEnd(key, fence, response, {"input_tokens": 3}, AT), **changes)


def claimed(make: Making, **fence: Any) -> Fence:
    """The next attempt of step 0, with its claim."""
    made = make.fence(0, **fence)
    make.claim(made)
    return made


def test_what_was_answered_once_is_given_to_every_later_attempt(make: Making) -> None:
    make.opened()
    effects, one = make.store.effects, claimed(make)
    assert effects.begin(call(one)) is None
    effects.end(end(one, {"text": "hellö \x00"}))
    effects.end(end(one, {"text": "repeated"}))
    two = claimed(make, attempt=2)
    assert effects.begin(call(two)) == EffectRow("key", "done", {"text": "hellö \x00"})
    assert effects.recorded("other") is None


def test_no_call_is_begun_for_a_step_that_is_not_claimed_by_the_attempt(make: Making) -> None:
    make.opened()
    with pytest.raises(Fenced):
        make.store.effects.begin(call(make.fence(0)))
    one = claimed(make)
    claimed(make, attempt=2)
    with pytest.raises(Fenced):
        make.store.effects.begin(call(one))


def test_a_repeatable_call_of_a_lost_attempt_is_begun_again_and_its_late_answer_is_dropped(make: Making) -> None:
    make.opened()
    effects, one = make.store.effects, claimed(make)
    assert effects.begin(call(one)) is None
    assert effects.begin(call(one)) is None, "the same attempt repeats a transaction whose outcome it did not learn"
    two = claimed(make, attempt=2)
    with pytest.raises(Fenced):
        effects.end(end(one, "late"))
    assert effects.begin(call(two)) is None
    with pytest.raises(Fenced):
        effects.end(end(one, "late"))
    effects.end(end(two, "right"))
    assert effects.recorded("key") == EffectRow("key", "done", "right")


def test_a_call_that_must_not_be_repeated_is_unknown_from_then_on(make: Making) -> None:
    make.opened()
    effects, one = make.store.effects, claimed(make)
    assert effects.begin(call(one, repeatable=False)) is None
    for attempt in (2, 3):
        again = claimed(make, attempt=attempt)
        assert effects.begin(call(again, repeatable=False)) == EffectRow("key", "unknown", None)


def test_the_late_answer_of_a_call_that_is_unknown_by_now_is_refused(make: Making) -> None:
    make.opened()
    effects, one = make.store.effects, claimed(make)
    effects.begin(call(one, repeatable=False))
    effects.begin(call(claimed(make, attempt=2), repeatable=False))
    with pytest.raises(Fenced):
        effects.end(end(one, "late"))
    assert effects.recorded("key") == EffectRow("key", "unknown", None)


def test_a_persons_retry_begins_an_unknown_call_again_once(make: Making) -> None:
    make.opened()
    effects, one = make.store.effects, claimed(make)
    effects.begin(call(one, repeatable=False))
    two = claimed(make, attempt=2)
    effects.begin(call(two, repeatable=False))
    parked = Parked(
        place="start", code="effect_unknown", message="?", retry=Fire(transition="work", place="start"), step=0
    )
    outcome = make.outcome(two, "work", "start", "start", status="failed", decision=parked, run_status="failed")
    make.store.steps.finish(outcome)
    retry = make.fence(1)
    make.claim(retry)
    assert effects.first_try(make.run, 0) == (0, 1)
    assert effects.first_try(make.run, 1) == (0, 1)
    assert effects.begin(call(retry, repeatable=False)) is None
    dead = make.fence(1, attempt=2)
    make.claim(dead)
    assert effects.begin(call(dead, repeatable=False)) == EffectRow("key", "unknown", None)


def test_a_step_behind_a_committed_one_is_nobodys_retry(make: Making) -> None:
    make.opened()
    make.finish(0, "work", "start", "start")
    make.finish(1, "work", "start", "start")
    assert make.store.effects.first_try(make.run, 1) == (1, 1)


def test_a_failed_call_is_forgotten_by_the_attempt_that_made_it_only(make: Making) -> None:
    make.opened()
    effects, one = make.store.effects, claimed(make)
    effects.begin(call(one))
    two = claimed(make, attempt=2)
    effects.begin(call(two))
    effects.undo("key", one)
    assert effects.recorded("key") == EffectRow("key", "started", None)
    effects.undo("key", two)
    assert effects.recorded("key") is None


@pytest.mark.requirement("LLM-038")
def test_of_a_failed_call_its_cost_stays_and_it_is_made_again_under_its_key(make: Making) -> None:
    make.opened()
    effects, one = make.store.effects, claimed(make)
    effects.begin(call(one))
    two = claimed(make, attempt=2)
    assert effects.begin(call(two)) is None
    paid = [{"model": "opus", "input_tokens": 3}, {"model": "haiku", "input_tokens": 4}]
    effects.undo_paid(replace(end(one), response=None, usage=paid, status="unknown"))
    assert effects.recorded("key") == EffectRow("key", "started", None), "only by the attempt that made it"
    effects.undo_paid(replace(end(two), response=None, usage=paid, status="unknown"))
    assert effects.recorded("key") is None

    three = claimed(make, attempt=3)
    assert effects.begin(call(three)) is None
    effects.end(replace(end(three), usage={"model": "opus", "input_tokens": 5}, at=AT + timedelta(seconds=1)))
    assert [one.usage["input_tokens"] for one in effects.usage(make.run)] == [3, 4, 5]


def test_answers_after_the_step_has_ended_are_dropped(make: Making) -> None:
    make.opened()
    effects, one = make.store.effects, claimed(make)
    effects.begin(call(one))
    make.store.steps.finish(make.outcome(one, "work", "start", "done"))
    with pytest.raises(Fenced):
        effects.end(end(one))


@pytest.mark.requirement("LLM-038")
def test_a_rewound_step_calls_again_and_what_it_cost_before_still_counts(make: Making) -> None:
    make.opened()
    effects, one = make.store.effects, claimed(make)
    effects.begin(call(one))
    effects.end(end(one))
    make.store.steps.finish(make.outcome(one, "work", "start", "done"))
    assert make.store.steps.register(make.run, 0, "t2", seen_epoch=1) == 2
    two = claimed(make)
    assert effects.begin(call(two)) is None
    effects.end(end(two, usage={"input_tokens": 4}))
    costs = {str(one.usage["input_tokens"]) for one in effects.usage(make.run)}
    assert costs == {"3", "4"}
    assert EffectUsage("llm:demo", {"input_tokens": 4}) in effects.usage(make.run)
