"""Runs as people see them: rows from SQL, dressed with words, titles and schemas of their own definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from loopstack_api import sentences
from loopstack_api.run_query import RunListing, RunQuery
from loopstack_api.views.catalogue import Catalogue, Definition
from loopstack_api.views.links import Links
from loopstack_api.views.system import by_status
from loopstack_api.views.usage import run_usage
from loopstack_api.views.workers import Workers
from loopstack_api.wording import transition_title
from loopstack_temporal.contracts.problems import ErrorSummary
from loopstack_temporal.contracts.runs import (
    Awaiting,
    AwaitingBrief,
    RetryPending,
    Run,
    RunFacets,
    RunLinks,
    RunPage,
    RunSummary,
)
from loopstack_temporal.contracts.tasks import Origin, Task, TaskPage
from loopstack_temporal.contracts.why import Why
from loopstack_temporal.control import stored_run
from loopstack_temporal.definition.model import DEFAULT_POOL
from loopstack_temporal.errors import ErrorInfo, NotFound
from loopstack_temporal.machine.decisions import Fire
from loopstack_temporal.store.records import Awaiting as AwaitingRow
from loopstack_temporal.store.records import DocumentRow, RunFilter, RunRow, StepRow
from loopstack_temporal.store.store import Store

QUESTION_LENGTH = 300


class RunView:
    """Reads runs. An unknown id raises `NotFound` (`run_not_found`)."""

    def __init__(self, store: Store, catalogue: Catalogue, workers: Workers, links: Links) -> None:
        self._store = store
        self._catalogue = catalogue
        self._workers = workers
        self._links = links

    async def row(self, run_id: str) -> RunRow:
        """The stored row."""
        return await stored_run(self._store, run_id)

    async def root_of(self, run_id: str) -> str:
        """The first ancestor of a run, or the run itself, which need not exist yet."""
        row = await self._store.do(self._store.runs.get, run_id)
        return run_id if row is None else row.root_id

    async def get(self, run_id: str) -> Run:
        """One run, whole."""
        row = await self.row(run_id)
        definition = await self._catalogue.of_run(row)
        summary = await self._summary(row, definition)
        return Run(
            **{name: getattr(summary, name) for name in RunSummary.model_fields if name != "awaiting"},
            awaiting=await self._awaiting(row, row.awaiting, definition),
            ahead=await self._awaiting(row, _ahead(row, definition), definition),
            args=row.args,
            config=row.config,
            result=row.result,
            error_transition=row.error_transition,
            paused_at=row.paused_at,
            paused_by=row.paused_by,
            hash=row.catalogue_hash,
            widgets=definition.workflow.widgets if definition else (),
            titles=dict(definition.titles) if definition else {},
            tools=dict(definition.tools) if definition else {},
            usage=run_usage(await self._store.do(self._store.effects.usage, run_id)),
        )

    async def page(self, listing: RunListing) -> RunPage:
        """A page of runs. Raises `InvalidInput` for a cursor that no list gave out."""
        page = await self._store.do(
            self._store.runs.page, listing.narrowed(listing.order), listing.cursor, listing.limit
        )
        return RunPage(items=await self._summaries(page.items), cursor=page.next)

    async def facets(self, query: RunQuery) -> RunFacets:
        """Counts for filter chips: those of statuses as if no status were chosen, those of workflows likewise."""
        wanted = query.narrowed()
        counts = await self._store.do(self._store.runs.counts, wanted)
        statuses = counts
        if wanted.status:
            statuses = await self._store.do(self._store.runs.counts, replace(wanted, status=()))
        workflows = counts
        if wanted.workflow:
            workflows = await self._store.do(self._store.runs.counts, replace(wanted, workflow=None))
        return RunFacets(total=counts.total, statuses=by_status(statuses), workflows=dict(workflows.by_workflow))

    async def why(self, run_id: str) -> Why:
        """The whole sentence."""
        row = await self.row(run_id)
        facts = await self._facts(row, await self._catalogue.of_run(row))
        if row.status == "running":
            facts = replace(facts, step=await self._running_step(row))
        return sentences.why(row, facts)

    async def tasks(
        self, *, workflow: str | None, workspace_id: str | None, cursor: str | None, limit: int
    ) -> TaskPage:
        """Open questions to people, those of the oldest runs first."""
        wanted = RunFilter(awaits_person=True, workflow=workflow, workspace_id=workspace_id, order="oldest")
        page = await self._store.do(self._store.runs.page, wanted, cursor, limit)
        counts = await self._store.do(self._store.runs.counts, wanted)
        items: list[Task] = []
        for row in page.items:
            definition = await self._catalogue.of_run(row)
            summary = await self._summary(row, definition)
            origin = await self._origin(row)
            for awaiting in await self._awaiting(row, row.awaiting, definition):
                if awaiting.kind == "person":
                    items.append(Task(id=awaiting.task_id, run=summary, origin=origin, awaiting=awaiting))
        return TaskPage(items=tuple(items), cursor=page.next, count=counts.total)

    async def _origin(self, row: RunRow) -> Origin | None:
        root = None if row.parent_id is None else await self._store.do(self._store.runs.get, row.root_id)
        if root is None:
            return None
        title = await self._workflow_title(root)
        return Origin(id=root.id, workflow=root.workflow, workflow_title=title, title=root.title, number=root.number)

    async def _workflow_title(self, row: RunRow) -> str:
        definition = await self._catalogue.of_run(row)
        return definition.workflow.title if definition else row.workflow

    async def _running_step(self, row: RunRow) -> StepRow | None:
        try:
            found = (await self._store.do(self._store.steps.get, row.id, row.next_step)).row
        except NotFound:
            return None
        return found if found.status == "running" else None

    async def _facts(self, row: RunRow, definition: Definition | None) -> sentences.Facts:
        crew = await self._workers.crew()
        serving = crew.serving(row.app)
        routed = definition.pools.items() if definition else ()
        unserved = {name: pool for name, pool in routed if pool not in serving}
        pool = DEFAULT_POOL
        if unserved and row.status == "running" and DEFAULT_POOL in serving:
            pool = await self._next_pool(row)
        return sentences.Facts(
            now=datetime.now(UTC),
            titles=definition.titles if definition else {},
            worker_alive=pool in serving,
            worker_seen=crew.seen(row.app, pool),
            pool=pool if serving else None,
            unserved=unserved,
            children=await self._children(row),
        )

    async def _children(self, row: RunRow) -> sentences.Children | None:
        callbacks = [one.transition for one in row.awaiting if one.kind == "child"]
        if not callbacks:
            return None
        children = self._store.children
        count, first = await self._store.do(children.waited_for, row.id, callbacks, sentences.SHOWN_CHILDREN)
        named = [(child.id, child.title or await self._workflow_title(child)) for child in first]
        return sentences.Children(count, tuple(named))

    async def _next_pool(self, row: RunRow) -> str:
        """The pool that was recorded for the next step, whatever the code says today."""
        try:
            decided = (await self._store.do(self._store.steps.get, row.id, row.next_step - 1)).decision
        except NotFound:
            decided = None
        return decided.pool or DEFAULT_POOL if isinstance(decided, Fire) else DEFAULT_POOL

    async def _summaries(self, rows: Sequence[RunRow]) -> tuple[RunSummary, ...]:
        definitions: dict[tuple[str, str, str | None], Definition | None] = {}
        items: list[RunSummary] = []
        for row in rows:
            key = (row.app, row.workflow, row.catalogue_hash)
            if key not in definitions:
                definitions[key] = await self._catalogue.of_run(row)
            items.append(await self._summary(row, definitions[key]))
        return tuple(items)

    async def _summary(self, row: RunRow, definition: Definition | None) -> RunSummary:
        facts = await self._facts(row, definition)
        return RunSummary(
            id=row.id,
            app=row.app,
            workflow=row.workflow,
            workflow_title=definition.workflow.title if definition else row.workflow,
            title=row.title,
            number=row.number,
            workspace_id=row.workspace_id,
            user_id=row.user_id,
            parent_id=row.parent_id,
            root_id=row.root_id,
            status=row.status,
            place=row.place,
            step=row.next_step,
            rev=row.rev,
            sentence=sentences.sentence(row, facts),
            has_error=row.has_error,
            error_message=row.error.message if row.error else None,
            error=error_summary(row.error) if row.error else None,
            can_retry=row.can_retry,
            can_stop=row.status == "running" and not row.cancel_requested,
            retry=_retry(row),
            path=row.path,
            awaiting=tuple(_brief(one, row, facts.titles) for one in row.awaiting),
            cancel_requested=row.cancel_requested,
            created_at=row.created_at,
            started_at=row.started_at,
            updated_at=row.updated_at,
            ended_at=row.ended_at,
            links=RunLinks(temporal=self._links.run(row.id, row.temporal_run_id)),
        )

    async def _awaiting(
        self, row: RunRow, waits: Sequence[AwaitingRow], definition: Definition | None
    ) -> tuple[Awaiting, ...]:
        titles: Mapping[str, str] = definition.titles if definition else {}
        items: list[Awaiting] = []
        for one in waits:
            brief = _brief(one, row, titles)
            documents = await self._documents_for(row, one, definition)
            items.append(
                Awaiting(
                    **{name: getattr(brief, name) for name in AwaitingBrief.model_fields},
                    task_id=f"{row.id}:{row.next_step}:{one.transition}",
                    schema_=definition.payload_schema(one.transition, row.place) if definition else None,
                    widgets=definition.widgets_for(one.transition) if definition else (),
                    document_ids=tuple(document.id for document in documents),
                    question=_question(documents),
                )
            )
        return tuple(items)

    async def _documents_for(
        self, row: RunRow, one: AwaitingRow, definition: Definition | None
    ) -> tuple[DocumentRow, ...]:
        """Visible live documents that have a widget for the answer."""
        names = definition.documents_for(one.transition) if definition and one.kind in ("person", "signal") else ()
        found: list[DocumentRow] = []
        for name in names:
            documents = await self._store.do(self._store.documents.live, row.id, name)
            found.extend(document for document in documents if not document.hidden and not document.internal)
        return tuple(found)


def _question(documents: Sequence[DocumentRow]) -> str | None:
    for document in reversed(documents):
        match document.content:
            case {"question": str(text)}:
                return text if len(text) <= QUESTION_LENGTH else f"{text[: QUESTION_LENGTH - 1]}…"
            case _:
                continue
    return None


def error_summary(error: ErrorInfo) -> ErrorSummary:
    """An error without its details."""
    return ErrorSummary(code=error.code, type=error.type, message=error.message)


def _ahead(row: RunRow, definition: Definition | None) -> list[AwaitingRow]:
    """Early waits that an open run does not stand at: whatever is sent for them is kept for their turn."""
    if row.ended_at is not None or definition is None or row.cancel_requested:
        return []
    here = {one.transition for one in row.awaiting}
    return [AwaitingRow(name, "person", row.updated_at, None) for name in definition.early if name not in here]


def _retry(row: RunRow) -> RetryPending | None:
    retry = row.retry
    if retry is None:
        return None
    return RetryPending(
        transition=retry.transition,
        attempt=retry.attempt,
        max=retry.max,
        next_at=retry.next_at,
        error=error_summary(retry.error),
    )


def _brief(one: AwaitingRow, row: RunRow, titles: Mapping[str, str]) -> AwaitingBrief:
    return AwaitingBrief(
        transition=one.transition,
        step=row.next_step,
        kind=one.kind,
        title=transition_title(one.transition, titles),
        since=one.since,
        due=one.due,
    )
