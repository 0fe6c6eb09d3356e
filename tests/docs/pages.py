"""What tests of pages do with their blocks and tables."""

from __future__ import annotations

import importlib.util
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest


def saved(body: str, folder: Path) -> Path:
    """A block as the file that its first line names: `# name.py`, or `{# name.md #}` for a template."""
    name = re.match(r"(?:# |\{# )(\S+)", body)
    assert name, f"a block without a name: {body[:60]}"
    path = folder / name[1]
    path.write_text(body)
    return path


def loaded(path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A block that was saved, as a module until the test ends; blocks beside it can be imported."""
    monkeypatch.setattr(sys, "path", [str(path.parent), *sys.path])
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    spec.loader.exec_module(module)
    return module


def section(page: str, heading: str) -> str:
    """The text below a heading, up to the next one."""
    return page.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows, not of their heads, that begin with a name in code."""
    lines = text.splitlines()
    body = [line for line, below in pairwise([*lines, ""]) if line.startswith("| `") and not below.startswith("|--")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]


def names(text: str) -> set[str]:
    """What stands in code."""
    return set(re.findall(r"`([^`]+)`", text))


def first_cells(page: str, heading: str) -> set[str]:
    """The names in the first cells of the tables of a section."""
    return {name for cells in rows(section(page, heading)) for name in names(cells[0])}
