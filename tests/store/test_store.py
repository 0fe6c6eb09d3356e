"""Opening, migrating and running transactions; what happens when the database is away."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, exc
from sqlalchemy.dialects.postgresql.base import ischema_names

from loopstack_temporal.errors import Conflict, SetupError, StoreUnavailable
from loopstack_temporal.store import migrate, tables
from loopstack_temporal.store import store as stores
from loopstack_temporal.store.columns import TransactionId
from loopstack_temporal.store.faults import StoreFault
from loopstack_temporal.store.records import RunFilter
from loopstack_temporal.store.store import Store
from tests.store.make import new_run
from tests.support.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'sub' / 'empty.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.create_empty_database()


def test_an_empty_database_is_refused_with_the_command_and_then_upgraded_by_eight_at_once(empty_url: str) -> None:
    with pytest.raises(SetupError, match="loopstack db upgrade"):
        migrate.check(empty_url)
    with ThreadPoolExecutor(8) as threads:
        said = sorted(threads.map(migrate.upgrade, [empty_url] * 8))
    assert said == ["The database is up to date (schema 0006)."] * 7 + ["The database was created (schema 0006)."]
    migrate.check(empty_url)


@pytest.mark.requirement("APP-019", "APP-021")
def test_the_migrations_make_exactly_the_tables_that_the_code_uses(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ischema_names, "xid8", TransactionId)
    only_in_postgresql = {("column", "xid"), ("index", "ix_event_xid_id")}

    def include(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return (kind, name) not in only_in_postgresql

    with store.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": include, "compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_a_newer_schema_is_accepted_and_an_address_of_another_kind_is_not(sqlite_database: str) -> None:
    with sqlite3.connect(sqlite_database.removeprefix("sqlite:///")) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    migrate.check(sqlite_database)
    for url in ("mysql://x/y", "nonsense", "sqlite://"):
        with pytest.raises(SetupError):
            Store.open(url)


@pytest.mark.requirement("APP-019")
def test_sqlite_is_as_durable_as_promised_and_postgresql_never_waits_for_ever(store: Store) -> None:
    def setting(name: str) -> str:
        with store.database.read() as connection:
            return str(connection.exec_driver_sql(name).scalar_one())

    if store.database.postgres:
        assert setting("SHOW lock_timeout") == "5s"
        assert setting("SHOW statement_timeout") == "30s"
        assert setting("SHOW idle_in_transaction_session_timeout") == "10s"
        assert setting("SHOW synchronous_commit") == "on"
    else:
        assert setting("PRAGMA journal_mode") == "wal"
        assert setting("PRAGMA synchronous") == "2"
        assert setting("PRAGMA foreign_keys") == "1"
        assert setting("PRAGMA busy_timeout") == "5000"


def test_sqlite_admits_one_process_per_role_and_names_postgresql(sqlite_database: str) -> None:
    worker, api = Store.open(sqlite_database, role="worker"), Store.open(sqlite_database, role="api")
    with pytest.raises(SetupError, match="PostgreSQL") as refused:
        Store.open(sqlite_database, role="worker")
    assert refused.value.reason == "role_taken"
    worker.close()
    Store.open(sqlite_database, role="worker").close()
    api.close()


async def test_transactions_run_beside_the_event_loop_and_raise_what_they_raise(store: Store) -> None:
    run = await store.do(store.runs.create, new_run("a"))
    assert await store.do(store.runs.get, "a") == run
    with pytest.raises(Conflict):
        await store.do(store.runs.create, new_run("a", start_token="other"))


async def test_a_cancelled_caller_leaves_only_after_its_transaction_has_ended(store: Store) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        go_on.wait(10)
        ended.set()

    caller = asyncio.create_task(store.do(slow))
    await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended.is_set()


async def test_a_locked_sqlite_file_is_tried_again_until_the_deadline(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(sqlite_database)
    other = sqlite3.connect(sqlite_database.removeprefix("sqlite:///"), isolation_level=None)
    with store.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=20")
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.2, other.execute, "COMMIT")
    assert (await store.do(store.runs.create, new_run("a"))).number == 1
    other.execute("BEGIN IMMEDIATE")
    with monkeypatch.context() as hasty, pytest.raises(StoreUnavailable, match="LOOPSTACK_DATABASE_URL"):
        hasty.setattr(stores, "DEADLINE", 0.2)
        await store.do(store.runs.create, new_run("b"))
    other.execute("COMMIT")
    assert (await store.do(store.runs.create, new_run("b"))).number == 2
    other.close()
    store.close()


async def test_a_full_sqlite_disk_is_an_unavailable_store_and_no_damage(sqlite_database: str) -> None:
    store = Store.open(sqlite_database)
    pages = await store.do(_pragma, store, "PRAGMA page_count")
    await store.do(_pragma, store, f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreUnavailable):
        await store.do(store.runs.create, new_run("a", args="x" * 100_000))
    await store.do(_pragma, store, "PRAGMA max_page_count=1000000")
    assert (await store.do(store.runs.create, new_run("a", args="x" * 100_000))).number == 1
    assert await store.do(_pragma, store, "PRAGMA integrity_check") == "ok"
    store.close()


def _pragma(store: Store, text: str) -> object:
    with store.database.engine.connect() as connection:
        return connection.exec_driver_sql(text).scalar_one()


@pytest.mark.requirement("REL-011")
async def test_a_postgresql_crash_is_outlived_and_loses_nothing_that_was_acknowledged(
    postgres_server: PostgresServer, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "DEADLINE", 60)
    store = Store.open(postgres_database)
    await store.do(store.runs.create, new_run("before"))
    await asyncio.to_thread(postgres_server.stop, signal.SIGQUIT)
    during = asyncio.create_task(store.do(store.runs.create, new_run("during")))
    await asyncio.to_thread(postgres_server.start)
    assert (await during).number == 2
    assert await store.do(store.runs.get, "before") is not None
    store.close()


async def test_an_unreachable_postgresql_is_unavailable_and_its_address_is_not_in_the_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stores, "DEADLINE", 0.3)
    store = Store.open("postgresql://someone:secret@127.0.0.1:1/nothing")
    with pytest.raises(StoreUnavailable) as refused:
        await store.do(store.runs.get, "a")
    assert "secret" not in str(refused.value)
    assert "127.0.0.1" not in str(refused.value)
    store.close()
    with pytest.raises(SetupError):
        migrate.upgrade("postgresql://someone:secret@127.0.0.1:1/nothing")


async def test_a_refused_statement_is_no_absent_database_and_tells_nothing_of_the_data(store: Store) -> None:
    def wrong() -> None:
        with store.database.write() as connection:
            connection.execute(sa.text("SELECT nothing FROM nowhere"))

    with pytest.raises(StoreFault) as caught:
        await store.do(wrong)
    assert "nowhere" not in str(caught.value)
    assert isinstance(caught.value.__cause__, exc.DBAPIError), "the log still has it"


def test_open_runs_and_those_for_people_are_found_without_reading_all_that_ever_ran(sqlite_database: str) -> None:
    store = Store.open(sqlite_database)
    asked: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    def indexes(look: Callable[[], object]) -> list[str]:
        asked.clear()
        look()
        [(statement, parameters)] = asked
        with closing(sqlite3.connect(sqlite_database.removeprefix("sqlite:///"))) as database:
            plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
        return [word for row in plan for word in row[3].split() if word.startswith("ix_run")]

    event.listen(sa.Engine, "before_cursor_execute", remember)
    try:
        assert indexes(lambda: store.reconciling.open_runs("app", 60)) == ["ix_run_open"]
        assert indexes(lambda: store.reconciling.unwanted("app")) == ["ix_run_open"]
        assert indexes(lambda: store.reconciling.uncanceled("app", 60)) == ["ix_run_open"]
        assert indexes(lambda: store.runs.page(RunFilter(awaits_person=True))) == ["ix_run_for_people"]
    finally:
        event.remove(sa.Engine, "before_cursor_execute", remember)
        store.close()
