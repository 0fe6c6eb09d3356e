"""Documents of runs that a worker read before: of a long conversation, each step reads only what is new.

What is stored under an id never changes, so nothing here can be wrong; which documents are live is asked each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic_core import PydanticSerializationError, to_json

from loopstack_temporal.definition.document import StoredDocument
from loopstack_temporal.store.records import DocumentRow
from loopstack_temporal.store.store import Store

MOST_RUNS = 100
MOST_BYTES = 16 * 1024 * 1024
"""Of contents and metas as JSON; in memory they take a few times as much."""


@dataclass(frozen=True, slots=True)
class Read:
    """A row, and the same as its readers share it."""

    row: DocumentRow
    stored: StoredDocument
    size: int


class Remembered:
    """Remembers per run, those read last. For one event loop."""

    def __init__(self) -> None:
        self._runs: dict[str, dict[str, Read]] = {}
        self._bytes = 0

    async def live(self, store: Store, run_id: str) -> tuple[Read, ...]:
        """The live documents of a run in feed order. Their contents are shared."""
        known = self._forget(run_id)
        ids, rows = await store.do(store.documents.live_beside, run_id, frozenset(known))
        known = known | {row.id: _read(row) for row in rows if row.id not in known}
        # On PostgreSQL a document may go between the two statements.
        found = {one: known[one] for one in ids if one in known}
        self._keep(run_id, found)
        return tuple(found.values())

    def _keep(self, run_id: str, found: dict[str, Read]) -> None:
        self._forget(run_id)  # Another attempt may have read it meanwhile.
        self._runs[run_id] = found
        self._bytes += _size(found)
        while len(self._runs) > MOST_RUNS or self._bytes > MOST_BYTES:
            self._forget(next(iter(self._runs)))

    def _forget(self, run_id: str) -> dict[str, Read]:
        found = self._runs.pop(run_id, {})
        self._bytes -= _size(found)
        return found


def _size(found: dict[str, Read]) -> int:
    return sum(one.size for one in found.values())


def _read(row: DocumentRow) -> Read:
    try:
        size = len(to_json([row.content, row.meta]))
    except (PydanticSerializationError, ValueError):  # Half a character, say, which JSON can hold in another way.
        size = MOST_BYTES + 1
    return Read(row, StoredDocument(row.id, row.position, row.content, row.meta), size)
