"""What one run did and shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

from loopstack_api.views import graph
from loopstack_api.views.catalogue import Catalogue, Definition
from loopstack_api.views.links import Links
from loopstack_api.views.runs import RunView, error_summary
from loopstack_api.wording import transition_title
from loopstack_temporal.contracts.documents import Document, DocumentHistory, DocumentPage, LinkedRun, ModelQuestion
from loopstack_temporal.contracts.graph import Graph
from loopstack_temporal.contracts.marks import Mark, MarkList
from loopstack_temporal.contracts.steps import Step, StepLinks, StepPage, StepSender, StepSummary
from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.errors import NotFound
from loopstack_temporal.store.records import DocumentRow, EventRow, RunRow, StepRow
from loopstack_temporal.store.store import Store

LINK = "link"
"""Name of the document class of links."""

GRAPH_STEPS = 10_000
"""Steps that a graph counts at most: the newest ones of a longer run are left out."""

MARKS = 200
"""Marks shown of one run; a sender in a loop must not make its page endless."""
MARK_KINDS = {"trigger.kept": "kept", "trigger.rejected": "rejected", "run.rewound": "rewound"}


class FeedView:
    """Reads steps, documents and the way through the graph. An unknown run raises `NotFound` (`run_not_found`)."""

    def __init__(self, store: Store, catalogue: Catalogue, runs: RunView, links: Links) -> None:
        self._store = store
        self._catalogue = catalogue
        self._runs = runs
        self._links = links

    async def steps(self, run_id: str, cursor: str | None, limit: int) -> StepPage:
        """Steps in order. Raises `InvalidInput` for a cursor that no list gave out."""
        run = await self._runs.row(run_id)
        definition = await self._catalogue.of_run(run)
        page = await self._store.do(self._store.steps.page, run_id, cursor, limit)
        return StepPage(items=tuple(_step(row, definition) for row in page.items), cursor=page.next)

    async def step(self, run_id: str, number: int) -> Step:
        """One step. Raises `NotFound` (`step_not_found`)."""
        run = await self._runs.row(run_id)
        definition = await self._catalogue.of_run(run)
        detail = await self._store.do(self._store.steps.get, run_id, number)
        row = detail.row
        return Step.model_validate(
            {
                **_step(row, definition).model_dump(by_alias=True),
                "payload": row.trigger.payload if row.trigger else None,
                "state_before": detail.before,
                "state_after": detail.after,
                "result": detail.result,
                "activity_id": f"{row.step}-{row.transition}",
                "activity_type": _activity_type(run, row),
                "links": StepLinks(temporal=self._links.run(run.id, run.temporal_run_id)),
            }
        )

    async def documents(
        self,
        run_id: str,
        *,
        after: int | None,
        before: int | None,
        order: Literal["asc", "desc"],
        hidden: bool,
        limit: int,
    ) -> DocumentPage:
        """A part of the feed in the order asked for."""
        run = await self._runs.row(run_id)
        definition = await self._catalogue.of_run(run)
        page = await self._store.do(
            self._store.documents.page, run_id, after=after, before=before, limit=limit, hidden=hidden, order=order
        )
        items = await self._shown(page.items, definition)
        following = int(page.next) if page.next else None
        # Positions count from 1. An empty page is a page too: its reader goes on from where it was asked for.
        first = items[0].position if items else None
        if order == "asc":
            return DocumentPage(items=items, before=(first or after + 1) if after else None, after=following)
        return DocumentPage(
            items=items, before=following, after=None if before is None else first or max(0, before - 1)
        )

    async def marks(self, run_id: str) -> MarkList:
        """Early and refused answers and resets, the oldest first; at most `MARKS`."""
        definition = await self._catalogue.of_run(await self._runs.row(run_id))
        read = partial(self._store.events.after, None, run_id=run_id, types=tuple(MARK_KINDS), limit=MARKS)
        rows, _ = await self._store.do(read)
        return MarkList(items=tuple(_mark(row, definition.titles if definition else {}) for row in rows))

    async def document(self, document_id: str) -> DocumentHistory:
        """One document with its versions. Raises `NotFound` (`document_not_found`)."""
        found = await self._store.do(self._store.documents.get, document_id)
        run = await self._runs.row(found.document.run_id)
        definition = await self._catalogue.of_run(run)
        [shown, *versions] = await self._shown((found.document, *found.versions), definition)
        return DocumentHistory(
            **{name: getattr(shown, name) for name in Document.model_fields},
            versions=tuple(versions),
        )

    async def question(self, document_id: str) -> ModelQuestion:
        """What a model was asked. Raises `NotFound` (`document_not_found`, `question_not_found`)."""
        row = (await self._store.do(self._store.documents.get, document_id)).document
        found = row.key and await self._store.do(self._store.effects.asked, row.run_id, row.step, row.key)
        if not found:
            raise NotFound(
                f"Document `{document_id}` is no recorded answer of a model: nothing says what was asked.",
                code="question_not_found",
            )
        return ModelQuestion.model_validate(found)

    async def _shown(self, rows: Sequence[DocumentRow], definition: Definition | None) -> tuple[Document, ...]:
        """Documents with the runs that links among them lead to, all read at once."""
        ids = {row.id: _linked_id(row) for row in rows}
        runs = await self._store.do(self._store.children.among, [run_id for run_id in ids.values() if run_id])
        linked = {run_id: _linked(run, await self._catalogue.of_run(run)) for run_id, run in runs.items()}
        return tuple(_document(row, definition, linked.get(ids[row.id] or "")) for row in rows)

    async def graph(self, run_id: str) -> Graph:
        """The run's definition with its way. Raises `NotFound` (`definition_not_found`) if nobody ever published it."""
        run = await self._runs.row(run_id)
        definition = await self._catalogue.of_run(run)
        if definition is None:
            raise NotFound(
                f"No worker ever published the definition of run `{run_id}` (`{run.workflow}` of app `{run.app}`).",
                code="definition_not_found",
            )
        return graph.draw(definition.workflow, graph.Journey(run, await self._all_steps(run_id)))

    async def _all_steps(self, run_id: str) -> list[StepRow]:
        rows: list[StepRow] = []
        cursor: str | None = None
        while len(rows) < GRAPH_STEPS:
            page = await self._store.do(self._store.steps.page, run_id, cursor, 200)
            rows.extend(page.items)
            cursor = page.next
            if cursor is None:
                break
        return rows


def _mark(row: EventRow, titles: Mapping[str, str]) -> Mark:
    name = row.data.get("name")
    return Mark.model_validate(
        {
            "kind": MARK_KINDS[row.type],
            "rev": row.rev,
            "at": row.at,
            "transition": name,
            "title": transition_title(name, titles) if isinstance(name, str) else None,
            **{part: row.data.get(part) for part in ("by", "channel", "message", "step")},
        }
    )


def _activity_type(run: RunRow, row: StepRow) -> str:
    return row.transition if row.transition.startswith("loopstack.") else f"{run.workflow}.{row.transition}"


def _step(row: StepRow, definition: Definition | None) -> StepSummary:
    trigger = row.trigger
    return StepSummary(
        step=row.step,
        transition=row.transition,
        title=transition_title(row.transition, definition.titles if definition else {}),
        from_=row.from_place,
        to=row.to_place,
        status=row.status,
        attempt=row.attempt,
        failures=row.failure_no,
        worker=row.worker,
        error=error_summary(row.error) if row.error else None,
        started_at=row.started_at,
        ended_at=row.ended_at,
        duration_ms=row.duration_ms,
        document_count=row.document_count,
        sender=StepSender(id=trigger.id, by=trigger.by, channel=trigger.channel) if trigger else None,
    )


def _linked_id(row: DocumentRow) -> str | None:
    """The run that a link leads to, if the document is one."""
    run_id = mapping_of(row.content).get("run_id") if row.name == LINK else None
    return run_id if isinstance(run_id, str) else None


def _linked(run: RunRow, definition: Definition | None) -> LinkedRun:
    return LinkedRun(
        id=run.id,
        workflow=run.workflow,
        workflow_title=definition.workflow.title if definition else run.workflow,
        title=run.title,
        status=run.status,
        place=run.place,
        rev=run.rev,
        has_error=run.has_error,
        error_message=run.error.message if run.error else None,
        can_retry=run.can_retry,
        awaits_person=any(one.kind == "person" for one in run.awaiting),
        ended_at=run.ended_at,
    )


def _document(row: DocumentRow, definition: Definition | None, linked: LinkedRun | None) -> Document:
    kind = definition.documents.get(row.name) if definition else None
    return Document(
        id=row.id,
        run_id=row.run_id,
        name=row.name,
        title=kind.title if kind else row.name,
        key=row.key,
        position=row.position,
        version=row.version,
        live=row.live,
        superseded=row.superseded,
        step=row.step,
        transition=row.transition,
        place=row.place,
        content=row.content,
        schema_=kind.schema_ if kind else None,
        widgets=kind.widgets if kind else (),
        tags=row.tags,
        meta={**(kind.meta if kind else {}), **row.meta},
        hidden=row.hidden,
        internal=row.internal,
        validation_error=row.validation_error,
        live_id=row.live_id,
        linked=linked,
        created_at=row.created_at,
    )
