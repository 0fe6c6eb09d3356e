"""Documents as readers see them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import sqlalchemy as sa

from loopstack_temporal.errors import NotFound
from loopstack_temporal.store.columns import dump
from loopstack_temporal.store.database import Database
from loopstack_temporal.store.records import DocumentRow, DocumentVersions, Page
from loopstack_temporal.store.rows import document_row
from loopstack_temporal.store.tables import document

_FEW = 100
"""Documents that are asked for by their ids; of more, all of the run are read."""
_SHOWN = sa.and_(document.c.live, ~document.c.superseded)


class Documents:
    """Each method is one transaction. Documents are written by the commit of a step only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        run_id: str,
        *,
        after: int | None = None,
        before: int | None = None,
        limit: int = 50,
        hidden: bool = False,
        order: Literal["asc", "desc"] = "asc",
    ) -> Page[DocumentRow]:
        """Live documents of a run between two positions, in feed order; internal ones never.

        `hidden` adds those that are not meant to be shown. `next` is the position to go on after (`asc`) or before
        (`desc`), as text.
        """
        limit = max(1, min(limit, 200))
        query = sa.select(document).where(document.c.run_id == run_id, _SHOWN, ~document.c.internal)
        if not hidden:
            query = query.where(~document.c.hidden)
        if after is not None:
            query = query.where(document.c.position > after)
        if before is not None:
            query = query.where(document.c.position < before)
        position = document.c.position
        query = query.order_by(position.asc() if order == "asc" else position.desc()).limit(limit + 1)
        with self._database.read() as connection:
            found = connection.execute(query).all()
        rows = tuple(document_row(row) for row in found[:limit])
        return Page(rows, str(rows[-1].position) if len(found) > limit else None)

    def get(self, document_id: str) -> DocumentVersions:
        """A document, also one that was replaced, with all versions of its key. Raises `NotFound`."""
        with self._database.read() as connection:
            found = connection.execute(
                sa.select(document).where(document.c.id == document_id, ~document.c.internal)
            ).one_or_none()
            if found is None:
                raise NotFound(f"there is no document {document_id!r}", code="document_not_found")
            if found.key is None:
                return DocumentVersions(document_row(found), (document_row(found),))
            versions = connection.execute(
                sa.select(document)
                .where(
                    document.c.run_id == found.run_id,
                    document.c.key == found.key,
                    ~document.c.superseded,
                    ~document.c.internal,
                )
                .order_by(document.c.version)
            ).all()
        return DocumentVersions(document_row(found), tuple(document_row(row) for row in versions))

    def live(self, run_id: str, name: str | None = None, tag: str | None = None) -> tuple[DocumentRow, ...]:
        """All live documents of a run in feed order, internal and hidden ones too: what transitions work with."""
        query = sa.select(document).where(document.c.run_id == run_id, _SHOWN).order_by(document.c.position)
        if name is not None:
            query = query.where(document.c.name == name)
        if tag is not None:
            query = query.where(document.c.tags.cast(sa.Text).contains(dump(tag), autoescape=True))
        with self._database.read() as connection:
            found = connection.execute(query).all()
        # A tag may hold the quotes of another as text, so the database only narrows the search.
        return tuple(document_row(row) for row in found if tag is None or tag in row.tags)

    def live_beside(self, run_id: str, known: Collection[str]) -> tuple[tuple[str, ...], tuple[DocumentRow, ...]]:
        """The ids of all live documents of a run in feed order, and those of them that are not `known`.

        What is stored under an id does not change, only whether it is live: whoever remembers documents asks this.
        """
        mine = sa.and_(document.c.run_id == run_id, _SHOWN)
        with self._database.read() as connection:
            ids = connection.execute(sa.select(document.c.id).where(mine).order_by(document.c.position)).scalars().all()
            unknown = [one for one in ids if one not in known]
            few = len(unknown) <= _FEW
            query = sa.select(document).where(document.c.id.in_(unknown) if few else mine)
            found = connection.execute(query).all() if unknown else ()
        return tuple(ids), tuple(document_row(row) for row in found)
