"""Answers that go before what a run does by itself, and those that rather wait than be refused. Without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopstack_temporal.temporal.messages import Received
from loopstack_temporal.temporal.triggers import MOST_KEPT, Triggers


def said(id: str, name: str = "steer", at_step: int | None = None, *, queue: bool = False) -> Received:
    return Received(id=id, name=name, payload=id, at_step=at_step, queue=queue)


def busy(step: int = 3) -> Triggers:
    """Between two steps, the second of which nobody set off."""
    triggers = Triggers(step=step - 1)
    triggers.depart()
    triggers.settle("ready")
    return triggers


kept = st.lists(st.tuples(st.sampled_from(["steer", "ask", "other"]), st.sampled_from([None, 1, 2, 3, 4])), max_size=6)


@given(kept, st.sets(st.sampled_from(["steer", "ask"])))
@pytest.mark.requirement("BEYOND-014")
def test_the_first_kept_answer_for_an_early_wait_goes_first_and_nothing_is_lost(
    waiting: list[tuple[str, int | None]], early: set[str]
) -> None:
    triggers = busy(step=3)
    triggers.kept = [said(str(number), name, step) for number, (name, step) in enumerate(waiting)]
    before = list(triggers.kept)
    fitting = [one for one in before if one.name in early and one.at_step in (None, 3)]

    name = triggers.take_early(early)

    assert name == (fitting[0].name if fitting else None)
    assert triggers.taken == (fitting[0] if fitting else None)
    until = before.index(fitting[0]) if fitting else len(before)
    late = [one for one in before[:until] if one.name in early and one.at_step in (1, 2)]
    assert [note.received for note in triggers.notes] == late, "an answer to a step that is over is refused"
    gone = [*late, *fitting[:1]]
    assert triggers.kept == [one for one in before if one not in gone]
    assert triggers.depart() == triggers.taken


@pytest.mark.requirement("BEYOND-014")
def test_an_update_that_may_wait_is_queued_wherever_it_is_not_awaited() -> None:
    moving, elsewhere, paused, opening = busy(), Triggers(step=3), Triggers(step=3), Triggers()
    elsewhere.rest(["other"])
    paused.pause(["steer"])
    for triggers in (moving, elsewhere, paused, opening):
        asked = said("k", queue=True)
        assert triggers.refusal(asked) is None
        triggers.offer_update(asked)
        settled = triggers.outcome("k")
        assert settled is not None and settled.queued
        assert [note.outcome for note in triggers.notes] == ["kept"]
        triggers.rest(["steer"])
        assert triggers.taken == asked


def test_an_update_that_may_wait_is_taken_at_once_where_it_is_awaited() -> None:
    triggers = Triggers(step=3)
    triggers.rest(["steer"])
    triggers.offer_update(said("k", queue=True))
    assert triggers.taken is not None and triggers.outcome("k") is None


def test_a_queue_has_an_end() -> None:
    triggers = busy()
    for number in range(MOST_KEPT):
        triggers.offer_signal(said(str(number)))
    refused = triggers.refusal(said("k", queue=True))
    assert refused is not None and refused.code == "inbox_full"
    triggers.end(refused)
    ended = triggers.refusal(said("k", queue=True))
    assert ended is not None and ended.code == "run_ended"
