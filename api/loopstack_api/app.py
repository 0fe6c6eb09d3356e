"""The application as a value: routes, layers and services put together. Imports no Temporal and no author code."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastapi import FastAPI
from starlette.types import Lifespan

from loopstack_api import errors, studio_files
from loopstack_api.body import JsonBodies
from loopstack_api.commands import Commands
from loopstack_api.deps import Services
from loopstack_api.guard import Guard
from loopstack_api.openapi import new_app
from loopstack_api.settings import Settings
from loopstack_api.stream import Hub
from loopstack_api.views.catalogue import Catalogue
from loopstack_api.views.dashboard import DashboardView
from loopstack_api.views.feed import FeedView
from loopstack_api.views.links import Links
from loopstack_api.views.runs import RunView
from loopstack_api.views.system import SystemView
from loopstack_api.views.workers import Workers
from loopstack_api.views.workspaces import WorkspaceView
from loopstack_temporal.control import Control
from loopstack_temporal.runs import Runs
from loopstack_temporal.store.store import Store


def create_app(
    store: Store, runs: Runs, settings: Settings | None = None, *, studio: Path = studio_files.FOLDER
) -> FastAPI:
    """The API over an open store and a port to Temporal; both stay the caller's to close.

    `app.state.services.hub.close()` ends the event streams; call it before waiting for connections to end.
    """
    settings = settings or Settings()
    services = _services(store, runs, settings, studio)
    app = new_app(lifespan=_lifespan(services.hub))
    app.state.services = services
    errors.install(app)
    # Last added is outermost: the guard sees every request first and every answer last.
    app.add_middleware(JsonBodies, prefix="/api/")
    app.add_middleware(Guard, hosts=settings.hosts, build=services.build)
    # Not a route: one that matches everything would hide that a path of the API wants another method.
    app.router.default = studio_files.StudioFiles(studio)
    return app


def _services(store: Store, runs: Runs, settings: Settings, studio: Path) -> Services:
    build = studio_files.build_of(studio, own_version())
    links = Links(settings.web_url, settings.temporal_namespace)
    workers = Workers(store)
    catalogue = Catalogue(store)
    view = RunView(store, catalogue, workers, links)
    workspaces = WorkspaceView(store)
    return Services(
        store=store,
        settings=settings,
        catalogue=catalogue,
        runs=view,
        feed=FeedView(store, catalogue, view, links),
        system=SystemView(store, runs, workers, version=own_version(), build=build, web_url=settings.web_url),
        workspaces=workspaces,
        dashboard=DashboardView(view, workspaces),
        commands=Commands(store, Control(store, runs), catalogue, view),
        hub=Hub(store, build),
        build=build,
    )


def _lifespan(hub: Hub) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        hub.close()

    return lifespan


def own_version() -> str:
    """Version of the installed distribution; `0` in a checkout that is not installed."""
    try:
        return version("loopstack-temporal")
    except PackageNotFoundError:
        return "0"
