"""docs/models.md: its application runs against model servers, and its tables say what the code says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from loopstack_temporal.definition.documents.llm import StopReason
from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.providers.claude import ClaudeConfig
from loopstack_temporal.llm.providers.openai import OpenAiConfig
from loopstack_temporal.llm.providers.pydantic_ai import PydanticAiConfig
from loopstack_temporal.testing import run_workflow
from tests.docs.pages import loaded
from tests.docs.test_blocks import blocks
from tests.support.model_servers import Scripted, model_server
from tests.support.stack import ROOT

PAGE = (ROOT / "docs/models.md").read_text()


async def test_the_application_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block, _ = blocks("python", PAGE)
    (tmp_path / "trips.py").write_text(block)
    trips: Any = loaded(tmp_path / "trips.py", monkeypatch)
    async with model_server() as server:
        server.will("claude-text.sse", Scripted(status=529), "openai-object.sse")
        for name, value in {"ANTHROPIC": server.url, "OPENAI": f"{server.url}/v1"}.items():
            monkeypatch.setenv(f"{name}_BASE_URL", value)
            monkeypatch.setenv(f"{name}_API_KEY", "key")
        monkeypatch.delenv("OPENAI_MODEL", raising=False)

        report = await run_workflow(trips.TripWorkflow, app=trips.app)

        assert report.result == trips.City(name="Rome", people=2_800_000)
        assert [body["model"] for body in server.bodies] == ["claude-sonnet-5", "claude-sonnet-5", "gpt-5.4-mini"]
        assert [tool["name"] for tool in server.bodies[0]["tools"]] == ["get_weather"]


async def test_the_models_of_pydantic_ai_on_the_page_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, block = blocks("python", PAGE)
    (tmp_path / "talks.py").write_text(block)
    talks: Any = loaded(tmp_path / "talks.py", monkeypatch)
    async with model_server() as server:
        server.will("openai-text.sse", Scripted(status=503))
        monkeypatch.setenv("OLLAMA_BASE_URL", f"{server.url}/v1")

        report = await run_workflow(talks.TalkWorkflow, app=talks.app)
        await talks.app.modules[0].providers[0].aclose()

    assert isinstance(report.result, talks.Talk), report.error
    assert [body["model"] for body in server.bodies] == ["llama3.2", "llama3.2"]
    assert "Plan it: Hello there" in str(server.bodies[1]["messages"])


def test_every_setting_code_and_reason_is_on_the_page() -> None:
    settings = {*ClaudeConfig.model_fields, *OpenAiConfig.model_fields, *PydanticAiConfig.model_fields}
    codes = {word.strip("`,.") for word in (ModelError.__doc__ or "").split() if word.startswith("`model_")}

    missing = [name for name in {*settings, *codes, *get_args(StopReason)} if f"`{name}`" not in PAGE]

    assert len(codes) > 10 and missing == []
