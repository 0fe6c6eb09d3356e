"""The query parameters of lists of runs."""

# No postponed annotations: FastAPI reads these models at run time.

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loopstack_temporal.contracts.base import Name, RunStatus, Time
from loopstack_temporal.store.records import RunFilter


class RunQuery(BaseModel):
    """Which runs. Everything given has to hold."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    status: tuple[RunStatus, ...] = ()
    """May be given several times."""
    workflow: Name | None = None
    app: Name | None = None
    workspace_id: Name | None = None
    parent_id: Name | None = None
    root_only: bool = False
    """Leave child runs out."""
    search: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")] | None = None
    """Part of id, title or workflow name, in any case; or the number."""
    since: Time | None = None
    """Created at or after."""
    until: Time | None = None
    """Created before."""
    has_error: bool | None = None

    def narrowed(self, order: Literal["newest", "oldest"] = "newest") -> RunFilter:
        """As the store wants it."""
        return RunFilter(
            status=self.status,
            app=self.app,
            workflow=self.workflow,
            workspace_id=self.workspace_id,
            parent_id=self.parent_id,
            root_only=self.root_only,
            search=self.search,
            since=self.since,
            until=self.until,
            has_error=self.has_error,
            order=order,
        )


class RunListing(RunQuery):
    """Which runs, in which order, how many."""

    order: Literal["newest", "oldest"] = "newest"
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`cursor` of the page before."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
