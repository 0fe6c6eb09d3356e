"""Several reads in one round trip to PostgreSQL, which SQLAlchemy cannot do by itself."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Mapping
from typing import Any, cast

import psycopg
import sqlalchemy as sa

from loopstack_temporal.store.rows import Row

Query = tuple[sa.Select[Any], Mapping[str, Any]]


class Pipeline:
    """Reads on a connection whose transaction may not have begun; then its BEGIN travels along."""

    def __init__(self, dialect: sa.Dialect, driver: psycopg.Connection[Any]) -> None:
        self._dialect = dialect
        self._driver = driver

    def first_rows(self, *queries: Query) -> list[Row | None]:
        """The first row of each query. Each sees what was committed when its own turn came."""
        prepared = [_prepare(self._dialect, query) for query, _ in queries]
        with self._driver.pipeline():
            cursors = [
                self._driver.execute(one.text, {name: values[name] for name in one.names})
                for one, (_, values) in zip(prepared, queries, strict=True)
            ]
        found = [cursor.fetchone() for cursor in cursors]
        return [None if row is None else one.load(row) for one, row in zip(prepared, found, strict=True)]


class _Prepared:
    """A query as text, and how its rows become values with the names of the columns."""

    def __init__(self, dialect: sa.Dialect, query: sa.Select[Any]) -> None:
        compiled = query.compile(dialect=dialect)
        self.text = compiled.string.encode()
        self.names = tuple(compiled.params)
        columns = list(query.selected_columns)
        self._row = collections.namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]
        self._processors: list[Callable[[Any], Any] | None] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        ]

    def load(self, row: tuple[Any, ...]) -> Row:
        values = (
            value if process is None else process(value) for process, value in zip(self._processors, row, strict=True)
        )
        return cast(Row, self._row(*values))


@functools.lru_cache(maxsize=32)
def _prepare(dialect: sa.Dialect, query: sa.Select[Any]) -> _Prepared:
    # Cached by identity: the callers' queries are module constants.
    return _Prepared(dialect, query)
