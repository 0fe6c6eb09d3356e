"""`WorkflowRunner`: start and move runs from a program of one's own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Self, TypedDict
from uuid import uuid4

from typing_extensions import TypeVar, Unpack
from uuid_utils import uuid7

from loopstack_temporal.app.resolve import app_name
from loopstack_temporal.control import Control, app_with
from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.errors import Conflict, NotFound, SetupError
from loopstack_temporal.execution.given import configuration
from loopstack_temporal.inprocess import Beginning
from loopstack_temporal.modules import StudioApp
from loopstack_temporal.running.applications import Applications
from loopstack_temporal.running.handle import RunHandle
from loopstack_temporal.running.outcome import RunOutcome, arguments
from loopstack_temporal.running.stateless import run_stateless
from loopstack_temporal.runs import Runs, Sender
from loopstack_temporal.store import migrate
from loopstack_temporal.store.private import PrivateStores
from loopstack_temporal.store.records import NewRun
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.client import connect_runs
from loopstack_temporal.temporal.connection import ConnectionSettings

A = TypeVar("A", default=Any)
R = TypeVar("R", default=Any)

DATABASE = "LOOPSTACK_DATABASE_URL"
DEFAULT_DATABASE = "sqlite:///.loopstack/loopstack.db"
LOCAL = "local"
"""The person behind a program that names none."""


class StartOptions(TypedDict, total=False):
    """What may be said of a run that is started."""

    user_id: str
    """For whom; default `local`."""
    workspace_id: str | None
    """Default: the person's first workspace of the application, made when there is none."""
    app: StudioApp | str | None
    """The application, or its name; default: the runner's, else the one whose workers published the workflow."""
    run_id: str | None
    """Default: a new one."""
    title: str | None
    config: object
    """Of the workflow's `config_schema=`, as an instance or a mapping."""


class WorkflowRunner:
    """Starts and moves runs of any application; the workers of that application execute them.

    `connect` makes one from the environment. Made by hand, `store` and `runs` stay the caller's to close, and without
    them only stateless runs are possible. `app` is the application of workflows that no call names another one for;
    without it, the application is the one whose workers published the workflow.
    """

    def __init__(self, app: StudioApp | None = None, *, store: Store | None = None, runs: Runs | None = None) -> None:
        self._app = app
        self._store = store
        self._control = Control(store, runs) if store and runs else None
        self._applications = Applications()
        self._private = PrivateStores()

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        app: StudioApp | None = None,
        *,
        database_url: str | None = None,
        temporal: ConnectionSettings | None = None,
    ) -> AsyncGenerator[Self]:
        """A runner on the database and the Temporal server that workers and API use.

        Default: `LOOPSTACK_DATABASE_URL`, else the file of `loopstack dev`; Temporal's own configuration. Temporal may
        be away: runs that are started meanwhile begin when it is back. Raises `SetupError` for bad addresses and an
        old schema.
        """
        url = database_url or os.environ.get(DATABASE) or DEFAULT_DATABASE
        await asyncio.to_thread(migrate.check, url)
        store = Store.open(url)
        try:
            async with connect_runs(temporal) as runs, cls(app, store=store, runs=runs) as runner:
                yield runner
        finally:
            store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the providers that stateless runs opened."""
        await self._applications.aclose()

    async def run(
        self, workflow: type[BaseWorkflow[A, Any, R]], args: A | None = None, **options: Unpack[StartOptions]
    ) -> RunHandle[R]:
        """Start a run; its handle comes at once.

        Raises `InvalidInput` (`invalid_args`, `invalid_config`), `Conflict` (`run_exists`, `ambiguous_workflow`) and
        `NotFound` (`unknown_workflow`, `workspace_not_found`).
        """
        definition = definition_of(workflow)
        data, config = arguments(definition, args), configuration(definition, options.get("config"))
        store, control = self._connected()
        user_id = options.get("user_id", LOCAL)
        name, title, catalogue_hash = await self._published(store, definition, options.get("app") or self._app)
        new = NewRun(
            id=options.get("run_id") or str(uuid7()),
            app=name,
            workflow=definition.name,
            workspace_id=await control.workspace(name, title, user_id, options.get("workspace_id")),
            user_id=user_id,
            args=data,
            start_token=uuid4().hex,
            title=options.get("title"),
            catalogue_hash=catalogue_hash,
            config=config,
        )
        row = await store.do(store.runs.create, new)
        await control.start(row)
        return RunHandle(control, definition, row.id, Sender(by=user_id))

    async def run_sync(
        self,
        workflow: type[BaseWorkflow[A, Any, R]],
        args: A | None = None,
        *,
        stateless: bool = False,
        **options: Unpack[StartOptions],
    ) -> RunOutcome[R]:
        """Run to the end, the first wait or a failure, and say how the run stands then.

        With `stateless`, the run is executed in this process by the code of `app` and kept nowhere; there an error is
        raised as `RunFailed`, sub-workflows are refused, and `app` cannot be a mere name.
        """
        if not stateless:
            return await (await self.run(workflow, args, **options)).wait()
        definition = definition_of(workflow)
        code = options.get("app") or self._app
        if isinstance(code, str):
            raise SetupError(f"a stateless run needs the application itself, not its name `{code}`; pass the StudioApp")
        beginning = Beginning(
            definition.name,
            arguments(definition, args),
            options.get("run_id") or str(uuid7()),
            options.get("user_id", LOCAL),
            options.get("workspace_id"),
            options.get("title"),
            configuration(definition, options.get("config")),
        )
        application = self._applications.of(definition, code)
        return await run_stateless(application, definition, beginning, self._private.open())

    async def find(
        self, workflow: type[BaseWorkflow[Any, Any, R]], run_id: str, *, user_id: str | None = None
    ) -> RunHandle[R]:
        """The handle of a run that was started earlier, for `user_id` to move it (default: who started it).

        Raises `NotFound` (`run_not_found`), and `Conflict` (`other_workflow`) for a run of another workflow.
        """
        definition = definition_of(workflow)
        _, control = self._connected()
        row = await control.row(run_id)
        if row.workflow != definition.name:
            raise Conflict(
                f"run `{run_id}` is one of `{row.workflow}`, not of `{definition.name}`", code="other_workflow"
            )
        return RunHandle(control, definition, row.id, Sender(by=user_id or row.user_id))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _connected(self) -> tuple[Store, Control]:
        if self._store is None or self._control is None:
            raise SetupError(
                "this runner is not connected and makes stateless runs only; use "
                "`async with WorkflowRunner.connect(app) as runner:`",
                code="runner_not_connected",
            )
        return self._store, self._control

    async def _published(
        self, store: Store, definition: WorkflowDefinition, app: StudioApp | str | None
    ) -> tuple[str, str, str | None]:
        """Name and title of the application, and the hash of what its workers publish, if they ever did."""
        wanted = app if isinstance(app, str) or app is None else app.name or app_name(app.title)
        entries = await store.do(store.catalogue.apps)
        try:
            found = app_with(definition.name, entries, wanted)
        except NotFound:
            if not isinstance(app, StudioApp) or any(entry.app == wanted for entry in entries):
                raise
            return wanted or "", app.title, None  # Its first worker is still to come; it starts what waits for it.
        return found.app, found.content["app"]["title"], found.hash
