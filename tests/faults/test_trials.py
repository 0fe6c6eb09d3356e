"""Random runs under random faults keep every promise the checker knows."""

from __future__ import annotations

import pytest

from tests.faults.trial import show, trial

SEEDS = 10
"""A few per test, so that a broken one is named."""


@pytest.mark.parametrize("first", range(0, 20, SEEDS))
def test_random_trials_break_no_promise(first: int) -> None:
    for seed in range(first, first + SEEDS):
        report = trial(seed)
        assert not report.violations, "\n".join([show(report), *report.violations])


def test_a_seed_gives_the_same_trial_again() -> None:
    assert trial(7).counts == trial(7).counts
