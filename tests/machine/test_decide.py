"""`decide` against the rules of docs/protocol.md, on random state machines. No server, no author code."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopstack_temporal.definition.model import (
    END,
    GuardDefinition,
    Retry,
    Source,
    TransitionDefinition,
    WorkflowDefinition,
)
from loopstack_temporal.machine.decide import Arrival, Stay, automatic, decide, questions
from loopstack_temporal.machine.decisions import (
    Await,
    Children,
    Decision,
    DecisionAdapter,
    Delay,
    Finish,
    Fire,
    Parked,
    Timer,
    others_due,
)

SOURCE = Source("machine.py", 1)
GUARD = GuardDefinition("guard", lambda: True, takes_self=False, takes_state=False, takes_ctx=False)
PLACES = ("start", "a", "b")


@st.composite
def machines(draw: st.DrawFn) -> WorkflowDefinition:
    count = draw(st.integers(0, 8))
    transitions = tuple(_transition(draw, order) for order in range(count))
    return _definition(transitions)


def _transition(draw: st.DrawFn, order: int) -> TransitionDefinition:
    kind = draw(st.sampled_from(["automatic", "wait", "timer"]))
    return TransitionDefinition(
        name=f"t{order}",
        from_=draw(st.sampled_from(PLACES)),
        to=draw(st.sampled_from((*PLACES, END))),
        wait=kind == "wait",
        order=order,
        source=SOURCE,
        priority=draw(st.one_of(st.none(), st.integers(-2, 2))),
        guard=draw(st.sampled_from([None, GUARD])),
        after=draw(st.sampled_from([1.0, 60.0])) if kind == "timer" else None,
        early=kind == "wait" and draw(st.booleans()),
    )


def _definition(transitions: tuple[TransitionDefinition, ...]) -> WorkflowDefinition:
    return WorkflowDefinition(
        name="random",
        title="Random",
        description="",
        cls=object,
        source=SOURCE,
        folder=Path(),
        args=None,
        state=None,
        result=None,
        config=None,
        transitions=transitions,
        places=(*PLACES, END),
    )


def _asked(definition: WorkflowDefinition, place: str, truth: dict[int, bool]) -> dict[int, bool]:
    """Ask as the drivers do: in order, until an automatic guard is true."""
    answers: dict[int, bool] = {}
    for transition in questions(definition, place):
        answers[transition.order] = truth[transition.order]
        if truth[transition.order] and transition.automatic:
            break
    return answers


@given(machines(), st.sampled_from(PLACES), st.lists(st.booleans(), min_size=8, max_size=8), st.floats(0, 1e9))
@pytest.mark.requirement("ENGINE-028", "ENGINE-029", "TEMPORAL-021")
def test_a_place_does_what_the_rules_say(
    definition: WorkflowDefinition, place: str, truths: list[bool], now: float
) -> None:
    truth = dict(enumerate(truths))
    decision = decide(Arrival(definition, place, now, MappingProxyType(_asked(definition, place, truth))))

    leaving = [t for t in definition.transitions if t.from_ == place]
    allowed = [t for t in leaving if t.guard is None or truth[t.order]]
    may_fire = [t for t in allowed if not t.wait and t.after is None]
    if may_fire:
        best = max(may_fire, key=lambda t: (t.priority is not None, t.priority or 0, -t.order))
        assert isinstance(decision, Fire)
        assert (decision.transition, decision.place, decision.to) == (best.name, place, best.to)
        assert list(decision.early) == [t.name for t in allowed if t.early], "who may go before it"
        assert all(one.place == place and one.transition == name for name, one in decision.early.items())
        return
    assert isinstance(decision, Await)
    assert [fire.transition for fire in decision.waits] == [t.name for t in allowed if t.wait]
    # A timer's guard is asked when it is due, so every timer is there.
    expected = sorted((now + t.after, t.order) for t in leaving if isinstance(t.after, int | float))
    assert [timer.due for timer in decision.timers] == [due for due, _ in expected]


@given(st.lists(st.integers(1, 90), min_size=1, max_size=5), st.integers(0, 31), st.integers(0, 100))
@pytest.mark.requirement("ENGINE-072")
def test_a_reminder_that_comes_back_starts_its_own_clock_and_no_other(
    clocks: list[int], spent: int, delay: int
) -> None:
    timers = tuple(
        TransitionDefinition(f"t{order}", "a", "a", wait=False, order=order, source=SOURCE, after=float(after))
        for order, after in enumerate(clocks)
    )
    definition = _definition(timers)
    first = decide(Arrival(definition, "a", 1_000.0))
    assert isinstance(first, Await)
    fired = first.timers[0]
    left = [one for number, one in enumerate(first.timers) if one is fired or not spent >> number & 1]
    late = fired.due + delay
    back = decide(Arrival(definition, "a", late, stay=Stay(fired.fire.transition, others_due(left, fired))))

    assert isinstance(back, Await)
    before, after = ({timer.fire.transition: timer.due for timer in one} for one in (left, back.timers))
    assert after == before | {fired.fire.transition: late + min(clocks)}
    assert [timer.due for timer in back.timers] == sorted(after.values()), "in the order of their deadlines"


@given(machines(), st.sampled_from(PLACES))
def test_no_guard_is_asked_that_cannot_matter(definition: WorkflowDefinition, place: str) -> None:
    asked = [t for t in questions(definition, place) if not t.early]
    first_open = next((t for t in automatic(definition, place) if t.guard is None), None)
    if first_open is not None:
        order = automatic(definition, place)
        assert asked == list(order[: order.index(first_open)])
    assert all(t.guard is not None and t.after is None for t in asked)


def test_a_decision_without_early_waits_is_written_as_it_always_was() -> None:
    assert set(Fire(transition="t", place="a").model_dump()) == {
        "kind", "transition", "place", "to", "timeout", "pool", "local",
    }  # fmt: skip


@pytest.mark.requirement("ENGINE-031")
def test_nothing_follows_the_end() -> None:
    assert decide(Arrival(_definition(()), END, 0.0)) is None


@pytest.mark.parametrize(
    "decision",
    [
        fire := Fire(transition="t", place="a", to="b", timeout=1.5, pool="gpu", local=True),
        Fire(transition="t", place="a", early={"steer": Fire(transition="steer", place="a")}),
        rest := Await(place="a", waits=(fire,), timers=(Timer(fire=fire, due=12.5),)),
        parked := Parked(place="a", code="x", message="y", retry=fire, step=3),
        Delay(place="a", until=3.5, then=rest),
        Children(children=(), then=parked),
        Finish(status="completed", place=END, result={"a": [1]}),
    ],
    ids=lambda decision: decision.kind,
)
def test_a_decision_survives_the_way_through_history(decision: Decision) -> None:
    assert DecisionAdapter.validate_json(DecisionAdapter.dump_json(decision)) == decision


@pytest.mark.requirement("FAILURE-009", "FAILURE-010")
def test_delays_before_retries() -> None:
    assert [Retry(attempts=9).delay_before(n) for n in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert [Retry(delay=3, backoff="fixed").delay_before(n) for n in (1, 2, 50)] == [3, 3, 3]
    assert Retry(delay=1, max_delay=9).delay_before(5_000) == 9
