"""The fixtures that pytest offers where the package is installed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.running import ROOT, environment

PLUGIN = "loopstack_temporal.pytest_plugin"
THEIRS = """
import asyncio
from datetime import timedelta

import pytest

from loopstack_temporal import BaseWorkflow, ModelError, StudioApp, transition, workflow
from loopstack_temporal.llm import LlmGenerateTextTool
from loopstack_temporal.testing import Says


@workflow
class AskWorkflow(BaseWorkflow):
    llm: LlmGenerateTextTool

    @transition(to="asked")
    async def ask(self) -> None:
        reply = await self.llm.call(prompt="What is tea?", config={"provider": "scripted"})
        self.assign_result(said=reply.data.message.text)

    @transition(from_="asked", to="end", after=timedelta(hours=1))
    async def close(self) -> None: ...


def test_the_model_says_its_script_and_time_passes_at_once(workflow_runner, skipping_clock, scripted_model):
    model = scripted_model([Says("A drink.", calls=[("look", {"at": "tea"})])])
    app = StudioApp(title="Tea", workflows=[AskWorkflow], providers=[model])
    before = skipping_clock.now()
    report = asyncio.run(workflow_runner.run(AskWorkflow, app=app, skip=timedelta(hours=2)))
    assert (report.status, report.result) == ("completed", {"said": "A drink."})
    assert skipping_clock.now() - before >= 7200
    assert [request.messages[-1].text for request in model.requests] == ["What is tea?"]


def test_an_error_in_the_script_is_the_models(workflow_runner, scripted_model):
    async def story():
        model = scripted_model([ModelError("overloaded", code="model_overloaded", retryable=False)])
        app = StudioApp(title="Tea", workflows=[AskWorkflow], providers=[model])
        async with workflow_runner.start(AskWorkflow, app=app) as run:
            report = await run.report()
            assert report.status == "failed" and report.error.code == "model_overloaded"

    asyncio.run(story())
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


@pytest.mark.requirement("CLI-017")
def test_a_test_of_somebody_else_uses_runner_clock_and_model_as_fixtures(tmp_path: Path) -> None:
    (tmp_path / "test_tea.py").write_text(THEIRS)
    done = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", PLUGIN, "test_tea.py")
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.requirement("CLI-017")
def test_pytest_finds_the_fixtures_by_itself_and_loads_next_to_nothing_for_them(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {PLUGIN: PLUGIN}
    heavy = "{'sqlalchemy', 'temporalio', 'fastapi', 'loopstack_temporal.testing'} & sys.modules.keys()"
    done = run(tmp_path, "-c", f"import sys, {PLUGIN}; print({heavy})")
    assert done.stdout == "set()\n", done.stdout + done.stderr
