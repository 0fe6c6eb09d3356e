"""Column types and the database clock, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

# Both types convert by plain functions: what `TypeDecorator` wraps around its hooks costs more than they do.


class JsonText(TypeDecorator[Any]):
    """JSON kept as text, not as JSONB: numbers, the order of keys and every character come back as they were.

    ASCII only, because PostgreSQL refuses NUL characters and lone surrogates in text, and JSON strings may hold both.
    """

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        return _dump

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        return _load


def dump(value: Any) -> str:
    """`value` as compact JSON. Raises `ValueError` for numbers that JSON does not have."""
    return _encode(value)


_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


def _dump(value: Any) -> str | None:
    return None if value is None else _encode(value)


def _load(text: str | None) -> Any:
    return None if text is None else json.loads(text)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time: `timestamptz` on PostgreSQL, text of fixed width on SQLite, so that both compare and sort."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        return None if dialect.name == "postgresql" else _moment_text

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        return _in_utc if dialect.name == "postgresql" else _moment


def _moment_text(moment: datetime | None) -> str | None:
    return (
        None if moment is None else f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


class TransactionId(sa.types.UserDefinedType[int]):
    """PostgreSQL's transaction number of 64 bits."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "xid8"


class _Clock(FunctionElement[datetime]):
    """The database's clock, moved by its argument in seconds if it has one."""

    inherit_cache = True
    type = Moment()


def now(offset: timedelta | None = None) -> sa.ColumnElement[datetime]:
    """The database's clock, `offset` from now. Compared times come from here, never from a worker's clock."""
    return _Clock() if offset is None else _Clock(sa.literal(offset.total_seconds(), sa.Float()))


@compiles(_Clock, "postgresql")
def _clock_on_postgresql(element: _Clock, compiler: SQLCompiler, **kw: Any) -> str:
    if not len(element.clauses):
        return "clock_timestamp()"
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **kw)}))"


@compiles(_Clock, "sqlite")
def _clock_on_sqlite(element: _Clock, compiler: SQLCompiler, **kw: Any) -> str:
    if not len(element.clauses):
        return "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"
    return f"strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', {compiler.process(element.clauses, **kw)} || ' seconds')"
