"""One run under test: begin it, answer it, let time pass, look at it."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic

from pydantic_core import to_jsonable_python
from typing_extensions import TypeVar

from loopstack_temporal.app.application import App
from loopstack_temporal.definition.document import Document, DocumentEntity, DocumentT
from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.execution.documents import stored_entity
from loopstack_temporal.execution.given import configuration
from loopstack_temporal.execution.state import load
from loopstack_temporal.inprocess import Beginning, InProcessRun
from loopstack_temporal.machine.decisions import RunStatus
from loopstack_temporal.modules import StudioApp
from loopstack_temporal.running.applications import Applications
from loopstack_temporal.running.outcome import arguments, outcome_of
from loopstack_temporal.store.private import PrivateStores
from loopstack_temporal.testing.clock import SkippingClock

A = TypeVar("A", default=Any)
S = TypeVar("S", default=Any)
R = TypeVar("R", default=Any)

Answers = Mapping[str, object] | Sequence[tuple[str, object]]
"""Wait transitions with their payloads, given one after the other in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport(Generic[S, R]):
    """What a run did so far and how it stands."""

    status: RunStatus
    place: str
    path: tuple[str, ...]
    """Every place in order, `start` first."""
    transitions: tuple[str, ...]
    """Every transition that was carried out in order; one whose last try failed is among them."""
    state: S
    result: R | None
    """`None` until the run is completed."""
    error: ErrorInfo | None
    """Why the run failed, or what went wrong last."""
    awaiting: tuple[str, ...]
    """The transitions that can be answered now."""
    documents: tuple[DocumentEntity[Document], ...]
    """Live documents in feed order."""

    def find_all(self, document: type[DocumentT]) -> list[DocumentT]:
        """The contents of all documents of a class, in feed order."""
        return [one.content for one in self.documents if isinstance(one.content, document)]


class RunUnderTest(Generic[S, R]):
    """A run that stands still between the calls."""

    def __init__(self, app: App, definition: WorkflowDefinition, run: InProcessRun) -> None:
        self._app = app
        self._definition = definition
        self._run = run

    async def answer(self, transition: str, payload: object = None) -> RunReport[S, R]:
        """Answer a wait. Raises `Conflict` (`not_awaited`) and `InvalidInput` (`invalid_payload`)."""
        await self._run.answer(transition, to_jsonable_python(payload, by_alias=True))
        return await self.report()

    async def skip(self, time: timedelta | float) -> RunReport[S, R]:
        """Let so much time pass (a number: seconds); every deadline within it fires when it is due."""
        clock = self._run.clock
        until = clock.now() + (time.total_seconds() if isinstance(time, timedelta) else time)
        while self._run.timers and self._run.timers[0].due <= until:
            await self._run.expire()
        await clock.sleep(until - clock.now())
        return await self.report()

    async def retry(self) -> RunReport[S, R]:
        """Run the failed transition of a parked run again. Raises `Conflict` (`not_retryable`)."""
        await self._run.retry()
        return await self.report()

    async def report(self) -> RunReport[S, R]:
        """How the run stands now."""
        row = await self._run.row()
        outcome = outcome_of(self._definition, row)
        checkpoint = await self._run.checkpoint()
        store = self._run.store
        rows = await store.do(store.documents.live, row.id)
        known = self._app.documents
        return RunReport(
            status=outcome.status,
            place=outcome.place,
            path=("start", *(stop.place for stop in self._run.passed)),
            transitions=tuple(stop.transition for stop in self._run.passed),
            state=load(self._definition.state, checkpoint.state if checkpoint else None),
            result=outcome.result,
            error=outcome.error,
            awaiting=outcome.awaiting,
            documents=tuple(stored_entity(one, known[one.name].cls if one.name in known else None) for one in rows),
        )


@asynccontextmanager
async def start_workflow(
    workflow: type[BaseWorkflow[A, S, R]],
    args: A | None = None,
    *,
    app: StudioApp | None = None,
    user_id: str | None = None,
    workspace_id: str | None = None,
    config: object = None,
    clock: SkippingClock | None = None,
) -> AsyncGenerator[RunUnderTest[S, R]]:
    """Begin a run and go on to its end or first wait: `async with start_workflow(W, args) as run:`.

    `app` gives what the workflow asks for (providers, models); without it, the workflow is all there is. Raises
    `InvalidInput` for arguments or a configuration that do not fit.
    """
    definition = definition_of(workflow)
    beginning = Beginning(
        definition.name,
        arguments(definition, args),
        user_id=user_id,
        workspace_id=workspace_id,
        config=configuration(definition, config),
    )
    applications = Applications()
    resolved = applications.of(definition, app)
    run = InProcessRun(resolved, _stores().open(), clock or SkippingClock())
    try:
        await run.begin(beginning)
        yield RunUnderTest(resolved, definition, run)
    finally:
        run.close()
        await applications.aclose()


async def run_workflow(
    workflow: type[BaseWorkflow[A, S, R]],
    args: A | None = None,
    *,
    answers: Answers = (),
    skip: timedelta | float = 0,
    app: StudioApp | None = None,
    user_id: str | None = None,
    workspace_id: str | None = None,
    config: object = None,
    clock: SkippingClock | None = None,
) -> RunReport[S, R]:
    """Run a workflow, give the answers in their order, then let `skip` pass, and report.

    An answer that is not awaited when its turn comes raises `Conflict` with what is awaited. A failed run is reported,
    not raised.
    """
    script = answers.items() if isinstance(answers, Mapping) else answers
    beginning = start_workflow(
        workflow, args, app=app, user_id=user_id, workspace_id=workspace_id, config=config, clock=clock
    )
    async with beginning as run:
        for transition, payload in script:
            await run.answer(transition, payload)
        return await run.skip(skip)


@functools.cache
def _stores() -> PrivateStores:
    """One for all tests of a process, because stores are cheap only if some were used before."""
    return PrivateStores()
