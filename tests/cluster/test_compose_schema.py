"""The schema service of docker-compose.yml, run with the real schema tool on an empty PostgreSQL."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg
import pytest
import yaml

from tests.support.cluster_programs import GoIsMissing, server_programs
from tests.support.postgres import PostgresServer
from tests.support.stack import ROOT

pytestmark = pytest.mark.timeout(1_800)  # The programs may have to be built.


def test_it_prepares_an_empty_server_and_finds_nothing_to_do_the_second_time(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    try:
        programs = server_programs()
    except GoIsMissing as error:
        pytest.skip(str(error))
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["temporal-schema"]
    (tmp_path / "temporal-sql-tool").symlink_to(programs / "sql")
    given = {"SQL_HOST": "127.0.0.1", "SQL_PORT": str(postgres_server.port), "SQL_USER": "postgres"}
    script = service["command"][0].replace("$$", "$")
    outputs: list[str] = []
    for _ in range(2):
        done = subprocess.run(
            [*service["entrypoint"], script],
            env={**os.environ, **given, "SQL_PLUGIN": "postgres12", "PATH": f"{tmp_path}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        outputs.append(done.stdout)
    for database, table in (("temporal", "executions"), ("temporal_visibility", "executions_visibility")):
        with psycopg.connect(postgres_server.url(database)) as connection:
            assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,)
        postgres_server.drop_database(postgres_server.url(database))
    assert "found zero updates" in outputs[1].lower() or len(outputs[1]) < len(outputs[0])
