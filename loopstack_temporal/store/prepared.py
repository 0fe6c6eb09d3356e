"""Statements that every step needs: written in SQLAlchemy Core, compiled once, executed by the driver itself.

Core takes longer to execute a small statement than the database does: it looks the statement up, builds a context and
wraps the result, each time. Here a statement is turned into the driver's text and value converters once per database
and set of columns, and its rows come back as plain named tuples.
"""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, cast

import psycopg
import sqlalchemy as sa

from loopstack_temporal.store.rows import Row

Query = tuple[sa.Select[Any], Mapping[str, Any]]
"""A query, and a value for each of its parameters."""

Statement = tuple[sa.Executable, Sequence[Mapping[str, Any]]]
"""An insert or update without values, and rows of the same columns for it."""

_MOST = 256
"""Statements kept; far more than there are, as long as callers hand in constants."""


class Prepared:
    """Executes constant statements on the connections of one database. Thread-safe.

    "Constant": the same object each time, made when its module is loaded or in a cached function. Errors are those of
    the driver.
    """

    def __init__(self, dialect: sa.Dialect) -> None:
        def compiled(statement: sa.Executable, columns: tuple[str, ...] | None) -> _Compiled:
            return _Compiled(dialect, statement, columns)

        self._compiled = functools.lru_cache(_MOST)(compiled)

    def first(self, connection: sa.Connection, query: sa.Select[Any], values: Mapping[str, Any]) -> Row | None:
        """The first row of a query."""
        return self._compiled(query, None).first(driver_of(connection), values)

    def firsts(self, connection: sa.Connection, *queries: Query) -> list[Row | None]:
        """The first row of each query, in one round trip; each sees what was committed when its own turn came."""
        driver = driver_of(connection)
        compiled = [(self._compiled(query, None), values) for query, values in queries]
        with _pipeline(driver):
            cursors = [query.execute(driver, values) for query, values in compiled]
            return [query.load(cursor.fetchone()) for (query, _), cursor in zip(compiled, cursors, strict=True)]

    def send(self, connection: sa.Connection, statements: Iterable[Statement]) -> None:
        """Execute statements that return nothing, in one round trip.

        Inserts must be `inline()`: else they are compiled to return the new primary key.
        """
        driver = driver_of(connection)
        with _pipeline(driver):
            for statement, rows in statements:
                compiled = self._compiled(statement, tuple(rows[0]))
                for row in rows:
                    compiled.execute(driver, row)


def driver_of(connection: sa.Connection) -> Any:
    """The connection of `sqlite3` or `psycopg` itself."""
    return connection.connection.driver_connection


def _pipeline(driver: Any) -> Any:
    """Only PostgreSQL is away. A transaction that has not begun does so here: its BEGIN travels along."""
    return driver.pipeline() if isinstance(driver, psycopg.Connection) else nullcontext()


class _Compiled:
    """A statement as one dialect spells it, and how values go in and come out."""

    def __init__(self, dialect: sa.Dialect, statement: sa.Executable, columns: tuple[str, ...] | None) -> None:
        compiled: Any = cast("Any", statement).compile(dialect=dialect, column_keys=columns)
        self._text: str = compiled.string
        self._by_position = bool(compiled.positional)
        names: Sequence[str] = compiled.positiontup if compiled.positional else tuple(compiled.binds)
        self._binds = tuple((name, _converter(compiled.binds[name].type, dialect, "bind")) for name in names)
        results = list(statement.selected_columns) if isinstance(statement, sa.Select) else []
        self._row: Any = collections.namedtuple("Row", [column.key for column in results])  # type: ignore[misc]
        found = ((place, _converter(column.type, dialect, "result")) for place, column in enumerate(results))
        self._results = tuple((place, convert) for place, convert in found if convert)

    def execute(self, driver: Any, values: Mapping[str, Any]) -> Any:
        """Execute it with a value for each parameter; gives the driver's cursor."""
        if self._by_position:
            return driver.execute(
                self._text,
                [values[name] if convert is None else convert(values[name]) for name, convert in self._binds],
            )
        return driver.execute(
            self._text,
            {name: values[name] if convert is None else convert(values[name]) for name, convert in self._binds},
        )

    def first(self, driver: Any, values: Mapping[str, Any]) -> Row | None:
        return self.load(self.execute(driver, values).fetchone())

    def load(self, found: tuple[Any, ...] | None) -> Row | None:
        """A row with the names of the columns and values of their types."""
        if found is None:
            return None
        values = list(found)
        for place, convert in self._results:
            if values[place] is not None:
                values[place] = convert(values[place])
        return cast(Row, self._row._make(values))


def _converter(kind: Any, dialect: sa.Dialect, which: str) -> Callable[[Any], Any] | None:
    """How the dialect turns a value of a column type into the driver's (`bind`) or back (`result`)."""
    kind = kind.dialect_impl(dialect)
    return kind.bind_processor(dialect) if which == "bind" else kind.result_processor(dialect, None)
