"""A real PostgreSQL server for tests: its own folder, a free port, no trace afterwards.

Import the fixtures into a `conftest.py`; `database_url` runs a test on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loopstack_temporal.errors import SetupError
from loopstack_temporal.store import migrate
from tests.support.ports import new_port

START_LIMIT = 180.0
TEMPLATE = "loopstack_template"

_CLEAN = b"""
    DELETE FROM run; DELETE FROM event; DELETE FROM idempotency; DELETE FROM lease; DELETE FROM worker;
    DELETE FROM catalogue; DELETE FROM workspace WHERE id <> 'default';
    UPDATE workspace SET run_count = 0, title = 'Default', favourite = false;
    UPDATE identity SET pruned_xid = 0, pruned_id = 0, temporal_id = NULL, temporal_name = NULL
"""


@dataclass
class PostgresServer:
    """One server process. `start` and `kill` may be called again and again; the data stays."""

    folder: Path
    binaries: Path
    port: int
    as_user: dict[str, Any]
    """Arguments for `subprocess` that give up root, which PostgreSQL refuses to run as."""
    durable: bool = True
    """Whether what is committed survives the machine; a server that nobody kills may be faster."""
    vacuums: bool = True
    """Whether it tidies up by itself: in transactions at any time, which hide the events of others while they run."""
    process: subprocess.Popen[Any] | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def url(self, database: str) -> str:
        """Address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = (self.folder / "server.log").open("ab")
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "32MB",
        }
        if not self.durable:
            settings |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        if not self.vacuums:
            settings["autovacuum"] = "off"
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with log:
            process = self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", "-p", str(self.port), *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for us, who stop it in order.
                **self.as_user,
            )
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT in good order, SIGQUIT as a crash (it recovers at the next start)."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(START_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def create_database(self) -> str:
        """A new database with the current schema; returns its address."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def create_empty_database(self) -> str:
        """A new database without any table; returns its address."""
        name = f"empty_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name}")
        return self.url(name)

    def empty_database(self, url: str) -> None:
        """Remove everything that was written to a database with the current schema."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_CLEAN)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def prepare(self) -> None:
        """Make the template that `create_database` copies."""
        self._run(f"CREATE DATABASE {TEMPLATE}")
        migrate.upgrade(self.url(TEMPLATE))

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def find_binaries() -> Path | None:
    """The folder of the newest PostgreSQL server on this machine."""
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    found = packaged[0] if packaged else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _as_user(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    names = [entry.pw_name for entry in pwd.getpwall()]
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class NoPostgres(SetupError):
    """There is no PostgreSQL server on this machine."""

    code = "postgres_missing"


@contextmanager
def postgres_running(*, durable: bool = True, vacuums: bool = True) -> Generator[PostgresServer]:
    """A server in a folder of its own, which is gone afterwards. Raises `NoPostgres`."""
    binaries = find_binaries()
    if binaries is None:
        raise NoPostgres("the PostgreSQL server programs are not installed (Debian: `apt-get install postgresql`)")
    # Not below pytest's folder: that is closed to other users, and the server must not be root.
    folder = Path(tempfile.mkdtemp(prefix="loopstack-postgres-"))
    server = PostgresServer(folder, binaries, new_port(), _as_user(folder), durable, vacuums)
    initialise = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    try:
        subprocess.run(
            [binaries / "initdb", "-D", folder / "data", *initialise],
            check=True,
            capture_output=True,
            cwd=folder,
            **server.as_user,
        )
        server.start()
        server.prepare()
        yield server
    finally:
        # Nobody needs the data any more, so the server need not write it down.
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the whole session."""
    try:
        with postgres_running(vacuums=False) as server:
            yield server
    except NoPostgres as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the current schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "loopstack.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> str:
    """A new SQLite database with the current schema."""
    path = tmp_path / "loopstack.db"
    shutil.copyfile(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def shared_postgres_database(postgres_server: PostgresServer) -> str:
    """One database for all tests that need no other one: making one takes longer than most tests."""
    return postgres_server.create_database()


@pytest.fixture
def postgres_database(postgres_server: PostgresServer, shared_postgres_database: str) -> str:
    """A PostgreSQL database with the current schema and nothing else in it."""
    postgres_server.empty_database(shared_postgres_database)
    return shared_postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database of each kind, one after the other."""
    url: str = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    return url
