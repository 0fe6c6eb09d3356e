"""The files of the project as version control sees them: tracked ones, and new ones that are not ignored."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Every file, sorted, as absolute paths."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=300,
    ).stdout.decode()
    paths = (ROOT / name for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


def named(*patterns: str, under: tuple[str, ...] = ("",)) -> list[Path]:
    """The files that match one of the glob patterns, below one of the folders."""
    roots = [ROOT / folder for folder in under]
    return [
        path
        for path in files()
        if any(path.match(pattern) for pattern in patterns) and any(path.is_relative_to(root) for root in roots)
    ]


def short(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()
