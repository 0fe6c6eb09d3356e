"""The databases of a series: a file, and a PostgreSQL server of its own. Nothing is left afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from loopstack_temporal.errors import SetupError
from loopstack_temporal.store import migrate
from loopstack_temporal.temporal.process import free_port
from tests.support.postgres import PostgresServer, find_binaries


@contextmanager
def database(kind: str, folder: Path) -> Generator[str]:
    """The address of a new database with the product's tables; `kind` is `sqlite` or `postgresql`.

    Raises `SetupError` when the PostgreSQL server is not installed.
    """
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'loopstack.db'}"
        migrate.upgrade(url)
        yield url
        return
    with _postgres() as server:
        yield server.create_database()


@contextmanager
def _postgres() -> Generator[PostgresServer]:
    binaries = find_binaries()
    if binaries is None:
        raise SetupError(
            "The PostgreSQL server programs are not installed (Debian: `apt-get install postgresql`); "
            "`--database sqlite` measures without them."
        )
    # Its settings are PostgreSQL's own where durability is concerned: fsync and synchronous_commit are on.
    folder = Path(tempfile.mkdtemp(prefix="loopstack-postgres-"))
    server = PostgresServer(folder, binaries, free_port(), _not_root(folder))
    try:
        command = [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*command, "--locale=C"], check=True, capture_output=True, cwd=folder, **server.as_user)
        server.start()
        server.prepare()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _not_root(folder: Path) -> dict[str, Any]:
    """Arguments for `subprocess`: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def version_of(url: str) -> str:
    """`PostgreSQL 15.8`, for the server behind an address."""
    with psycopg.connect(url) as connection:
        number = connection.info.server_version
    return f"PostgreSQL {number // 10_000}.{number % 10_000}"
