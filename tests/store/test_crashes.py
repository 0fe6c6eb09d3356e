"""Processes killed in the middle of a step: afterwards there is exactly what one attempt wrote, or nothing."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from loopstack_temporal.store.records import Entered
from loopstack_temporal.store.store import Store
from tests.store import dying
from tests.store.make import Making, types

POINTS = (
    "claim.before_commit",
    "claim.after_commit",
    "commit.locked",
    "commit.mid_documents",
    "commit.before_commit",
    "commit.after_commit",
)
KILLED = -9
EVERY = 20
"""Lines from one killed attempt to the next."""


@dataclass
class Mortal:
    """The program whose children die."""

    program: subprocess.Popen[str]

    def do(self, run: str, number: int, act: str, point: str) -> int:
        """Let one child do something and return its exit code."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(f"{run} {number} {act} {point}\n")
        self.program.stdin.flush()
        return int(self.program.stdout.readline())


@pytest.fixture
def mortal(database_url: str) -> Iterator[Mortal]:
    """The program, on the same database as `store`."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.dying", database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        yield Mortal(program)
        assert program.stdin is not None
        program.stdin.close()


def _is_whole(make: Making) -> None:
    """One attempt's documents, gapless events, one commit."""
    saved = make.store.documents.live(make.run)
    assert [(one.position, one.version) for one in saved] == [(1, 2), (2, 1)]
    assert len({one.content["text"] for one in saved}) == 1
    events = make.events()
    assert [event.rev for event in events] == list(range(1, len(events) + 1))
    assert types(events).count("step.committed") == 1
    assert types(events).count("document.saved") == 3
    run = make.store.runs.get(make.run)
    assert run is not None
    assert (run.place, run.next_step, run.status, run.rev) == ("done", 1, "running", len(events))


@pytest.mark.requirement("REL-002", "REL-003")
def test_a_step_killed_at_any_two_points_one_after_the_other_commits_once(
    make: Making, store: Store, mortal: Mortal
) -> None:
    for first, second in [*zip(POINTS, POINTS, strict=True), *itertools.pairwise(POINTS)]:
        make.opened()
        assert mortal.do(make.run, 1, "attempt", first) == KILLED
        committed = first == "commit.after_commit"
        entered = make.entered(0)
        assert (entered.recorded is not None) == committed
        if not committed:
            assert store.documents.live(make.run) == ()
        assert mortal.do(make.run, 2, "attempt", second) == (0 if committed else KILLED)
        dying.attempt(store, make.run, 3)
        _is_whole(make)


def test_a_step_killed_at_any_line_leaves_all_or_nothing_and_goes_on(
    make: Making, store: Store, mortal: Mortal
) -> None:
    begun = committed = 0
    for line in itertools.count(1 + store.database.postgres, EVERY):
        make.opened()
        if mortal.do(make.run, 1, "attempt", f"line:{line}") != KILLED:
            break
        begun += 1
        saved = len(store.documents.live(make.run))
        assert saved == (2 if make.entered(0).recorded is not None else 0), f"half a step after line {line}"
        committed += saved > 0
        dying.attempt(store, make.run, 2)
        _is_whole(make)
    assert begun >= 20
    assert committed < begun


def test_closing_a_step_survives_being_killed_and_beats_the_attempt_that_was_left(
    make: Making, store: Store, mortal: Mortal
) -> None:
    for point in ("close.before_commit", "close.after_commit"):
        make.opened()
        assert mortal.do(make.run, 1, "attempt", "commit.before_commit") == KILLED
        assert mortal.do(make.run, 0, "close", point) == KILLED
        dying.close(store, make.run)
        dying.attempt(store, make.run, 2)
        entered = store.steps.enter(make.run, 1, "t1")
        assert isinstance(entered, Entered)
        row = make.row()
        assert (row.status, row.next_step, row.can_retry) == ("failed", 1, True)
        assert store.documents.live(make.run) == ()
        assert types(make.events("step.failed")) == ["step.failed"]
