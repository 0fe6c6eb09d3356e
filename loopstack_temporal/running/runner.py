"""`WorkflowRunner`: start and move runs from a program of one's own."""

from __future__ import annotations

from typing import Any, Literal, Self

from typing_extensions import TypeVar

from loopstack_temporal.app.values import StudioApp
from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.inprocess import Beginning
from loopstack_temporal.running.applications import Applications
from loopstack_temporal.running.outcome import RunOutcome, arguments
from loopstack_temporal.running.stateless import run_stateless

A = TypeVar("A", default=Any)
R = TypeVar("R", default=Any)


class WorkflowRunner:
    """Runs workflows of an application."""

    def __init__(self, app: StudioApp | None = None) -> None:
        self._app = app
        self._applications = Applications()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the providers that stateless runs opened."""
        await self._applications.aclose()

    async def run_sync(
        self,
        workflow: type[BaseWorkflow[A, Any, R]],
        args: A | None = None,
        *,
        user_id: str = "local",
        workspace_id: str | None = None,
        app: StudioApp | None = None,
        run_id: str | None = None,
        stateless: Literal[True],
    ) -> RunOutcome[R]:
        """Run in this process and keep nothing."""
        definition = definition_of(workflow)
        data = arguments(definition, args)
        beginning = Beginning(definition.name, data, user_id=user_id, workspace_id=workspace_id)
        return await run_stateless(self._applications.of(definition, app or self._app), definition, beginning)
