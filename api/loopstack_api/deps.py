"""The names routes use to say what they need."""

# No postponed annotations in this package's routes and dependencies: FastAPI reads them at run time.

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request

from loopstack_api.commands import Commands
from loopstack_api.idempotency import Once, once
from loopstack_api.settings import Settings
from loopstack_api.stream import Hub
from loopstack_api.views.catalogue import Catalogue
from loopstack_api.views.dashboard import DashboardView
from loopstack_api.views.feed import FeedView
from loopstack_api.views.runs import RunView
from loopstack_api.views.system import SystemView
from loopstack_api.views.workspaces import WorkspaceView
from loopstack_temporal.runs import Sender
from loopstack_temporal.store.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a request can need, built once per process."""

    store: Store
    settings: Settings
    catalogue: Catalogue
    runs: RunView
    feed: FeedView
    system: SystemView
    workspaces: WorkspaceView
    dashboard: DashboardView
    commands: Commands
    hub: Hub
    build: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. Until there is sign-in, everybody is `local`."""

    id: str
    channel: Literal["api", "studio"]

    @property
    def sender(self) -> Sender:
        """As the port to Temporal wants it."""
        return Sender(by=self.id, channel=self.channel)


def services(request: Request) -> Services:
    """The services of the application that got the request."""
    return request.app.state.services


def person(request: Request) -> Person:
    """The asking person. Browsers say where a request comes from, other programs do not."""
    return Person("local", "studio" if "sec-fetch-site" in request.headers else "api")


ServicesDep = Annotated[Services, Depends(services)]
PersonDep = Annotated[Person, Depends(person)]
OnceDep = Annotated[Once, Depends(once)]
