"""Every code block of the README and of docs/ runs; links lead somewhere."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from loopstack_temporal.temporal.cli_program import find_temporal_cli
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import LIMIT, ROOT, Stack, stack_on

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "examples/README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
README = (ROOT / "README.md").read_text()


def blocks(language: str, text: str = README) -> list[str]:
    return [body for kind, body in BLOCK.findall(text) if kind == language]


@pytest.fixture
async def blurbs(temporal: DevServer, sqlite_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """The README's application, saved as `app.py` and run by a worker."""
    (tmp_path / "app.py").write_text(blocks("python")[0])
    async with stack_on(temporal, sqlite_database, tmp_path) as stack:
        await stack.worker(str(tmp_path / "app.py"))
        yield stack


async def test_the_readme_runs_as_printed(blurbs: Stack) -> None:
    (commands,) = blocks("bash")
    lines = commands.strip().splitlines()
    assert len(lines) == 4
    await blurbs_command(blurbs, lines[0])
    await blurbs.run_is("b1", "waiting")
    outputs = [await blurbs_command(blurbs, line) for line in lines[1:]]
    assert '"place":"waiting_for_approval"' in outputs[0].replace(" ", "").replace("\n", "")
    assert '"approved":true' in outputs[2].replace(" ", "")
    assert (await blurbs.run_is("b1", "completed")).result == {"approved": True, "note": ""}


async def blurbs_command(stack: Stack, line: str) -> str:
    assert line.startswith("temporal ")
    made = await asyncio.create_subprocess_shell(
        line.replace("temporal", str(find_temporal_cli()), 1),
        env=stack.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(made.communicate(), LIMIT)
    assert made.returncode == 0, f"{line}\n{out.decode()}"
    return out.decode()


def test_the_first_block_is_short_enough_to_type() -> None:
    assert len([line for line in blocks("python")[0].splitlines() if line.strip()]) <= 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_of_a_page_is_of_a_kind_that_is_run(page: Path) -> None:
    kinds = {kind for kind, _ in BLOCK.findall(page.read_text())}
    python = {"python"}
    run = {
        "README.md": {"python", "bash", "text"},
        "workflows.md": python,
        "documents.md": {"python", "yaml", "jinja"},
        "api.md": python,
        "running.md": python,
        "agents.md": python,
        "children.md": python,
        "models.md": python,
        "tools.md": python,
        "operating.md": {"bash", "python", "text"},
        "people.md": {"bash", "python"},
    }
    allowed = run.get(page.name, {"text"})
    assert kinds <= allowed, "a block on this page needs a test that runs it"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", page.read_text())
    inside = [(page.parent / target if target else page, anchor) for target, anchor in links if "://" not in target]
    missing = [target for target, anchor in inside if not target.exists() or (anchor and anchor not in anchors(target))]
    assert not missing


def anchors(page: Path) -> set[str]:
    """The names under which the headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
