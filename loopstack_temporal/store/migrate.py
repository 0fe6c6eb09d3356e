"""Bringing a database to this version's schema, and checking that it is."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import exc

from loopstack_temporal.errors import SetupError
from loopstack_temporal.store.database import Database

_LOCK = 0x6C6F6F70
"""Key of the advisory lock on PostgreSQL: only one process migrates."""


def upgrade(url: str) -> str:
    """Create or update the tables and say in one sentence what was done. Safe to run again and from several processes.

    Changes only add, so processes of the former version may go on meanwhile. Raises `SetupError`.
    """
    database = Database(url, patience=25)
    try:
        before, after = bring_up(database)
    except exc.OperationalError as error:
        raise SetupError(
            f"the database cannot be reached ({type(error.orig).__name__}); check the address and that it runs",
            code="database_unreachable",
        ) from error
    finally:
        database.close()
    if before == after:
        return f"The database is up to date (schema {after})."
    return (
        f"The database was created (schema {after})."
        if before is None
        else (f"The database was updated from schema {before} to {after}.")
    )


def bring_up(database: Database) -> tuple[str | None, str | None]:
    """Create or update the tables of an open database; gives the schema it had (`None`: no tables) and has."""
    with database.write() as connection:
        if database.postgres:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        before = _revision(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return before, _revision(connection)


def check(where: str | Database) -> None:
    """Raise `SetupError` unless the database has at least this version's schema. A newer one is fine."""
    database = Database(where) if isinstance(where, str) else where
    try:
        with database.read() as connection:
            found = _revision(connection)
    except exc.OperationalError as error:
        raise SetupError(
            f"the database cannot be reached ({type(error.orig).__name__}); check the address and that it runs",
            code="database_unreachable",
        ) from error
    finally:
        if isinstance(where, str):
            database.close()
    script = ScriptDirectory.from_config(_config())
    known = {revision.revision for revision in script.walk_revisions()}
    head = script.get_current_head()
    if found is None or (found != head and found in known):
        what = "has no tables yet" if found is None else f"has schema {found}, this program needs {head}"
        raise SetupError(f"the database {what}; run `loopstack db upgrade`", code="schema_old")


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
