"""`WorkflowRunner` in a FastAPI application of one's own: routes that start and move runs.

```text
api = FastAPI(lifespan=runner_lifespan(app))

@api.post("/orders")
async def order(runner: RunnerDep, new: NewOrder) -> str:
    return (await runner.run(OrderWorkflow, OrderArgs(item=new.item))).run_id
```
"""

# No postponed annotations: FastAPI reads them at run time.

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

from loopstack_temporal.errors import SetupError
from loopstack_temporal.modules import StudioApp
from loopstack_temporal.running.runner import WorkflowRunner
from loopstack_temporal.temporal.connection import ConnectionSettings


def provide_runner(api: FastAPI, runner: WorkflowRunner) -> None:
    """Let the routes of `api` have this runner, which stays the caller's to close."""
    api.state.workflow_runner = runner


def runner_lifespan(
    app: StudioApp | None = None,
    *,
    database_url: str | None = None,
    temporal: ConnectionSettings | None = None,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A lifespan that connects a runner when the application starts; arguments as of `WorkflowRunner.connect`."""

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncGenerator[None]:
        async with WorkflowRunner.connect(app, database_url=database_url, temporal=temporal) as runner:
            provide_runner(api, runner)
            yield

    return lifespan


def workflow_runner(connection: HTTPConnection) -> WorkflowRunner:
    """The runner of the application that got the request. Raises `SetupError` if nobody gave it one."""
    runner: WorkflowRunner | None = getattr(connection.app.state, "workflow_runner", None)
    if runner is None:
        raise SetupError("this application has no runner; make it with `lifespan=runner_lifespan(...)`")
    return runner


RunnerDep = Annotated[WorkflowRunner, Depends(workflow_runner)]
"""Annotate a parameter of a route with it."""
