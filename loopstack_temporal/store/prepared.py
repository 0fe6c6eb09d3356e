"""Statements that every step needs: written in SQLAlchemy Core, compiled once, executed by the driver itself.

Core takes longer to execute a small statement than the database does: it looks the statement up, builds a context and
wraps the result, each time. Here a statement is turned into the driver's text and value converters once per database
and set of columns, and its rows come back as plain named tuples.
"""

from __future__ import annotations

import collections
import functools
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import psycopg
import sqlalchemy as sa

from loopstack_temporal.store.rows import Row

Query = tuple[sa.Select[*tuple[Any, ...]], Mapping[str, Any]]
"""A query, and a value for each of its parameters."""

Statement = tuple[sa.Executable, Sequence[Mapping[str, Any]]]
"""An insert or update without values, and rows of the same columns for it."""

_MOST = 256
"""Statements kept; far more than there are, as long as callers hand in constants."""

_MOST_ROWS = 8
"""Rows that one insert writes at most, which bounds the number of its forms."""


class Prepared:
    """Executes constant statements on the connections of one database. Thread-safe.

    "Constant": the same object each time, made when its module is loaded. Errors are those of the driver.
    """

    def __init__(self, dialect: sa.Dialect) -> None:
        spelling = cast("Any", type(dialect))(paramstyle="numeric_dollar" if dialect.name == "postgresql" else "qmark")

        def compiled(statement: sa.Executable, columns: tuple[str, ...] | None, rows: int) -> _Compiled:
            return _Compiled(spelling, statement, columns, rows)

        self._compiled = functools.lru_cache(_MOST)(compiled)

    def first(
        self, connection: sa.Connection, query: sa.Select[*tuple[Any, ...]], values: Mapping[str, Any]
    ) -> Row | None:
        """The first row of a query."""
        return self._compiled(query, None, 1).first(driver_of(connection), values)

    def firsts(self, connection: sa.Connection, *queries: Query) -> list[Row | None]:
        """The first row of each query, in one round trip; each sees what was committed when its own turn came."""
        driver = driver_of(connection)
        compiled = [(self._compiled(query, None, 1), values) for query, values in queries]
        with pipeline(driver):
            cursors = [query.execute(driver, [values]) for query, values in compiled]
            found = [cursor.fetchone() for cursor in cursors]
        return [row and query.load(row) for (query, _), row in zip(compiled, found, strict=True)]

    def all(
        self, connection: sa.Connection, query: sa.Select[*tuple[Any, ...]], values: Mapping[str, Any]
    ) -> list[Row]:
        """All rows of a query."""
        return self._compiled(query, None, 1).all(driver_of(connection), values)

    def send(self, connection: sa.Connection, statements: Iterable[Statement]) -> None:
        """Execute statements that return nothing, in one round trip; inside `Database.brief`, in that of its COMMIT.

        Inserts must be `inline()`: else they are compiled to return the new primary key.
        """
        driver = driver_of(connection)
        with pipeline(driver):
            for statement, rows in statements:
                for some in _parts(statement, rows):
                    self._compiled(statement, tuple(some[0]), len(some)).execute(driver, some)


def _parts(statement: sa.Executable, rows: Sequence[Mapping[str, Any]]) -> Iterable[Sequence[Mapping[str, Any]]]:
    """The rows in parts, each for one execution: an insert takes several that have the same columns."""
    if isinstance(statement, sa.Insert) and len({tuple(row) for row in rows}) == 1:
        return (rows[first : first + _MOST_ROWS] for first in range(0, len(rows), _MOST_ROWS))
    return ([row] for row in rows)


def driver_of(connection: sa.Connection) -> Any:
    """The connection of `sqlite3` or `psycopg` itself."""
    return connection.connection.driver_connection


def pipeline(driver: Any) -> AbstractContextManager[object]:
    """Sends statements without waiting for their answers. Only PostgreSQL is away, and a pipeline may run already."""
    if not isinstance(driver, psycopg.Connection) or driver.info.pipeline_status:
        return nullcontext()
    return driver.pipeline()


_raw_cursor: Any = psycopg.RawCursor
"""Takes numbered parameters as PostgreSQL does, and need not look through the text for them."""


class _Compiled:
    """A statement as one dialect spells it, and how values go in and come out."""

    def __init__(self, dialect: sa.Dialect, statement: Any, columns: tuple[str, ...] | None, rows: int) -> None:
        places = {name: (0, name) for name in columns or ()}
        if rows > 1:
            places = {f"{name}_of_{row}": (row, name) for row in range(rows) for name in columns or ()}
            kinds = statement.table.c
            binds = [sa.bindparam(bind, type_=kinds[name].type) for bind, (_, name) in places.items()]
            wide = len(columns or ())
            statement = statement.values(
                [dict(zip(columns or (), binds[row * wide :], strict=False)) for row in range(rows)]
            )
            columns = None
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self._text: str | bytes = compiled.string if dialect.name == "sqlite" else compiled.string.encode()
        self._binds = tuple(
            (*places.get(name, (0, name)), _converter(compiled.binds[name].type, dialect, "bind"))
            for name in compiled.positiontup
        )
        results = list(statement.selected_columns) if isinstance(statement, sa.Select) else []
        self._row: Any = collections.namedtuple("Row", [column.key for column in results])  # type: ignore[misc]
        found = ((place, _converter(column.type, dialect, "result")) for place, column in enumerate(results))
        self._results = tuple((place, convert) for place, convert in found if convert)

    def execute(self, driver: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
        """Execute it with a value for each parameter of each row; gives the driver's cursor."""
        cursor: Any = sqlite3.Cursor(driver) if isinstance(driver, sqlite3.Connection) else _raw_cursor(driver)
        return cursor.execute(
            self._text,
            [rows[at][name] if convert is None else convert(rows[at][name]) for at, name, convert in self._binds],
        )

    def first(self, driver: Any, values: Mapping[str, Any]) -> Row | None:
        found = self.execute(driver, [values]).fetchone()
        return None if found is None else self.load(found)

    def all(self, driver: Any, values: Mapping[str, Any]) -> list[Row]:
        return [self.load(found) for found in self.execute(driver, [values]).fetchall()]

    def load(self, found: tuple[Any, ...]) -> Row:
        """A row with the names of the columns and values of their types."""
        values = list(found)
        for place, convert in self._results:
            if values[place] is not None:
                values[place] = convert(values[place])
        return cast(Row, self._row._make(values))


def _converter(kind: Any, dialect: sa.Dialect, which: str) -> Callable[[Any], Any] | None:
    """How the dialect turns a value of a column type into the driver's (`bind`) or back (`result`)."""
    kind = kind.dialect_impl(dialect)
    return kind.bind_processor(dialect) if which == "bind" else kind.result_processor(dialect, None)
