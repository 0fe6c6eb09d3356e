"""The application that worker processes of L2 run: random workflows of the seed in `LOOPSTACK_TRIAL_SEED`."""

from __future__ import annotations

import os

from tests.faults.flows import application
from tests.faults.trial import hurried_graphs_of

SEED = "LOOPSTACK_TRIAL_SEED"

app = application(
    os.environ.get("LOOPSTACK_TEST_APP", "trial"), list(hurried_graphs_of(int(os.environ.get(SEED, "0"))).values())
)
