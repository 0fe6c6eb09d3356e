"""The examples as a newcomer meets them: they load, they are short, they are strictly typed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from loopstack_temporal.app.loading import load_app
from loopstack_temporal.app.resolve import resolve

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(file.parent.name for file in (ROOT / "examples").glob("*/main.py"))
LONG = {"error_retry": 100}
"""A tour of many stops may be longer than an example of one thing."""


@pytest.mark.parametrize("reference", ["examples.app:app", "examples/app.py"])
def test_all_examples_stand_in_one_app(reference: str) -> None:
    app = resolve(load_app(reference, folder=ROOT))

    assert app.name == "examples"
    assert app.listed[:3] == ("meeting_notes", "review", "hello")
    assert {definition.cls.__module__.split(".")[1] for definition in app.workflows.values()} == {
        *FOLDERS,
        "agents",
        "flows",
        "hitl",
    }
    assert not [warning for definition in app.workflows.values() for warning in definition.warnings]


def test_the_list_of_examples_has_every_folder() -> None:
    text = (ROOT / "examples/README.md").read_text()
    assert sorted(re.findall(r"^\| \[`(\w+)`\]\(\1\)", text, re.MULTILINE)) == FOLDERS


def test_hello_can_be_started_alone() -> None:
    assert resolve(load_app("examples/hello/app.py", folder=ROOT)).listed == ("hello", "hello_failing")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_example_is_short_and_explains_itself(folder: str) -> None:
    files = list((ROOT / "examples" / folder).glob("*.py"))

    assert max(len(file.read_text().splitlines()) for file in files) <= LONG.get(folder, 70)
    assert (ROOT / "examples" / folder / "README.md").is_file()
    assert (ROOT / "examples" / folder / "main.py").is_file()


def test_examples_pass_mypy_strict_without_casts_or_ignores() -> None:
    texts = [file.read_text() for file in (ROOT / "examples").rglob("*.py")]
    assert not any("cast(" in text or "type: ignore" in text or "pyright:" in text for text in texts)

    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "examples"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)

    assert checked.returncode == 0, checked.stdout
