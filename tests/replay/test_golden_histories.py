"""Histories recorded once replay with the present interpreter, whatever definitions stand around it. No server."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.temporal.compile import TidyMetadata, compile_workflow
from loopstack_temporal.temporal.connection import data_converter
from loopstack_temporal.temporal.messages import ENGINE
from tests.support import apps, deployed

HISTORIES = Path(__file__).parent / "histories"
GOLDEN = sorted(HISTORIES.glob("engine-*/*.json"))
VARIANTS = (
    deployed.Original,
    deployed.Added,
    deployed.Renamed,
    deployed.Removed,
    deployed.Guarded,
    deployed.Unasked,
)
DEPLOYED = [path for path in GOLDEN if path.stem.startswith("removed-")]
HOST = re.compile(r"/(?:tmp|root|home|work|usr|var)/|\d+@(?!recorder)")


def replayer(*classes: type) -> Replayer:
    """A replayer of compiled workflows, set up like the worker."""
    return Replayer(
        workflows=[compile_workflow(definition_of(cls)) for cls in classes],
        data_converter=data_converter(),
        interceptors=[TidyMetadata()],
    )


def history(path: Path, text: str | None = None) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, text or path.read_text())


def test_every_engine_has_histories() -> None:
    assert {path.parent.name for path in GOLDEN} == {f"engine-{number}" for number in range(1, ENGINE + 1)}
    assert len(GOLDEN) >= 10 * ENGINE


@pytest.mark.requirement("TEMPORAL-017", "TEMPORAL-018")
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_a_golden_history_replays(path: Path) -> None:
    await replayer(*apps.app.workflows, deployed.Original).replay_workflow(history(path))


@pytest.mark.requirement("TEMPORAL-018")
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
@pytest.mark.parametrize("path", DEPLOYED, ids=lambda path: path.stem)
async def test_a_history_replays_with_every_change_of_its_workflow(path: Path, variant: type) -> None:
    await replayer(variant).replay_workflow(history(path))


async def test_a_history_that_the_interpreter_would_not_write_is_noticed() -> None:
    path = HISTORIES / "engine-1" / "api-start.json"
    other = path.read_text().replace('"1-decide"', '"1-something"')
    with pytest.raises(NondeterminismError):
        await replayer(*apps.app.workflows).replay_workflow(history(path, other))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_history_tells_nothing_of_the_machine_it_was_made_on(path: Path) -> None:
    text = path.read_text()
    assert set(re.findall(r'"identity":"([^"]*)"', text)) <= {"recorder"}
    for encoded in re.findall(r'"data":"([^"]*)"', text):
        try:
            text += base64.b64decode(encoded).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    assert HOST.search(text) is None
