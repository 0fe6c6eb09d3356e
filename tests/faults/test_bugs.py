"""Each bug that is put into the product on purpose is caught, by the same checker that finds nothing without it."""

from __future__ import annotations

import pytest

from tests.faults.bugs import BUGS, Bug
from tests.faults.trial import trial

MOST = 60
"""Trials within which a bug has to show."""


@pytest.mark.requirement("REL-033")
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_seeded_bug_is_caught(bug: Bug) -> None:
    with bug.seeded():
        caught = next((seed for seed in range(MOST) if trial(seed, bug.open_store, aim=bug.aim).violations), None)
    assert caught is not None, f"`{bug.name}` stayed unseen in {MOST} trials"
