"""Processes killed in the middle of a step: afterwards there is exactly what one attempt wrote, or nothing."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

import pytest

from loopstack_temporal.store.locked import lock_run
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
EVERY = {"line": 10, "call": 5}
"""From one killed attempt to the next, on PostgreSQL; on SQLite none is left out."""
LEAST = {"line": 300, "call": 80}
"""Lines that an attempt comes to, and system calls it makes."""
THROUGH = 4
LAST = 10
MOMENTS = (150, 50)
"""Kills at a random time, on SQLite and on PostgreSQL."""


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

    def warm(self, make: Making) -> None:
        """Let the program itself make an attempt, so that those of its children are quick."""
        make.opened()
        assert self.do(make.run, 1, "warm", "-") == 0

    def seconds(self, make: Making) -> float:
        """How long an attempt takes that nobody kills."""
        make.opened()
        began = time.monotonic()
        assert self.do(make.run, 1, "attempt", "after:60") == 0
        return time.monotonic() - began


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


def _killed(make: Making, mortal: Mortal, points: Iterable[str]) -> tuple[int, int]:
    """Kill one attempt after the other, each of a run of its own, until several in a row get through.

    An attempt can make some system calls more or less than another one. Each left two documents or none, and the next
    attempt leaves the whole step. Gives how many were killed, and how many of them had committed.
    """
    begun = committed = through = 0
    for point in points:
        make.opened()
        if mortal.do(make.run, 1, "attempt", point) == 0:
            through += 1
            if through == THROUGH:
                break
            continue
        begun, through = begun + 1, 0
        _await_server(make)
        saved = len(make.store.documents.live(make.run))
        assert saved == (2 if make.entered(0).recorded is not None else 0), f"half a step after {point}"
        committed += saved > 0
        dying.attempt(make.store, make.run, 2)
        _is_whole(make)
    return begun, committed


def _await_server(make: Making) -> None:
    """PostgreSQL goes on with a COMMIT whose sender is dead: it has the run's lock until that is done."""
    with make.store.database.write() as connection:
        lock_run(connection, make.run)


@pytest.mark.requirement("REL-001")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["line", "call"])
def test_a_step_killed_at_any_line_or_system_call_leaves_all_or_nothing_and_goes_on(
    make: Making, store: Store, mortal: Mortal, kind: str
) -> None:
    mortal.warm(make)
    every = EVERY[kind] if store.database.postgres else 1
    begun, committed = _killed(make, mortal, (f"{kind}:{number}" for number in itertools.count(1, every)))
    assert begun * every > LEAST[kind]
    while every == 1 and not committed:
        # Few calls are left behind the commit, and attempts do not make equally many: the last ones again.
        committed += _killed(make, mortal, (f"{kind}:{begun + one}" for one in range(-LAST, LAST)))[1]


@pytest.mark.requirement("REL-001")
@pytest.mark.timeout(300)
def test_a_step_killed_at_any_moment_leaves_all_or_nothing_and_goes_on(
    make: Making, store: Store, mortal: Mortal
) -> None:
    mortal.warm(make)
    moments, long = Random(1), mortal.seconds(make)
    begun = committed = 0
    while begun < MOMENTS[store.database.postgres] or not committed:
        died, behind = _killed(make, mortal, [f"after:{moments.uniform(0.0001, 2 * long):.6f}"])
        begun, committed = begun + died, committed + behind
        # Attempts are not equally quick: as many are to die as come to their commit.
        long *= 1.02 if died and not behind else 0.98
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
