"""The command line itself: help, version, errors and what is loaded."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from loopstack_temporal.cli.main import main
from tests.cli.running import environment, loopstack

COMMANDS = ["dev", "worker", "api", "db", "db upgrade", "db adopt-namespace"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Example: " in text
    assert f"loopstack {command.partition(' ')[0]}" in text.partition("Example: ")[2]


def test_the_version_is_printed_without_loading_temporal_or_the_database(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from loopstack_temporal.cli.main import main\n"
        "try:\n    main(['--version'])\n"
        "finally:\n    print(sorted({'temporalio', 'sqlalchemy', 'fastapi'} & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    first, loaded = done.stdout.splitlines()
    assert first.startswith("loopstack ")
    assert loaded == "[]"


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["dev", "--port", "0"], ["api", "--port", "x"], ["db"]])
def test_wrong_usage_ends_with_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_a_setup_error_is_told_without_a_traceback_and_with_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["dev"]) == 2
    assert capsys.readouterr().err.startswith("loopstack: No app was named")


def test_db_upgrade_brings_an_empty_database_to_the_current_schema_and_says_so_twice(tmp_path: Path) -> None:
    variables = environment(LOOPSTACK_DATABASE_URL="")
    said: list[str] = []
    for _ in range(2):
        done = subprocess.run(
            loopstack("db", "upgrade"),
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        said.append(done.stdout)
    assert said[0] != said[1]
    with sqlite3.connect(tmp_path / ".loopstack" / "loopstack.db") as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    database.close()
    assert {"run", "step", "document", "event"} <= tables
    assert os.listdir(tmp_path) == [".loopstack"]
