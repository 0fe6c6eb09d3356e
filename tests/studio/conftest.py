"""A real stack with the built studio, and Chromium windows that may only talk to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from loopstack_api.studio_files import FOLDER
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import Program, Stack, stack_in

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
APP = "tests.studio.pages_app:app"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
HERE = Path(__file__).parent
LIMIT_MS = 90_000
LONGEST = 300
"""Seconds a test may take: one that fails at `LIMIT_MS` says so itself before pytest ends all of them."""
WEB = "http://127.0.0.1:8233"
"""Where Temporal Web would be; links lead there, nothing is asked of it."""

Window: TypeAlias = Callable[..., Awaitable[Page]]


@dataclass
class House:
    """The stack the windows look at."""

    stack: Stack
    worker: Program
    api: Program

    async def start(self, workflow: str, args: dict[str, Any] | None = None) -> str:
        """Start a run through the API; gives its id."""
        answer = await self.stack.http.post("/api/v1/runs", json={"workflow": workflow, "args": args or {}})
        assert answer.status_code == 201, answer.text
        run_id: str = answer.json()["id"]
        return run_id

    async def waiting(self, workflow: str, args: dict[str, Any] | None = None) -> str:
        """Start a run and wait until it waits."""
        run_id = await self.start(workflow, args)
        await self.stack.run_is(run_id, "waiting")
        return run_id

    def address(self, path: str) -> str:
        return f"{self.stack.base_url}{path}"


@dataclass
class Watch:
    """What windows did that they must not do."""

    foreign: list[str] = field(default_factory=list[str])
    broken: list[str] = field(default_factory=list[str])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(LONGEST))


@pytest.fixture(scope="session")
async def house(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    """One stack for all windows; a test that kills a part starts it again."""
    if not (FOLDER / "index.html").exists():
        pytest.fail("The studio is not built: run `make studio`.")
    folder = tmp_path_factory.mktemp("studio")
    async with stack_in(temporal, folder) as stack:
        yield House(stack, await stack.worker(APP), await stack.api(LOOPSTACK_WEB_URL=WEB))


@pytest.fixture(scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    """Debian's Chromium."""
    if shutil.which(CHROMIUM) is None:
        pytest.fail(f"Chromium is not at {CHROMIUM}: install it, or say where it is with CHROMIUM=.")
    expect.set_options(timeout=LIMIT_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture
async def window(chromium: Browser, house: House) -> AsyncGenerator[Window]:
    """Opens windows, each a person of its own; at the end nothing may have left the machine or thrown."""
    contexts: list[BrowserContext] = []
    watch = Watch()

    async def guard(route: Route) -> None:
        if route.request.url.startswith(house.stack.base_url):
            await route.continue_()
        else:
            watch.foreign.append(route.request.url)
            await route.abort()

    async def open_window(path: str, *, phone: bool = False, deaf: bool = False) -> Page:
        context = await chromium.new_context(viewport=PHONE if phone else WIDE, has_touch=phone, is_mobile=phone)  # pyright: ignore[reportArgumentType]
        contexts.append(context)
        await context.route("**/*", guard)
        if deaf:
            await context.route("**/api/v1/events*", lambda route: route.abort())
        page = await context.new_page()
        page.set_default_timeout(LIMIT_MS)
        page.on("pageerror", lambda error: watch.broken.append(str(error)))
        await page.goto(house.address(path))
        return page

    yield open_window
    for context in contexts:
        # Requests on their way when a test ends are nobody's any more, and no error.
        for page in context.pages:
            await page.unroute_all(behavior="ignoreErrors")
        await context.close()
    assert watch.foreign == []
    assert watch.broken == []
