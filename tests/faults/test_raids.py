"""Real processes die under many random runs at once; afterwards every promise still holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.faults.real import POSTGRES_KILLED, Raid
from tests.faults.trial import show
from tests.support.postgres import PostgresServer
from tests.support.stack import stack_on


@pytest.mark.requirement("REL-008")
@pytest.mark.timeout(300)
async def test_runs_survive_the_deaths_of_their_worker_and_of_the_temporal_server(
    own_temporal: DevServer, database_url: str, tmp_path: Path
) -> None:
    async with stack_on(own_temporal, database_url, tmp_path) as stack:
        report = await Raid(stack, seed=4).run(runs=8, faults=4, limit=120)
    assert not report.violations, "\n".join([show(report), *report.violations])
    assert sum(report.counts.values()) == 4


@pytest.mark.requirement("REL-011")
@pytest.mark.timeout(500)
async def test_runs_outlive_twenty_crashes_of_postgresql(
    own_temporal: DevServer, postgres_server: PostgresServer, postgres_database: str, tmp_path: Path
) -> None:
    async with stack_on(own_temporal, postgres_database, tmp_path) as stack:
        raid = Raid(stack, seed=5, postgres=postgres_server)
        report = await raid.run(runs=12, faults=20, limit=120, kinds=[POSTGRES_KILLED])
    assert not report.violations, "\n".join([show(report), *report.violations])
    assert report.counts == {POSTGRES_KILLED: 20}
