"""The twin's tables and its two transactions per step, with the plain drivers."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

import psycopg

from benchmarks.twin.messages import StepInput

T = TypeVar("T")
Connection = sqlite3.Connection | psycopg.Connection[Any]

THREADS = 8

TABLES = (
    """CREATE TABLE IF NOT EXISTS twin_run (
        id TEXT PRIMARY KEY, workflow TEXT NOT NULL, status TEXT NOT NULL, place TEXT NOT NULL,
        next_step INTEGER NOT NULL, event_count INTEGER NOT NULL, document_count INTEGER NOT NULL,
        args TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS twin_step (
        run_id TEXT NOT NULL REFERENCES twin_run (id), step INTEGER NOT NULL, transition TEXT NOT NULL,
        from_place TEXT NOT NULL, to_place TEXT NOT NULL, attempt INTEGER NOT NULL, state TEXT NOT NULL,
        started_at TEXT NOT NULL, ended_at TEXT NOT NULL, PRIMARY KEY (run_id, step))""",
    """CREATE TABLE IF NOT EXISTS twin_event (
        id {serial}, run_id TEXT NOT NULL, rev INTEGER NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL,
        at TEXT NOT NULL, UNIQUE (run_id, rev))""",
    """CREATE TABLE IF NOT EXISTS twin_document (
        id TEXT PRIMARY KEY, run_id TEXT NOT NULL REFERENCES twin_run (id), step INTEGER NOT NULL,
        position INTEGER NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL, created_at TEXT NOT NULL,
        UNIQUE (run_id, position))""",
    """CREATE TABLE IF NOT EXISTS twin_answer (
        run_id TEXT NOT NULL REFERENCES twin_run (id), id TEXT NOT NULL, step INTEGER NOT NULL, payload TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (run_id, id))""",
)
SERIAL = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}

CREATE = """INSERT INTO twin_run VALUES (%(id)s, %(workflow)s, 'pending', 'start', 0, 1, 0, %(args)s, %(at)s, %(at)s)"""
LOAD = """SELECT run.args, before.state, this.to_place FROM twin_run run
    LEFT JOIN twin_step before ON before.run_id = run.id AND before.step = %(step)s - 1
    LEFT JOIN twin_step this ON this.run_id = run.id AND this.step = %(step)s
    WHERE run.id = %(id)s"""
LOCK = "SELECT next_step, event_count, document_count FROM twin_run WHERE id = %(id)s"
STEP = """INSERT INTO twin_step VALUES (%(id)s, %(step)s, %(transition)s, %(place)s, %(to)s, %(attempt)s, %(state)s,
    %(began)s, %(at)s)"""
RUN = """UPDATE twin_run SET status = %(status)s, place = %(to)s, next_step = %(step)s + 1, event_count = %(events)s,
    document_count = %(documents)s, updated_at = %(at)s WHERE id = %(id)s"""
EVENT = "INSERT INTO twin_event (run_id, rev, type, data, at) VALUES (%(id)s, %(rev)s, %(type)s, %(data)s, %(at)s)"
DOCUMENT = """INSERT INTO twin_document VALUES (%(document)s, %(id)s, %(step)s, %(position)s, 'message', %(content)s,
    %(at)s)"""
ANSWER = "INSERT INTO twin_answer VALUES (%(id)s, %(answer)s, %(step)s, %(payload)s, %(at)s)"
TIMES = "SELECT ended_at FROM twin_step WHERE run_id = %(id)s ORDER BY step"


@dataclass(frozen=True)
class Loaded:
    """What a step begins with."""

    args: Mapping[str, Any]
    state: dict[str, Any]
    committed_to: str | None
    """Where the step led if it was committed before."""


@dataclass(frozen=True)
class Commit:
    """What a finished step writes."""

    asked: StepInput
    transition: str
    attempt: int
    status: str
    state: Mapping[str, Any]
    texts: tuple[str, ...]
    began: str


class TwinStore:
    """One database. Thread-safe; each thread keeps one connection."""

    def __init__(self, url: str) -> None:
        self.postgres = not url.startswith("sqlite")
        self._address = url if self.postgres else url.removeprefix("sqlite:///")
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="twin-sql")
        self._own = threading.local()
        self._opened: list[Connection] = []
        self._writer = threading.Lock()

    async def do(self, method: Callable[..., T], *args: Any) -> T:
        """Run one transaction in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, method, *args)

    def prepare(self) -> None:
        """Create the tables."""
        kind = "postgresql" if self.postgres else "sqlite"
        with self._transaction() as connection:
            for table in TABLES:
                self._execute(connection, table.format(serial=SERIAL[kind]), {})

    def create(self, run_id: str, workflow: str, args: str) -> None:
        """Insert a pending run and the event that says so."""
        with self._transaction() as connection, self._pipeline(connection):
            self._create(connection, run_id, workflow, args)

    def fill(self, runs: int, documents: int) -> None:
        """Insert finished runs of one step that lie there for good, with documents."""
        with self._transaction() as connection, self._pipeline(connection):
            for _ in range(runs):
                run_id = str(uuid4())
                self._create(connection, run_id, "one", "{}")
                row = {"id": run_id, "step": 0, "at": now(), "place": "start", "to": "end"}
                done = {"status": "completed", "events": 1, "documents": documents}
                self._execute(
                    connection, STEP, row | {"transition": "tick", "attempt": 1, "began": now(), "state": "{}"}
                )
                self._execute(connection, RUN, row | done)
                for position in range(documents):
                    kept = {"document": str(uuid4()), "position": position, "content": "{}"}
                    self._execute(connection, DOCUMENT, row | kept)

    def load(self, run_id: str, step: int) -> Loaded:
        """The run, the state before the step, and whether the step is done already."""
        row = self._execute(self._connection(), LOAD, {"id": run_id, "step": step}).fetchone()
        if row is None:
            raise LookupError(run_id)
        args, state, place = row
        return Loaded(json.loads(args), json.loads(state) if state else {}, place)

    def commit(self, commit: Commit) -> None:
        """Everything a step writes, once."""
        asked, at = commit.asked, now()
        with self._transaction() as connection:
            lock = f"{LOCK} FOR UPDATE" if self.postgres else LOCK
            row = self._execute(connection, lock, {"id": asked.run_id}).fetchone()
            if row is None:
                raise LookupError(asked.run_id)
            next_step, events, documents = row
            if next_step > asked.step:
                return
            common = {"id": asked.run_id, "step": asked.step, "at": at, "place": asked.place, "to": asked.to}
            with self._pipeline(connection):
                told = {"step": asked.step, "transition": commit.transition, "from": asked.place, "to": asked.to}
                announced = [("step.committed", json.dumps(told))]
                for number, text in enumerate(commit.texts, start=documents + 1):
                    content = json.dumps({"role": "assistant", "text": text})
                    values = common | {"document": str(uuid4()), "position": number, "content": content}
                    self._execute(connection, DOCUMENT, values)
                    announced.append(("document.saved", json.dumps({"id": values["document"], "position": number})))
                announced.append(("run.changed", json.dumps({"status": commit.status, "place": asked.to})))
                self._execute(
                    connection,
                    STEP,
                    common
                    | {"transition": commit.transition, "attempt": commit.attempt, "began": commit.began}
                    | {"state": json.dumps(commit.state)},
                )
                for child in asked.children:
                    self._create(connection, child, "one", "{}")
                if asked.answer_id is not None:
                    answer = {"answer": asked.answer_id, "payload": json.dumps({"n": asked.n})}
                    self._execute(connection, ANSWER, common | answer)
                counts = {"events": events + len(announced), "documents": documents + len(commit.texts)}
                self._execute(connection, RUN, common | counts | {"status": commit.status})
                for rev, (kind, data) in enumerate(announced, start=events + 1):
                    self._execute(connection, EVENT, common | {"rev": rev, "type": kind, "data": data})

    def step_times(self, run_id: str) -> list[datetime]:
        """When each step of a run was committed."""
        rows = self._execute(self._connection(), TIMES, {"id": run_id}).fetchall()
        return [datetime.fromisoformat(text) for (text,) in rows]

    def close(self) -> None:
        """Close every connection."""
        self._threads.shutdown(wait=True)
        for connection in self._opened:
            connection.close()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _create(self, connection: Connection, run_id: str, workflow: str, args: str) -> None:
        row = {"id": run_id, "workflow": workflow, "args": args, "at": now()}
        self._execute(connection, CREATE, row)
        self._execute(connection, EVENT, row | {"rev": 1, "type": "run.created", "data": args})

    def _connection(self) -> Connection:
        found: Connection | None = getattr(self._own, "connection", None)
        if found is None:
            found = self._own.connection = self._connect()
            self._opened.append(found)
        return found

    def _connect(self) -> Connection:
        if self.postgres:
            return psycopg.connect(self._address, autocommit=True)
        connection = sqlite3.connect(self._address, isolation_level=None, timeout=5, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextmanager
    def _transaction(self) -> Generator[Connection]:
        connection = self._connection()
        if isinstance(connection, psycopg.Connection):
            with connection.transaction():
                yield connection
            return
        with self._writer:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    @staticmethod
    def _pipeline(connection: Connection) -> Any:
        return connection.pipeline() if isinstance(connection, psycopg.Connection) else nullcontext()

    @staticmethod
    def _execute(connection: Connection, statement: str, values: Mapping[str, Any]) -> Any:
        if isinstance(connection, psycopg.Connection):
            return connection.execute(statement.encode(), values)
        return connection.execute(_named(statement), values)


_NAMED: dict[str, str] = {}


def _named(statement: str) -> str:
    """`%(name)s` as SQLite spells it."""
    if statement not in _NAMED:
        _NAMED[statement] = re.sub(r"%\((\w+)\)s", r":\1", statement)
    return _NAMED[statement]


def now() -> str:
    """The time as the tables hold it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
