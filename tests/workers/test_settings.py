"""What a worker refuses to start with: every problem has a sentence of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.cli.main import main
from loopstack_temporal.errors import SetupError
from loopstack_temporal.temporal.pools import chosen_pools, pools_of, queue_of
from loopstack_temporal.temporal.settings import Deployment, WorkerSettings, processes
from tests.cli.running import environment
from tests.support import apps, pooled

WRONG = {
    "LOOPSTACK_WORKER_SLOTS=many": "LOOPSTACK_WORKER_SLOTS is 'many'; it must be a whole number, at least 1",
    "LOOPSTACK_WORKER_SLOTS=0": "LOOPSTACK_WORKER_SLOTS is '0'; it must be a whole number, at least 1",
    "LOOPSTACK_WORKER_LOCAL_SLOTS=1": "LOOPSTACK_WORKER_LOCAL_SLOTS is '1'; it must be a whole number, at least 2",
    "LOOPSTACK_GRACEFUL_STOP=-1": "LOOPSTACK_GRACEFUL_STOP is '-1'; it must be a number of seconds, at least 0",
    "LOOPSTACK_GRACEFUL_STOP=nan": "LOOPSTACK_GRACEFUL_STOP is 'nan'; it must be a number of seconds, at least 0",
    "LOOPSTACK_HEARTBEAT=2": "LOOPSTACK_HEARTBEAT is '2'; it must be a number of seconds, at least 3",
    "LOOPSTACK_SQL_CONNECTIONS=4": (
        "LOOPSTACK_WORKER_LOCAL_SLOTS is 8, but LOOPSTACK_SQL_CONNECTIONS is 4: a workflow task that waits for a "
        "connection holds up its run. Lower LOOPSTACK_WORKER_LOCAL_SLOTS or raise LOOPSTACK_SQL_CONNECTIONS"
    ),
    "TEMPORAL_DEPLOYMENT_NAME=shop": (
        "TEMPORAL_DEPLOYMENT_NAME is set and TEMPORAL_WORKER_BUILD_ID is not; worker versioning needs both"
    ),
    "TEMPORAL_WORKER_BUILD_ID=b1": (
        "TEMPORAL_WORKER_BUILD_ID is set and TEMPORAL_DEPLOYMENT_NAME is not; worker versioning needs both"
    ),
    "LOOPSTACK_VERSIONING=pinned": (
        "LOOPSTACK_VERSIONING is set, but TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID are not"
    ),
    "TEMPORAL_DEPLOYMENT_NAME=shop TEMPORAL_WORKER_BUILD_ID=b1 LOOPSTACK_VERSIONING=nailed": (
        "LOOPSTACK_VERSIONING is 'nailed'; it must be `auto-upgrade` or `pinned`"
    ),
}


def variables(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition("=") for part in text.split())}


@pytest.mark.parametrize(("given", "sentence"), WRONG.items())
@pytest.mark.requirement("TEMPORAL-011")
def test_a_setting_that_cannot_work_is_refused_with_its_own_sentence(given: str, sentence: str) -> None:
    with pytest.raises(SetupError) as refused:
        WorkerSettings.from_environment(variables(given))
    assert (refused.value.reason, str(refused.value)) == (
        "worker_settings",
        f"The worker cannot start:\n  {sentence}.",
    )


def test_several_problems_are_told_at_once() -> None:
    with pytest.raises(SetupError) as refused:
        WorkerSettings.from_environment(variables("LOOPSTACK_WORKER_SLOTS=x LOOPSTACK_HEARTBEAT=x"))
    assert len(str(refused.value).splitlines()) == 3


def test_what_is_not_said_has_a_default_and_what_is_said_counts() -> None:
    assert WorkerSettings.from_environment({}) == WorkerSettings()
    said = WorkerSettings.from_environment(
        variables(
            "LOOPSTACK_WORKER_POOLS=gpu,default,gpu LOOPSTACK_WORKER_SLOTS=3 TEMPORAL_DEPLOYMENT_NAME=shop "
            "TEMPORAL_WORKER_BUILD_ID=b1 LOOPSTACK_VERSIONING=pinned"
        )
    )
    assert (said.pools, said.slots) == (("gpu", "default"), 3)
    assert said.deployment == Deployment("shop", "b1", pinned=True)


def test_a_worker_serves_all_pools_of_its_app_unless_some_are_named() -> None:
    app = resolve(pooled.app)
    assert pools_of(app) == ("default", "gpu")
    assert chosen_pools(app, ()) == ("default", "gpu")
    assert chosen_pools(app, ("gpu",)) == ("gpu",)
    assert [queue_of("shop", pool) for pool in pools_of(app)] == ["shop", "shop.gpu"]
    assert pools_of(resolve(apps.app)) == ("default",)


@pytest.mark.requirement("TEMPORAL-011")
def test_a_pool_that_no_transition_is_routed_to_is_refused() -> None:
    with pytest.raises(SetupError, match=r"routes no transition to the pool `gpv`.*Its pools are: default, gpu") as no:
        chosen_pools(resolve(pooled.app), ("gpu", "gpv"))
    assert no.value.reason == "unknown_pool"


@pytest.mark.requirement("TEMPORAL-011")
def test_several_processes_on_sqlite_are_refused_with_the_name_of_what_can_do_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert processes({"LOOPSTACK_WORKER_PROCESSES": "2"}, "postgresql://x@localhost/x") == 2
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOOPSTACK_DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    monkeypatch.delenv("LOOPSTACK_WORKER_PROCESSES", raising=False)
    assert main(["worker", "some.app:app", "--processes", "2"]) == 2
    assert "SQLite admits one worker process at a time; for several use PostgreSQL" in capsys.readouterr().err


def test_a_worker_process_with_a_wrong_pool_ends_with_status_2_and_the_sentence(sqlite_database: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "loopstack_workers", "tests.support.pooled:app"],
        env=environment(LOOPSTACK_DATABASE_URL=sqlite_database, LOOPSTACK_WORKER_POOLS="gpv"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "routes no transition to the pool `gpv`" in done.stdout
