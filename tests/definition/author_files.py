"""Author files kept as text: `=== name` starts a file, `=== error` the message that making its classes must give."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent / "mistakes"


@dataclass(frozen=True)
class Case:
    """One golden file: source files by name, and the expected message."""

    name: str
    files: dict[str, str]
    error: str


def load_case(path: Path) -> Case:
    """Split a golden file into its parts."""
    parts = re.split(r"^=== (.+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    return Case(path.stem, files, files.pop("error").rstrip("\n"))


def import_file(file: Path) -> ModuleType:
    """Import an author's file under a name of its own, as the loader of apps does."""
    name = f"author_{abs(hash(str(file)))}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Lay out author files in a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
