"""docs/agents.md and docs/tools.md: their blocks run."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from loopstack_temporal import BaseWorkflow, MarkdownDocument, StudioApp, ToolError, inject, transition, workflow
from loopstack_temporal.testing import Says, ScriptedModel, run_workflow
from tests.docs.test_blocks import blocks
from tests.support.stack import ROOT

AGENTS, TOOLS = ((ROOT / "docs" / name).read_text() for name in ("agents.md", "tools.md"))
NAMES = ("report", "research", "expert", "writer", "test_research")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[dict[str, ModuleType]]:
    """The modules of the page on agents."""
    for name, body in zip(NAMES, blocks("python", AGENTS), strict=True):
        assert body.startswith(f"# {name}.py\n")
        (tmp_path / f"{name}.py").write_text(body)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    before = {name: sys.modules.pop(name) for name in NAMES if name in sys.modules}
    yield {name: importlib.import_module(name) for name in NAMES}
    for name in NAMES:
        del sys.modules[name]
    sys.modules.update(before)


async def test_the_test_of_the_page_passes(page: dict[str, ModuleType]) -> None:
    await page["test_research"].test_it_asks_for_the_weather()


async def test_the_writer_of_the_page_writes_by_itself(page: dict[str, ModuleType]) -> None:
    report = await run_workflow(page["writer"].WriterWorkflow)
    assert report.result == ["It rained."] * 3


def test_a_loop_of_ones_own_takes_less_than_forty_lines(page: dict[str, ModuleType]) -> None:
    body = blocks("python", AGENTS)[1].split("@workflow\n")[1]
    assert len([line for line in body.splitlines() if line.strip()]) < 40


async def test_the_tools_of_the_page_do_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page_tools.py").write_text("\n".join(blocks("python", TOOLS)))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    tools: Any = importlib.import_module("page_tools")

    @workflow
    class NotingWorkflow(BaseWorkflow[dict[str, Any], dict[str, Any], str]):
        note: Any = inject(tools.NoteTool)

        @transition(to="end")
        async def go(self) -> str:
            with pytest.raises(ToolError, match="times"):
                await tools.shout.call("a", times="b")
            return str((await self.note.call(text="milk")).data + (await tools.shout.call("!", times=2)).data)

    ledger = tools.Ledger()
    app = StudioApp(title="Page", workflows=[NotingWorkflow], providers=[ledger, tools.Accounting])
    report = await run_workflow(NotingWorkflow, app=app, user_id="ann")

    assert report.result == "kept for ann!!", report.error
    assert report.find_all(MarkdownDocument) == [MarkdownDocument(markdown="milk")]
    assert ledger == ["ann note True", "ann shout True"]
    assert tools.SearchTool().configured(max_uses=3).server_config()["max_uses"] == 3
    del sys.modules["page_tools"]


async def test_the_report_of_the_page_starts_an_agent(page: dict[str, ModuleType]) -> None:
    agent, report = page["report"].AgentWorkflow, page["report"]
    model = ScriptedModel([Says(calls=[("weather", {"city": "Rome"})]), "Sunny."])
    app = StudioApp(title="Report", workflows=[agent, report.ReportWorkflow], tools=[report.weather], providers=[model])
    args = report.AgentArgs(tools=["weather"], user_message="How is Rome?")
    assert (await run_workflow(agent, args, app=app)).result == report.AgentResult(response="Sunny.")
