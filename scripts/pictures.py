"""Make the pictures of the documentation: start the examples, drive them, photograph the studio.

    .venv/bin/python scripts/pictures.py [FOLDER]

Needs Chromium and the built studio. Without a folder, the pictures the documentation shows (KEPT) go to docs/pictures;
with one, every page in both themes and both sizes goes there.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from loopstack_temporal.store import migrate  # noqa: E402
from loopstack_temporal.temporal.devserver import DevServer, DevServerOptions  # noqa: E402
from tests.support.stack import Stack, stack_on  # noqa: E402

KEPT = ("run-review.png",)
NOTES = """Meeting about moving the workshop, 17 November 2026.
Present: Ines, Marek, Joana, Tom (until 14:20).
We agreed to move on one weekend, 12 and 13 December. Decision: the old phone number stays until March.
- [ ] Ask two haulers for a fixed price (Marek, Friday)
- [ ] Send the floor plan to the electrician (Ines, today)
- [ ] Tell all suppliers the new address (Joana, 1 December)
"""
SIZES = {"1440": (1440, 900), "390": (390, 844)}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


async def main(folder: Path) -> None:
    """Start everything, take every picture, end everything."""
    with tempfile.TemporaryDirectory() as made:
        work = Path(made)
        url = f"sqlite:///{work / 'loopstack.db'}"
        migrate.upgrade(url)
        options = DevServerOptions(database=work / "temporal.db")
        async with DevServer(options, log=work / "temporal.log") as temporal, stack_on(temporal, url, work) as stack:
            stack.app = "examples"
            await stack.worker("examples.app:app")
            await stack.api()
            await photograph(stack, folder)


async def photograph(stack: Stack, folder: Path) -> None:
    """Drive the examples into interesting moments and take pictures of them in both themes and sizes."""
    runs = {
        "done": await start(stack, "hello", {"name": "Ada"}),
        "review": await start(stack, "review", {"topic": "a walk in the rain"}),
        "notes": await start(stack, "meeting_notes", {}),
    }
    await stack.run_is(runs["done"], "completed")
    await stack.run_is(runs["review"], "waiting")
    row = await stack.run_is(runs["notes"], "waiting")
    await stack.http.post(
        f"/api/v1/runs/{runs['notes']}/transitions/user_response",
        json={"payload": {"text": NOTES}, "step": row.next_step},
    )
    await stack.run_is(runs["notes"], "waiting", place="notes_optimized")
    pages = {
        "home": "/",
        "start": "/start/meeting_notes",
        "runs": "/runs",
        "run-waiting": f"/runs/{runs['notes']}",
        "run-review": f"/runs/{runs['review']}",
        "run-done": f"/runs/{runs['done']}",
    }
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                for name, path in pages.items():
                    plain = size == "1440" and scheme == "light"
                    target = folder / (f"{name}.png" if plain else f"{name}-{size}-{scheme}.png")
                    await shoot(browser, stack.base_url + path, target, (width, height), scheme)
        await browser.close()


async def start(stack: Stack, workflow: str, args: dict[str, object]) -> str:
    """Start a run through the API."""
    answer = await stack.http.post("/api/v1/runs", json={"workflow": workflow, "args": args})
    answer.raise_for_status()
    return answer.json()["id"]


async def shoot(browser: Browser, url: str, target: Path, size: tuple[int, int], scheme: str) -> None:
    """One picture, once the page has drawn what it loads."""
    page: Page = await browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    await page.goto(url)
    await page.get_by_role("heading", level=1).wait_for()
    await page.wait_for_function("() => !document.querySelector('[aria-busy=true], .skeleton')")
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(300)  # The connection pill and relative times settle; a picture, not a test.
    await page.screenshot(path=str(target))
    await page.close()


def chromium() -> str:
    """The browser of the system."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise SystemExit("Chromium is missing (Debian: `apt-get install chromium`)")
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        wanted = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        wanted.mkdir(parents=True, exist_ok=True)
        asyncio.run(main(wanted))
        if len(sys.argv) == 1:
            for picture in KEPT:
                shutil.copy(wanted / picture, ROOT / "docs/pictures" / picture)
