"""Text from anywhere stays text: nothing in it runs, leads astray, or asks another host for something."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, Page, Route, expect

from loopstack_temporal.temporal.devserver import DevServer
from tests.studio.conftest import LIMIT_MS
from tests.support.stack import Stack, eventually, stack_in

APP = "tests.studio.hostile_app:app"
HOST = "https://elsewhere.invalid"
HOSTILE = [
    "<script>trap('script')</script>",
    "</textarea></title><script>trap('closing')</script>",
    "<img src=x onerror=trap('img')>",
    f"<img src={HOST}/pixel.gif>",
    "<svg onload=trap('svg')><animate onbegin=trap('animate') attributeName=x></svg>",
    "<body onload=trap('body')>",
    "<iframe src=javascript:parent.trap('frame')></iframe>",
    "<iframe srcdoc='<script>parent.trap(1)</script>'></iframe>",
    "<details open ontoggle=trap('toggle')>x</details>",
    "<input autofocus onfocus=trap('focus')>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=trap('math')>",
    "<noscript><p title='</noscript><img src=x onerror=trap(1)>'>",
    f"<link rel=stylesheet href={HOST}/a.css><style>@import '{HOST}/b.css'</style>",
    f"<meta http-equiv=refresh content='0;url={HOST}'>",
    f"<base href='{HOST}/'>",
    f"<form action={HOST}><button autofocus>Send answer</button></form>",
    "[click](javascript:trap('link'))",
    "[click](  JaVaScRiPt:trap('case'))",
    "[click](java\tscript:trap('tab'))",
    "[click](&#106;avascript:trap('entity'))",
    "[click](vbscript:trap('vb))",
    "[click](data:text/html,<script>trap('data')</script>)",
    "[click](//elsewhere.invalid/path)",
    "<javascript:trap('auto')>",
    "[ref]\n\n[ref]: javascript:trap('reference)",
    f"![picture]({HOST}/picture.png)",
    "![picture](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9InRyYXAoMSkiLz4=)",
    "![x](x\"onerror=\"trap('attribute'))",
    "[x](https://a.invalid \"title\" onmouseover=trap('title'))",
    "`<img src=x onerror=trap('code')>`",
    "```html\n<script>trap('fence')</script>\n```",
    "```mermaid\ngraph TD; A[<img src=x onerror=trap('mermaid')>]\n```",
    "| <img src=x onerror=trap('cell')> | b |\n|---|---|\n| [c](javascript:trap(1)) | d |",
    "invoice_\u202egnp.exe",
    "a\u2066b\u2069c\u200b\u200ed\ufeff",
    "null\u0001bell\u0007escape\u001b[31mred",
    "{{7*7}} {% raw %} ${trap('template')} #{trap} <%= trap %>",
    "__proto__ constructor [object Object] %s %x",
    "' onmouseover='trap(1)' x='\"><img src=x onerror=trap('quote')>",
    "W" * 190,
    "https://" + "long." * 30 + "invalid/",
    "Z\u0351\u036b\u0343a\u030a\u0324l\u0361g\u0489o",
    "😀 عربي עברית 漢字 \U0001f468\u200d\U0001f469\u200d\U0001f467",
]
WRAPPINGS = (
    "Before {} after",
    "| {} | b |\n|---|---|\n| c | {} |",
    "> {}",
    "1. {}\n   - [ ] {}",
    "# {}",
    "```mermaid\ngraph TD; A[{}] --> B\n```",
)
WRAPPED = [wrapping.replace("{}", text) for wrapping in WRAPPINGS for text in HOSTILE]
"""The same in the middle of sentences, tables, quotes, lists, headings and diagrams."""
TRAP = """
window.sprung = [];
window.trap = (where) => { window.sprung.push(String(where)); };
window.alert = window.confirm = window.prompt = window.open = window.trap;
"""
LEAKS = """() => {
  const risky = ({ name, value }) =>
    name.startsWith("on") || name === "srcdoc" || /^(javascript|vbscript|data):/i.test(value.trim());
  const attributes = [...document.querySelectorAll("body *")].flatMap((element) =>
    [...element.attributes].filter(risky).map(({ name, value }) => `${element.tagName} ${name}=${value}`));
  const foreign = "script, iframe, object, embed, base, meta, link, form[action]";
  return attributes.concat([...document.querySelectorAll("main")].flatMap((main) =>
    [...main.querySelectorAll(foreign)].map((element) => element.outerHTML)));
}"""
SIDEWAYS = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth)
    .map((one) => one.outerHTML.slice(0, 120))"""


@dataclass
class Visit:
    """A window that counts what must not happen."""

    page: Page
    stack: Stack
    foreign: list[str] = field(default_factory=list[str])

    async def read_whole_feed(self) -> None:
        """An open run opens at its end: the earlier documents are to be looked at as well."""

        async def read() -> bool:
            await self.page.evaluate("document.querySelector('.moredocs button')?.click()")
            return await self.page.get_by_role("button", name="Show earlier").count() == 0

        await eventually(read, limit=LIMIT_MS / 1_000, what="the whole feed")

    async def harmless(self, path: str, *, shows: str | None = None) -> None:
        """Look at a page once it shows a text, and at everything it holds; nothing may have happened."""
        await self.page.goto(self.stack.base_url + path)
        await expect(self.page.get_by_role("heading", level=1)).not_to_have_text("")
        await expect(self.page.locator("[aria-busy=true], .skeleton")).to_have_count(0)
        await self.read_whole_feed()
        if shows is not None:
            await expect(self.page.get_by_role("main").get_by_text(shows).first).to_be_attached()
        assert await self.page.evaluate("window.sprung") == []
        assert await self.page.evaluate(LEAKS) == []
        assert self.foreign == []


@pytest.fixture(scope="module")
async def stack(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """A house that holds nothing but hostile text."""
    folder = tmp_path_factory.mktemp("hostile")
    async with stack_in(temporal, folder) as made:
        await made.worker(APP)
        await made.api()
        yield made


@pytest.fixture(scope="module")
async def runs(stack: Stack) -> dict[str, str]:
    """A run that asks, one that failed, and one with each hostile text as its title."""

    async def start(title: str, texts: list[str], *, fail: bool = False, **more: list[str]) -> str | None:
        body = {"workflow": "echo", "args": {"texts": texts, "fail": fail, **more}, "title": title}
        answer = await stack.http.post("/api/v1/runs", json=body)
        assert answer.status_code in (201, 422), answer.text
        return answer.json()["id"] if answer.status_code == 201 else None

    asking, failed = await start("All of them", HOSTILE, fail=False), await start("Failed", HOSTILE, fail=True)
    wrapped = await start("Wrapped", [], wrapped=WRAPPED)
    told = await start("Told", [], named=HOSTILE)
    assert asking and failed and wrapped and told
    titled = [await start(text, [text], fail=False) for text in HOSTILE]
    await asyncio.gather(
        *(stack.run_is(one, "waiting") for one in (asking, wrapped, told, *titled) if one),
        stack.run_is(failed, "failed"),
    )
    # A title is one line without control characters: those are refused, all others have to be shown safely.
    assert sum(one is None for one in titled) == sum(any(ord(sign) < 32 for sign in text) for text in HOSTILE)
    named = next(one for one in titled if one)
    return {"asking": asking, "failed": failed, "named": named, "wrapped": wrapped, "told": told}


@contextlib.asynccontextmanager
async def visit(chromium: Browser, stack: Stack, *, policy: bool) -> AsyncGenerator[Visit]:
    """A window with traps; `policy` false switches the content security policy off."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, bypass_csp=not policy)
    made = Visit(await context.new_page(), stack)
    made.page.set_default_timeout(LIMIT_MS)

    async def guard(route: Route) -> None:
        if route.request.url.startswith(stack.base_url):
            await route.continue_()
            return
        made.foreign.append(route.request.url)
        await route.abort()

    await context.route("**/*", guard)
    await context.add_init_script(TRAP)
    broken: list[str] = []
    made.page.on("pageerror", lambda error: broken.append(str(error)))
    yield made
    await context.close()
    assert broken == []


@pytest.mark.requirement("SEC-023")
@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without the policy"])
async def test_hostile_text_in_the_middle_of_other_text_and_as_a_name_stays_text(
    chromium: Browser, stack: Stack, runs: dict[str, str], policy: bool
) -> None:
    assert len(WRAPPED) >= 250
    async with visit(chromium, stack, policy=policy) as window:
        await window.harmless(f"/runs/{runs['wrapped']}", shows=HOSTILE[0])
        await window.harmless(f"/runs/{runs['told']}", shows=HOSTILE[0])
        # All of them were looked at, and every one of the files can be taken away.
        await expect(window.page.get_by_role("button", name="Download")).to_have_count(len(HOSTILE))


@pytest.mark.requirement("SEC-023")
@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without the policy"])
async def test_hostile_text_stays_text_on_every_page(
    chromium: Browser, stack: Stack, runs: dict[str, str], policy: bool
) -> None:
    async with visit(chromium, stack, policy=policy) as window:
        await window.harmless("/")
        await window.harmless("/runs", shows=HOSTILE[0])
        await window.harmless("/runs?q=<img src=x onerror=trap(1)>")
        await window.harmless("/start/echo")
        await window.harmless(f"/start/echo?from={runs['asking']}")
        await window.harmless("/start/<img src=x onerror=trap(1)>")
        await window.harmless("/no/<svg onload=trap(1)>")
        for panel in ("graph", "steps", "state", "about"):
            await window.harmless(f"/runs/{runs['asking']}?panel={panel}", shows=HOSTILE[0])
        await window.harmless(f"/runs/{runs['failed']}", shows="“Judge” failed")
        await window.harmless(f"/runs/{runs['named']}", shows=HOSTILE[0])
        await window.harmless("/runs/..%2f..%2f<script>trap(1)<%2fscript>")


async def test_the_traps_do_spring(chromium: Browser, stack: Stack) -> None:
    async with visit(chromium, stack, policy=False) as window:
        await window.harmless("/")
        await window.page.evaluate("html => { document.querySelector('main').innerHTML = html; }", HOSTILE[2])
        await window.page.wait_for_function("window.sprung.length > 0")
        assert len(await window.page.evaluate(LEAKS)) == 1


async def test_hostile_text_is_shown_as_it_is_and_does_not_break_the_layout(
    chromium: Browser, stack: Stack, runs: dict[str, str]
) -> None:
    async with visit(chromium, stack, policy=True) as window:
        page = window.page
        await window.harmless("/runs")
        await expect(page.get_by_role("link", name="<script>trap('script')</script>")).to_be_visible()
        # What would turn a name around is shown by its code.
        await expect(page.get_by_role("link", name="invoice_⟨U+202E⟩gnp.exe")).to_be_visible()
        assert await page.evaluate(SIDEWAYS) == []
        await window.harmless(f"/runs/{runs['asking']}")
        await expect(page.get_by_text("<script>trap('script')</script>").first).to_be_attached()
        assert await page.evaluate(SIDEWAYS) == []
        # The only buttons that answer are the studio's own.
        await expect(page.get_by_role("button", name="Send answer")).to_have_count(1)
        links = await page.get_by_role("main").get_by_role("link").evaluate_all("all => all.map((one) => one.protocol)")
        assert set(links) <= {"http:", "https:", "mailto:"}
        assert await page.get_by_role("main").locator("img").count() == 0


async def test_the_arguments_of_another_run_stay_text_in_a_form(
    chromium: Browser, stack: Stack, runs: dict[str, str]
) -> None:
    async with visit(chromium, stack, policy=False) as window:
        await window.harmless(f"/start/echo?from={runs['asking']}")
        fields = window.page.get_by_role("main").get_by_role("textbox")
        await expect(fields.first).to_have_value(HOSTILE[0])
        assert await fields.count() >= len(HOSTILE)
