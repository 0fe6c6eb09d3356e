"""Counts, new runs and new failures in one answer."""

from __future__ import annotations

from loopstack_api.run_query import RunListing, RunQuery
from loopstack_api.views.runs import RunView
from loopstack_api.views.workspaces import WorkspaceView
from loopstack_temporal.contracts.dashboard import Dashboard, RunCounts


class DashboardView:
    """Puts together what the other views know. Child runs belong to their parents and are left out everywhere."""

    def __init__(self, runs: RunView, workspaces: WorkspaceView) -> None:
        self._runs = runs
        self._workspaces = workspaces

    async def dashboard(self, workspace_id: str | None, limit: int) -> Dashboard:
        """Everything, the lists with at most `limit` runs. Raises `NotFound` (`workspace_not_found`)."""
        if workspace_id is not None:
            await self._workspaces.get(workspace_id)
        newest = RunListing(root_only=True, workspace_id=workspace_id, limit=limit)
        recent = await self._runs.page(newest)
        errors = await self._runs.page(newest.model_copy(update={"has_error": True}))
        return Dashboard(
            overall=await self._counts(RunQuery(root_only=True)),
            workspace=None
            if workspace_id is None
            else await self._counts(RunQuery(root_only=True, workspace_id=workspace_id)),
            recent=recent.items,
            errors=errors.items,
        )

    async def _counts(self, query: RunQuery) -> RunCounts:
        facets = await self._runs.facets(query)
        return RunCounts(total=facets.total, statuses=facets.statuses)
