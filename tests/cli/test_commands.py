"""The command line itself: help, version, errors and what is loaded."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from alembic.command import upgrade
from alembic.config import Config
from alembic.script import ScriptDirectory

from loopstack_temporal.cli.main import main, parser
from loopstack_temporal.store import migrate
from loopstack_temporal.store.database import Database
from tests.cli.running import ROOT, environment, loopstack
from tests.repository.tree import named

MOVES = ["cancel", "retry", "pause", "resume"]
COMMANDS = ["dev", "worker", "api", *MOVES, "graph", "db", "db upgrade", "db adopt-namespace", "config", "config show"]


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
        timeout=300,
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


@pytest.mark.requirement("APP-021")
@pytest.mark.parametrize("command", [["worker", "examples/app.py"], ["api"]], ids=lambda command: command[0])
def test_worker_and_api_refuse_an_old_schema_with_the_command_and_leave_it_as_it_is(
    command: list[str], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    database = Database(url)
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        upgrade(config, "0002")
    database.close()
    done = subprocess.run(
        loopstack(*command),
        cwd=ROOT,
        env=environment(LOOPSTACK_DATABASE_URL=url),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 2, "a supervisor need not try again"
    head = ScriptDirectory.from_config(config).get_current_head()
    assert f"has schema 0002, this program needs {head}; run `loopstack db upgrade`" in done.stdout + done.stderr
    with sqlite3.connect(tmp_path / "old.db") as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]
    file.close()


@pytest.mark.requirement("APP-019", "APP-021")
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
            timeout=300,
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


@pytest.mark.requirement("APP-019")
def test_nothing_but_the_usual_file_and_variables_says_where_temporal_is() -> None:
    own = re.compile(r"LOOPSTACK_TEMPORAL_(?!CLI\b)\w+|LOOPSTACK_(?:NAMESPACE|ADDRESS)")
    packages = ("loopstack_temporal", "api/loopstack_api", "workers/loopstack_workers")
    assert {found for path in named("*.py", under=packages) for found in own.findall(path.read_text())} == set()
    helps: list[str] = []
    for command in COMMANDS:
        with pytest.raises(SystemExit), redirect_stdout(StringIO()) as said:
            parser().parse_args([*command.split(), "--help"])
        helps.append(said.getvalue())
    assert not re.search(r"--(?:temporal-)?(?:address|namespace|api-key|tls)", "".join(helps))
