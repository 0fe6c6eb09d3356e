"""Random runs under random faults keep every promise the checker knows."""

from __future__ import annotations

import pytest

from loopstack_temporal.store.store import Store
from tests.faults.clients import Habits
from tests.faults.trial import Aim, show, trial
from tests.support.postgres import PostgresServer

SEEDS = 10
"""A few per test, so that a broken one is named."""


@pytest.mark.requirement("REL-008", "REL-015", "REL-032")
@pytest.mark.parametrize("first", range(0, 30, SEEDS))
def test_random_trials_break_no_promise(first: int) -> None:
    for seed in range(first, first + SEEDS):
        report = trial(seed)
        assert not report.violations, "\n".join([show(report), *report.violations])


def test_a_cancel_that_finds_its_step_finished_goes_on_from_there() -> None:
    # A workflow task died after its local step had committed, and came again together with a cancel.
    report = trial(10174)
    assert not report.violations, "\n".join([show(report), *report.violations])


def test_a_pause_that_is_written_late_after_a_reset_undoes_no_resume() -> None:
    # The local attempt took too long and wrote after the regular one, the resume and the first step of the new history.
    report = trial(234)
    assert not report.violations, "\n".join([show(report), *report.violations])


def test_a_pause_that_comes_after_the_last_local_step_lets_the_run_end() -> None:
    # The completion met the pause and was refused; the task came again with it, and the row had ended.
    for seed in (753, 856, 1391):
        report = trial(seed)
        assert not report.violations, "\n".join([show(report), *report.violations])


def test_a_reset_that_lands_where_a_step_had_begun_lets_the_run_wait_again() -> None:
    # The step had claimed in the history that was reset; its number was the next one, so nothing was rewound.
    report = trial(3036)
    assert not report.violations, "\n".join([show(report), *report.violations])


def test_a_reset_begins_no_step_that_was_taken_back_before_it_left_the_worker() -> None:
    # Temporal never hears of an activity that is canceled in the task that asks for it; the trials' server knows.
    report = trial(4749)
    assert not report.violations, "\n".join([show(report), *report.violations])


@pytest.mark.requirement("BEYOND-014")
def test_random_trials_in_which_steps_are_stopped_break_no_promise() -> None:
    stopped = 0
    for seed in range(12):
        report = trial(seed, aim=Aim(rate=0.3, habits=Habits(visits=25, cancels=0.0, stops=0.6)))
        assert not report.violations, "\n".join([show(report), *report.violations])
        stopped += report.counts["step stopped"]
    assert stopped > 0, "nobody stopped a step"


def test_random_trials_on_postgresql_break_no_promise(postgres_server: PostgresServer) -> None:
    for seed in range(1000, 1004):
        url = postgres_server.create_database()
        try:
            report = trial(seed, lambda url=url: Store.open(url))
        finally:
            postgres_server.drop_database(url)
        assert not report.violations, "\n".join([show(report), *report.violations])


def test_a_seed_gives_the_same_trial_again() -> None:
    assert trial(7).counts == trial(7).counts
