"""Home, starting, the list of runs and what surrounds every page."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from tests.studio.conftest import House, Window
from tests.support.stack import Program

CHANGING = """
from pydantic import BaseModel, Field
from loopstack_temporal import BaseWorkflow, StudioApp, transition, workflow


class Order(BaseModel):
    topic: str = Field(default="tea", min_length=2)
{field}

class Nothing(BaseModel):
    pass


class Answer(BaseModel):
    text: str = ""


@workflow(name="{name}", title="Changing")
class ChangingWorkflow(BaseWorkflow[Order, Nothing, str]):
    @transition(to="{place}")
    async def {first}(self) -> None:
        return None

    @transition(from_="{place}", to="end", wait=True)
    async def decide(self, payload: Answer) -> str:
        return payload.text


app = StudioApp(name="{name}", title="Changing app", workflows=[ChangingWorkflow])
"""


async def live(page: Page) -> None:
    """Wait until the page hears events."""
    await expect(page.get_by_role("complementary").get_by_text("Live", exact=True)).to_be_visible()


async def test_home_says_what_can_be_started_and_how_the_house_stands(window: Window, house: House) -> None:
    run_id = await house.waiting("review")
    page = await window("/")
    await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"questions? waits? for an answer"))
    start = page.get_by_role("region", name="Start something")
    for name in ("Hello", "Review", "Meeting notes"):
        await expect(start.get_by_role("link", name=name, exact=True)).to_be_visible()
    await expect(page.get_by_text(re.compile(r"Temporal is reached\. Store holds \d+ runs?\."))).to_be_visible()
    number = (await house.stack.http.get(f"/api/v1/runs/{run_id}")).json()["number"]
    last = page.get_by_role("region", name="Last runs")
    await expect(last.get_by_role("link", name=f"Review #{number}")).to_be_visible()


async def test_a_question_that_is_answered_elsewhere_leaves_home_at_once(window: Window, house: House) -> None:
    run_id = await house.waiting("review")
    page = await window("/")
    await live(page)
    waiting = page.get_by_role("region", name="Waiting for you")
    mine = waiting.locator(f"a[href$='/runs/{run_id}']")
    tasks = (await house.stack.http.get("/api/v1/system")).json()["counts"]["waiting_for_person"]
    await expect(page.get_by_role("link", name=re.compile("Inbox"))).to_have_accessible_name(f"Inbox {tasks}")
    await expect(page).to_have_title(f"({tasks}) loop")
    await house.stack.trigger(run_id, "approve")
    await house.stack.run_is(run_id, "completed")
    await expect(mine).to_have_count(0)
    await expect(page.get_by_role("link", name=re.compile("Inbox"))).to_have_accessible_name(
        re.compile(rf"^Inbox ?{tasks - 1 or ''}$")
    )


async def test_two_keys_and_enter_lead_to_a_form_that_is_ready_to_send(window: Window) -> None:
    page = await window("/")
    await expect(page.get_by_role("link", name="Hello", exact=True)).to_be_visible()
    await page.keyboard.press("n")
    await expect(page.get_by_role("combobox", name="Search and commands")).to_be_focused()
    await page.keyboard.type("meeting")
    await expect(page.get_by_role("option", name=re.compile("^Meeting notes")).first).to_have_attribute(
        "aria-selected", "true"
    )
    await page.keyboard.press("Enter")
    notes = page.get_by_label("Raw notes")
    await expect(notes).to_be_focused()
    await expect(notes).to_have_value(re.compile("Ines, Marek"))
    await expect(notes).not_to_have_attribute("aria-required", "true")
    await expect(notes).not_to_have_attribute("required", "")
    assert await page.locator("[aria-invalid=true]").count() == 0


async def test_what_the_server_refuses_to_start_stands_at_its_field(window: Window, house: House) -> None:
    page = await window("/")
    # A page that was opened before the rules got stricter: only the server can refuse.
    await page.route("**/api/v1/workflows/flaky", lenient)
    await page.goto(house.address("/start/flaky"))
    failures, file = page.get_by_label("Failures"), page.get_by_label("File")
    await failures.fill("many")
    await file.fill("somewhere")
    before = await runs_of(house, "flaky")
    await file.press("Control+Enter")
    await expect(failures).to_be_focused()
    await expect(failures).to_have_attribute("aria-invalid", "true")
    await expect(failures).to_have_accessible_description(re.compile("whole number"))
    await expect(file).not_to_have_attribute("aria-invalid", "true")
    await expect(page).to_have_url(re.compile("/start/"))
    assert await runs_of(house, "flaky") == before


async def lenient(route: Route) -> None:
    """Let numbers of a workflow's arguments look like text."""
    answer = await route.fetch()
    await route.fulfill(response=answer, body=(await answer.text()).replace('"type":"integer"', '"type":"string"'))


async def runs_of(house: House, workflow: str) -> int:
    """How many runs a workflow has."""
    answer = await house.stack.http.get("/api/v1/runs/facets", params={"workflow": workflow})
    total: int = answer.json()["total"]
    return total


async def test_a_started_run_opens_with_its_first_document(window: Window) -> None:
    page = await window("/start/hello")
    await page.get_by_label("Name").fill("Grace")
    await page.keyboard.press("Control+Enter")
    await expect(page).to_have_url(re.compile(r"/runs/[\w-]+$"))
    await expect(page.get_by_role("article").get_by_text(re.compile("Grace")).first).to_be_visible()


async def test_a_run_is_repeated_with_its_arguments_shown_for_editing(window: Window, house: House) -> None:
    run_id = await house.start("hello", {"name": "Ada"})
    await house.stack.run_is(run_id, "completed")
    page = await window(f"/start/hello?from={run_id}")
    await expect(page.get_by_label("Name")).to_have_value("Ada")
    await page.get_by_label("Name").fill("Ada Lovelace")
    await page.get_by_role("button", name="Start run").click()
    await expect(page).to_have_url(re.compile(r"/runs/(?!.*from)"))
    await expect(page.get_by_role("article").get_by_text(re.compile("Ada Lovelace")).first).to_be_visible()


async def test_filters_of_the_list_stand_in_the_address_and_back_undoes_them(window: Window, house: House) -> None:
    run_id = await house.start("hello", {"name": "Ada"})
    await house.stack.run_is(run_id, "completed")
    await house.waiting("review")
    page = await window("/runs")
    table = page.get_by_role("table", name="Runs")
    await expect(table.get_by_role("row")).not_to_have_count(0)
    await page.get_by_role("button", name=re.compile("^Completed")).click()
    await expect(page).to_have_url(re.compile(r"/runs\?status=completed$"))
    await expect(table.get_by_role("cell", name="waiting", exact=True)).to_have_count(0)
    await page.get_by_role("combobox", name="Workflow").select_option("hello")
    await expect(page).to_have_url(re.compile(r"workflow=hello"))
    await expect(table.get_by_role("link", name=re.compile("^Meeting notes"))).to_have_count(0)
    await expect(table.get_by_role("link", name=re.compile("^Hello #")).first).to_be_visible()
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"/runs\?status=completed$"))
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"/runs$"))
    await expect(page.get_by_role("button", name=re.compile("^All"))).to_have_attribute("aria-pressed", "true")

    await page.keyboard.press("/")
    await page.keyboard.type("no such run anywhere")
    await expect(page.get_by_text("No run matches.")).to_be_visible()
    await page.get_by_role("button", name="Clear the filter").click()
    await expect(table.get_by_role("row")).not_to_have_count(0)


async def test_new_runs_are_announced_and_rows_change_in_place(window: Window, house: House) -> None:
    known = await house.waiting("plain_review")
    page = await window("/runs")
    await live(page)
    table = page.get_by_role("table", name="Runs")
    row = table.get_by_role("row").filter(has=page.locator(f"a[href$='/runs/{known}']"))
    await expect(row.get_by_role("cell", name="waiting", exact=True)).to_be_visible()
    rows = await table.get_by_role("row").count()
    fresh = [await house.waiting("plain_review") for _ in range(2)]
    pill = page.get_by_role("button", name="2 new")
    await expect(pill).to_be_visible()
    assert await table.get_by_role("row").count() == rows
    await house.stack.trigger(known, "decide", {"approved": True})
    await expect(row.get_by_role("cell", name="completed", exact=True)).to_be_visible()
    await pill.click()
    await expect(pill).to_have_count(0)
    for run_id in fresh:
        await expect(table.locator(f"a[href$='/runs/{run_id}']")).to_be_visible()


async def test_the_palette_finds_pages_and_runs(window: Window, house: House) -> None:
    title = f"Quarterly report {uuid4().hex[:6]}"
    answer = await house.stack.http.post(
        "/api/v1/runs", json={"workflow": "hello", "args": {"name": "Ada"}, "title": title}
    )
    run_id = answer.json()["id"]
    page = await window("/")
    await expect(page.get_by_role("link", name="Hello", exact=True)).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Search and commands")).to_be_focused()
    await page.keyboard.type(title)
    await expect(page.get_by_role("option", name=re.compile(title))).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/runs/{run_id}$"))
    await expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    # Two keys belong together within a second of the page's clock, however long the machine takes for them.
    await page.clock.set_fixed_time(datetime.now(UTC))
    await page.keyboard.press("g")
    await page.keyboard.press("r")
    await expect(page.get_by_role("heading", level=1, name="Runs")).to_be_focused()


async def test_keys_are_listed_and_the_rail_folds(window: Window) -> None:
    page = await window("/")
    await expect(page.get_by_role("link", name="Hello", exact=True)).to_be_visible()
    rail = page.get_by_role("complementary")
    wide = (await rail.bounding_box() or {})["width"]
    await page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    await expect(keys.get_by_text("Start a run")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    await page.keyboard.press("b")
    assert (await rail.bounding_box() or {})["width"] < wide / 2
    await page.reload()
    await expect(rail.get_by_role("link", name="Home")).to_be_visible()
    assert (await rail.bounding_box() or {})["width"] < wide / 2
    await page.keyboard.press("Control+b")
    assert (await rail.bounding_box() or {})["width"] == wide


async def test_the_theme_is_the_system_s_until_somebody_chooses_and_then_remembered(window: Window) -> None:
    page = await window("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(ground)
    await page.emulate_media(color_scheme="light")
    light = await page.evaluate(ground)
    assert dark != light
    await page.get_by_role("button", name="Colours: change to “Light”").click()
    await page.get_by_role("button", name="Colours: change to “Dark”").click()
    assert await page.evaluate(ground) == dark
    await page.reload()
    await expect(page.get_by_role("button", name="Colours: change to “As the system”")).to_be_visible()
    assert await page.evaluate(ground) == dark


@pytest.mark.requirement("STUDIO-003")
async def test_the_list_recovers_by_itself_when_the_api_is_killed(window: Window, house: House) -> None:
    known = await house.waiting("plain_review")
    page = await window("/runs")
    await live(page)
    row = page.get_by_role("row").filter(has=page.locator(f"a[href$='/runs/{known}']"))
    await expect(row.get_by_role("cell", name="waiting", exact=True)).to_be_visible()
    await house.api.kill()
    await expect(page.get_by_role("button", name=re.compile("Reconnecting"))).to_be_visible()
    await expect(row.get_by_role("cell", name="waiting", exact=True)).to_be_visible()
    await house.stack.trigger(known, "decide", {"approved": True})
    await house.stack.run_is(known, "completed")
    await house.api.start()
    await house.stack.serving(house.api)
    await live(page)
    await expect(row.get_by_role("cell", name="completed", exact=True)).to_be_visible()


async def test_a_page_that_does_not_exist_says_so_and_leads_home(window: Window) -> None:
    page = await window("/no/such/page")
    await expect(page.get_by_role("heading", level=1, name="Nothing is here")).to_be_visible()
    await page.get_by_role("link", name="To Home").click()
    await expect(page.get_by_role("heading", name="Start something")).to_be_visible()


class Changing:
    """An application in a file that is edited while its worker runs, as a person developing does."""

    def __init__(self, house: House, file: Path) -> None:
        self.name = f"changing_{uuid4().hex[:6]}"
        self._house = house
        self._file = file
        self._worker: Program | None = None

    async def becomes(self, *, field: str = "", place: str = "waiting", first: str = "begin") -> None:
        """Write the file and (re)start the worker on it."""
        self._file.write_text(CHANGING.format(name=self.name, field=field, place=place, first=first))
        if self._worker is None:
            self._worker = await self._house.stack.worker(f"{self._file}:app")
            return
        await self._worker.kill()
        await self._worker.start()
        await self._house.stack.working(self._worker)

    async def end(self) -> None:
        """Stop its worker."""
        if self._worker is not None:
            await self._worker.kill()


@pytest.fixture
async def changing(house: House, tmp_path: Path) -> AsyncGenerator[Changing]:
    """An application that can be edited. SQLite admits one worker at a time: the usual one makes room for it."""
    made = Changing(house, tmp_path / "changing_app.py")
    await house.worker.kill()
    await made.becomes()
    yield made
    await made.end()
    await house.worker.start()
    await house.stack.working(house.worker)


async def test_edited_code_shows_without_a_reload_and_open_runs_keep_their_own_graph(
    window: Window, house: House, changing: Changing
) -> None:
    run_id = await house.waiting(changing.name)
    start = await window(f"/start/{changing.name}")
    await live(start)
    await expect(start.get_by_label("Topic")).to_be_visible()
    await expect(start.get_by_label("Urgent")).to_have_count(0)
    open_run = await window(f"/runs/{run_id}?panel=graph")
    details = open_run.get_by_role("complementary", name="Details of the run")
    taken = details.get_by_role("button", name=re.compile("^Begin → waiting"))
    await expect(taken).to_have_count(1)

    await changing.becomes(field="    urgent: bool = False\n", place="asking", first="prepare")
    await expect(start.get_by_label("Urgent")).to_be_visible()
    await expect(start.get_by_text("Prepare", exact=True)).to_be_visible()
    await expect(taken).to_have_count(1)
    await open_run.reload()
    await expect(taken).to_have_count(1)
