"""docs/workflows.md: its workflows run, and its tables say what the code says."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from loopstack_temporal import MarkdownDocument, Retry, transition
from loopstack_temporal.definition import options
from loopstack_temporal.definition.model import FAREWELL_LIMIT
from loopstack_temporal.definition.reading import WorkflowOptions
from loopstack_temporal.execution import arrival, documents, failing, state, stepping, threads
from loopstack_temporal.temporal import compile, triggers
from loopstack_temporal.temporal.devserver import DevServer
from loopstack_temporal.testing import run_workflow, start_workflow
from tests.docs.pages import first_cells, loaded, saved
from tests.docs.test_blocks import blocks
from tests.support.stack import ROOT, stack_on

PAGE = (ROOT / "docs/workflows.md").read_text()
CLAIMS, PARCELS = blocks("python", PAGE)


@pytest.fixture
def claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    return loaded(saved(CLAIMS, tmp_path), monkeypatch)


@pytest.fixture
def parcels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    return loaded(saved(PARCELS, tmp_path), monkeypatch)


async def test_a_claim_is_waved_through_decided_or_expires(claims: Any) -> None:
    small = await run_workflow(claims.ClaimWorkflow, claims.Claim(euros=20))
    assert (small.result, small.path) == ("small enough", ("start", "submitted", "end"))

    verdict = claims.Verdict(approved=True, note="gladly")
    decided = await run_workflow(claims.ClaimWorkflow, answers={"decide": verdict})
    assert decided.result == "approved gladly"
    assert decided.find_all(MarkdownDocument) == [MarkdownDocument(markdown="a chair: 400 €")]

    async with start_workflow(claims.ClaimWorkflow) as run:
        waiting = await run.report()
        assert (waiting.place, waiting.awaiting) == ("reviewing", ("decide",))
        expired = await run.skip(8 * 24 * 3600)
        # The seventh reminder would come together with the end, which was there first or not at all.
        assert re.fullmatch(r"expired after [67] reminders", expired.result or "")


async def test_a_parcel_is_tried_again_and_comes_back_from_nowhere(parcels: Any) -> None:
    report = await run_workflow(parcels.ParcelWorkflow)
    assert report.result == {"town": "Rome", "stops": 2}, report.error
    assert report.state == parcels.Journey(stops=["depot", "van"])

    lost = await run_workflow(parcels.ParcelWorkflow, parcels.Parcel(town="Atlantis"))
    assert lost.result == {"town": "Atlantis", "returned": True}
    assert "lost" in lost.path


async def test_the_last_word_of_the_page_is_kept(temporal: DevServer, sqlite_database: str, tmp_path: Path) -> None:
    app = 'from loopstack_temporal import StudioApp\n\napp = StudioApp(title="Claims", workflows=[ClaimWorkflow])\n'
    saved(f"{CLAIMS}\n\n{app}", tmp_path)
    async with stack_on(temporal, sqlite_database, tmp_path) as stack:
        stack.app = "claims"
        await stack.worker(str(tmp_path / "claims.py"))
        run_id = await stack.start("claim")
        await stack.run_is(run_id, "waiting", place="reviewing")
        await (await stack.client()).get_workflow_handle(run_id).cancel()
        await stack.run_is(run_id, "canceled")
        assert stack.texts(run_id) == ["Withdrawn."]


def test_every_option_is_in_its_table_with_its_default() -> None:
    known = set(options.KNOWN)
    assert first_cells(PAGE, "## `@transition`") == known
    assert first_cells(PAGE, "## When a body raises") == {one.name for one in fields(Retry)}
    assert first_cells(PAGE, "## `@workflow`") == {one.name for one in fields(WorkflowOptions)} - {"unknown"}
    defaults = {name: one.default for name, one in inspect.signature(transition).parameters.items() if name in known}
    assert defaults["from_"] == "start" and defaults["early"] is False and defaults["wait"] is False
    retry = Retry()
    assert (retry.attempts, retry.delay, retry.backoff, retry.max_delay) == (0, 1, "exponential", 30)
    assert (options.DEFAULT_TIMEOUT, options.LOCAL_TIMEOUT, options.LOCAL_TIMEOUT_LIMIT) == (300, 10, 30)


def test_the_limits_are_those_of_the_code() -> None:
    kib, mib = 1024, 1024 * 1024
    assert compile.LARGEST_TRIGGER == 512 * kib and stepping.LARGEST_INLINE_RESULT == 64 * kib
    assert state.LARGEST_STATE == documents.LARGEST_DOCUMENT == 8 * mib
    assert arrival.GUARD_LIMIT == FAREWELL_LIMIT == 30
    assert arrival.DEFAULT_MAX_STEPS == 10_000 and failing.MOST_CLAIMS == 25
    assert triggers.MOST_KEPT == 1_000 and threads.Leaks().limit == 10
    for said in ("512 KiB", "64 KiB", "8 MiB", "30 s", "10,000", "25 times", "1,000", "10 per worker"):
        assert said in PAGE
