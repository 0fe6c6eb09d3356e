"""Lists and counts of runs."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from loopstack_temporal.store import codec, cursors
from loopstack_temporal.store.records import Page, RunCounts, RunFilter, RunRow
from loopstack_temporal.store.rows import run_row, shown_status
from loopstack_temporal.store.tables import run

MAX_LIMIT = 200


def runs(connection: sa.Connection, wanted: RunFilter, cursor: str | None, limit: int) -> Page[RunRow]:
    """One page of runs, by time of creation."""
    limit = max(1, min(limit, MAX_LIMIT))
    newest = wanted.order == "newest"
    query = sa.select(run).where(*_conditions(wanted))
    if cursor is not None:
        text, last_id = cursors.decode(cursor, str, str)
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise cursors.invalid() from None
        here = sa.tuple_(run.c.created_at, run.c.id)
        there = sa.tuple_(sa.bindparam("at", at, run.c.created_at.type), sa.bindparam("last", last_id))
        query = query.where(here < there if newest else here > there)
    columns = (run.c.created_at, run.c.id)
    query = query.order_by(*(column.desc() if newest else column.asc() for column in columns)).limit(limit + 1)
    found = connection.execute(query).all()
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = cursors.encode(codec.time_text(last.created_at) or "", last.id)
    return Page(tuple(run_row(row) for row in found[:limit]), following)


def run_counts(connection: sa.Connection, wanted: RunFilter) -> RunCounts:
    """Counts by status and workflow, in one scan."""
    status = shown_status.label("shown")
    person = sa.func.sum(sa.case((sa.and_(run.c.awaits_person, run.c.paused_at.is_(None)), 1), else_=0))
    found = connection.execute(
        sa.select(status, run.c.workflow, sa.func.count().label("runs"), person.label("person"))
        .where(*_conditions(wanted))
        .group_by(status, run.c.workflow)
    ).all()
    by_status: dict[str, int] = {}
    by_workflow: dict[str, int] = {}
    for row in found:
        by_status[row.shown] = by_status.get(row.shown, 0) + row.runs
        by_workflow[row.workflow] = by_workflow.get(row.workflow, 0) + row.runs
    return RunCounts(sum(by_workflow.values()), by_status, by_workflow, sum(int(row.person) for row in found))  # pyright: ignore[reportArgumentType]


def _conditions(wanted: RunFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for column, value in (
        (run.c.app, wanted.app),
        (run.c.workflow, wanted.workflow),
        (run.c.workspace_id, wanted.workspace_id),
        (run.c.parent_id, wanted.parent_id),
        (run.c.has_error, wanted.has_error),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.status:
        conditions.append(shown_status.in_(wanted.status))
    if wanted.root_only:
        conditions.append(run.c.parent_id.is_(None))
    if wanted.since is not None:
        conditions.append(run.c.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(run.c.created_at < wanted.until)
    if wanted.awaits_person:
        conditions.append(run.c.awaits_person)
    if wanted.search:
        conditions.append(_search(wanted.search))
    return conditions


def _search(text: str) -> sa.ColumnElement[bool]:
    lowered = text.lower()
    options = [
        sa.func.lower(column).contains(lowered, autoescape=True) for column in (run.c.title, run.c.workflow, run.c.id)
    ]
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) <= 9:
        options.append(run.c.number == int(number))
    return sa.or_(*options)
