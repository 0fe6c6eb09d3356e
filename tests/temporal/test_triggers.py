"""The trigger rules without a server: who is taken, held, kept, refused."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from loopstack_temporal.temporal.messages import Received, Rejection
from loopstack_temporal.temporal.triggers import ANSWERED, MOST_KEPT, Triggers


def resting(*waits: str, step: int = 3) -> Triggers:
    triggers = Triggers(step=step)
    triggers.rest(waits)
    return triggers


def click(name: str = "go", id: str = "k", at_step: int | None = None) -> Received:
    return Received(id=id, name=name, payload={"a": 1}, at_step=at_step)


def refused(triggers: Triggers, received: Received) -> str | None:
    rejection = triggers.refusal(received)
    return rejection.code if rejection else None


def test_an_awaited_update_takes_its_wait_at_once_so_a_second_one_in_the_same_task_is_refused() -> None:
    triggers = resting("go", "stop")
    assert refused(triggers, click(id="1", at_step=3)) is None
    triggers.offer_update(click(id="1", at_step=3))
    assert triggers.taken is not None
    assert refused(triggers, click("stop", id="2", at_step=3)) == "answered"
    assert refused(triggers, click("stop", id="3")) == "not_awaited"


@pytest.mark.parametrize(
    ("name", "at_step", "code"),
    [
        ("go", 2, "answered"),
        ("go", 3, None),
        ("go", None, None),
        ("go", 4, "not_awaited"),
        ("other", 3, "not_awaited"),
        ("other", None, "not_awaited"),
    ],
)
def test_updates_at_rest(name: str, at_step: int | None, code: str | None) -> None:
    assert refused(resting("go"), click(name, at_step=at_step)) == code


@pytest.mark.parametrize(("at_step", "code"), [(3, "answered"), (4, None), (5, "not_awaited"), (None, "not_awaited")])
def test_an_update_one_step_ahead_is_held_while_that_step_is_in_flight(at_step: int | None, code: str | None) -> None:
    triggers = resting("go")
    triggers.depart()
    assert refused(triggers, click("next", at_step=at_step)) == code


@pytest.mark.parametrize("offered", ["update", "signal"])
def test_an_answer_to_the_next_wait_is_held_while_children_are_started(offered: str) -> None:
    triggers = resting("begin")
    triggers.depart()
    triggers.settle("asking")
    triggers.between()
    answer = click(at_step=4)
    if offered == "update":
        assert refused(triggers, answer) is None
        triggers.offer_update(answer)
    else:
        triggers.offer_signal(answer)
    assert refused(triggers, click(id="old", at_step=3)) == "answered"
    assert refused(triggers, click(id="early", at_step=5)) == "not_awaited"
    triggers.rest({"go"})
    assert triggers.taken is not None and triggers.taken.id == answer.id


def test_a_held_update_is_applied_when_the_place_is_reached_and_refused_otherwise() -> None:
    for waits, applied in ((("next",), True), (("other",), False)):
        triggers = resting("go")
        triggers.depart()
        triggers.offer_update(click("next", at_step=4))
        triggers.settle("b")
        triggers.rest(waits)
        assert (triggers.taken is not None) is applied
        outcome = triggers.outcome("k")
        assert applied or (outcome is not None and outcome.refused is not None)


def test_updates_are_held_while_the_run_has_not_rested_in_this_history() -> None:
    triggers = Triggers(step=0)
    assert refused(triggers, click()) is None
    triggers.offer_update(click())
    triggers.depart()
    triggers.settle("a")
    triggers.rest({"go"})
    assert triggers.taken == click()


@pytest.mark.requirement("ENGINE-039")
def test_a_signal_that_comes_early_is_kept_until_its_place_is_reached() -> None:
    triggers = resting("go")
    triggers.offer_signal(click("later", id="early"))
    assert [note.outcome for note in triggers.take_notes()] == ["kept"]
    triggers.stored(["early"], ())
    triggers.offer_signal(click("go", id="now"))
    triggers.depart()
    triggers.settle("b")
    triggers.rest({"later"})
    assert triggers.taken is not None
    assert (triggers.taken.id, triggers.taken.stored, triggers.taken.payload) == ("early", True, None)


def test_a_signal_for_a_step_that_is_over_is_recorded_and_refused() -> None:
    triggers = resting("go")
    triggers.offer_signal(click(at_step=1))
    assert triggers.taken is None
    assert [(note.outcome, note.code) for note in triggers.take_notes()] == [("rejected", "answered")]


def test_the_same_click_by_update_and_signal_counts_once() -> None:
    triggers = resting("go")
    triggers.offer_update(click())
    triggers.offer_signal(click())
    triggers.offer_update(click())
    triggers.depart()
    triggers.settle("b")
    triggers.rest({"go"})
    assert triggers.taken is None
    assert refused(triggers, click()) is None, "the repeated update gets the first one's outcome"
    outcome = triggers.outcome("k")
    assert outcome is not None and (outcome.step, outcome.place) == (3, "b")


def test_a_rejected_payload_uses_its_step_number_again_and_keeps_the_others_out_of_the_way() -> None:
    triggers = resting("go")
    triggers.offer_update(click(id="bad", at_step=3))
    triggers.depart()
    triggers.settle("", Rejection(code="invalid_payload", message="no"), moved=False)
    assert triggers.step == 3
    triggers.rest({"go"})
    assert refused(triggers, click(id="good", at_step=3)) is None


def test_signals_beyond_the_limit_are_dropped_and_recorded() -> None:
    triggers = resting("go")
    for number in range(MOST_KEPT + 1):
        triggers.offer_signal(click("later", id=str(number)))
    assert len(triggers.kept) == MOST_KEPT
    assert triggers.notes[-1].outcome == "dropped"


def test_everything_open_is_refused_at_the_end() -> None:
    triggers = Triggers()
    triggers.offer_update(click(id="held"))
    triggers.offer_signal(click("later", id="kept"))
    triggers.end(Rejection(code="run_ended", message="over"))
    outcome = triggers.outcome("held")
    assert outcome is not None and outcome.refused is not None and outcome.refused.code == "run_ended"
    assert [note.outcome for note in triggers.take_notes()] == ["dropped"]
    assert refused(triggers, click(id="new")) == "run_ended"


def test_what_was_in_hand_or_came_after_the_end_is_noted_as_dropped_too() -> None:
    triggers = resting("go")
    over = Rejection(code="run_ended", message="over")
    triggers.offer_signal(click(id="in hand"))
    triggers.depart()
    triggers.end(over)
    assert (triggers.taken, triggers.take_notes()) == (None, ())
    triggers.offer_signal(click("later", id="after the end"))
    assert triggers.has_late
    triggers.drop_late(over)
    dropped = [(note.received.id, note.outcome, note.code) for note in triggers.take_notes()]
    assert dropped == [("after the end", "dropped", "run_ended"), ("in hand", "dropped", "run_ended")]
    assert not triggers.has_late


def test_a_step_that_was_done_without_its_trigger_moves_the_run_and_refuses_the_trigger() -> None:
    triggers = resting("go")
    triggers.offer_update(click())
    triggers.depart()
    triggers.settle("b", ANSWERED, moved=True)
    outcome = triggers.outcome("k")
    assert outcome is not None and outcome.refused == ANSWERED
    assert (triggers.step, triggers.taken) == (4, None)


class Desk(RuleBasedStateMachine):
    """Random messages against a random run: each accepted update ends, no id applies twice, nobody jumps the queue."""

    ids = Bundle("ids")

    @initialize()
    def begin(self) -> None:
        self.triggers = Triggers()
        self.updates: set[str] = set()
        self.applied: list[str] = []

    @rule(target=ids, number=st.integers(0, 30))
    def name_id(self, number: int) -> str:
        return f"i{number}"

    @rule(id=ids, name=st.sampled_from("abc"), ahead=st.one_of(st.none(), st.integers(-1, 2)))
    def update(self, id: str, name: str, ahead: int | None) -> None:
        received = click(name, id, None if ahead is None else self.triggers.step + ahead)
        if self.triggers.refusal(received) is None:
            self.triggers.offer_update(received)
            self.updates.add(id)

    @rule(id=ids, name=st.sampled_from("abc"), ahead=st.one_of(st.none(), st.integers(-1, 2)))
    def signal(self, id: str, name: str, ahead: int | None) -> None:
        self.triggers.offer_signal(click(name, id, None if ahead is None else self.triggers.step + ahead))

    @rule(waits=st.sets(st.sampled_from("abc")))
    @precondition(lambda self: self.triggers.phase in ("opening", "resting"))
    def rest(self, waits: set[str]) -> None:
        self.triggers.rest(waits)
        taken = self.triggers.taken
        assert taken is None or taken.name in "abc"

    @rule(waits=st.sets(st.sampled_from("abc")), rejected=st.booleans())
    def step(self, waits: set[str], rejected: bool) -> None:
        before = self.triggers.step
        taken = self.triggers.depart()
        refused = Rejection(code="no", message="no") if rejected and taken else None
        self.triggers.settle("x", refused, moved=refused is None)
        if taken and not rejected:
            self.applied.append(taken.id)
        assert self.triggers.step == before + (0 if rejected and taken else 1)
        self.triggers.rest(waits)

    @invariant()
    def no_id_is_applied_twice(self) -> None:
        assert len(self.applied) == len(set(self.applied))

    @invariant()
    def every_accepted_update_is_open_or_has_an_outcome(self) -> None:
        for id in self.updates:
            kept = any(one.id == id for one in self.triggers.kept)
            assert self.triggers.will_settle(id) or kept or self.triggers.outcome(id) is not None

    @invariant()
    def nothing_is_held_at_rest(self) -> None:
        if self.triggers.phase == "resting" and self.triggers.taken is None:
            assert not self.triggers.held


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
