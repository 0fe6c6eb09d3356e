"""Messages no honest sender sends, and bursts: nobody's message may stop a run."""

from __future__ import annotations

from typing import Any

import pytest

from loopstack_temporal.temporal.compile import LARGEST_TRIGGER, received
from loopstack_temporal.temporal.messages import Received
from loopstack_temporal.temporal.triggers import MOST_NOTED, Triggers

HALF = "\ud83d"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"x": float("nan")}, "invalid_payload"),
        ({"x": [HALF]}, "invalid_payload"),
        (b"\xff", "invalid_payload"),
        ("x" * LARGEST_TRIGGER, "too_large"),
        ({"x": [None, "ä"]}, None),
    ],
)
def test_a_payload_that_cannot_be_carried_on_is_refused_and_not_carried(payload: Any, code: str | None) -> None:
    triggers = Triggers(step=3)
    triggers.rest({"go"})
    message = received("go", payload, {"id": "k"}, "signal", "f")
    rejection = triggers.refusal(message)
    assert (rejection.code if rejection else None) == code
    triggers.offer_signal(message)
    assert (triggers.taken is None) is (code is not None)
    assert [note.code for note in triggers.take_notes()] == ([code] if code else [])
    assert message.payload == (None if code else payload)


def test_names_and_ids_hold_nothing_a_database_refuses() -> None:
    message = received(f"a\x00{HALF}", None, {"id": f"i\x00{HALF}", "by": HALF, "channel": "\x00"}, "signal", "f")
    for text in (message.name, message.id, message.by, message.channel):
        text.encode()
        assert "\x00" not in text


def test_an_update_with_the_id_of_a_kept_signal_does_not_stay_open() -> None:
    triggers = Triggers(step=3)
    triggers.rest({"go"})
    triggers.offer_signal(Received(id="k", name="later"))
    triggers.offer_update(Received(id="k", name="later"))
    assert not triggers.will_settle("k") and triggers.outcome("k") is None


def test_a_burst_of_large_signals_is_noted_in_parts() -> None:
    triggers = Triggers(step=3)
    for number in range(7):
        triggers.offer_signal(Received(id=str(number), name="later", payload="x" * 400_000))
    parts: list[list[str]] = []
    while notes := triggers.take_notes():
        assert sum(len(note.model_dump_json()) for note in notes) <= MOST_NOTED
        parts.append([note.received.id for note in notes])
    assert parts == [["0", "1"], ["2", "3"], ["4", "5"], ["6"]]
