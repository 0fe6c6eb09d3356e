"""What stands in the files: no machine of ours, no registry, no block written twice, locks that work everywhere."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from tests.repository.tree import ROOT, files, named, short

BINARY = {".woff2", ".png", ".ico", ".jpg", ".gif", ".gz", ".db"}

# Written in pieces, so that this file does not contain what it looks for.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.~])/(?:wo" + r"rk|ro" + r"ot|Us" + r"ers|ho" + r"me/\w+)/",
    "a folder outside the project": r"\.\./sha" + r"red/|sha" + r"red/(?:design|reference|requirements|seeds)",
    "a registry's address": r"py" + r"pi\.org/simple|pythonho" + r"sted\.org|registry\.np" + r"mjs|proxy\.gol" + r"ang",
    "how it was written": r"co-author" + r"ed-by|generated w" + r"ith|cla" + r"ude code|chat" + r"gpt",
}
LOCKS = ("requirements/runtime.txt", "requirements/dev.txt")
BLOCK = 8
GENERATED = ("studio/src/api/schema.d.ts", "loopstack_temporal/store/migrations/")


def test_no_file_mentions_a_machine_a_registry_or_its_making() -> None:
    found: list[str] = []
    for path in files():
        if path.suffix in BINARY:
            continue
        text = path.read_text(errors="replace")
        for what, pattern in FORBIDDEN.items():
            for match in re.finditer(pattern, text, re.IGNORECASE):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{short(path)}:{line}: {what}: {match[0]!r}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", LOCKS)
def test_a_python_lock_has_a_hash_for_every_package_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"https?://|^--?\w", text, re.MULTILINE)
    pinned = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    assert len(pinned) > 20
    assert [entry for entry in pinned if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_python_locks_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = set(map(_name, project["project"]["dependencies"]))
    extras = {_name(each) for group in project["project"]["optional-dependencies"].values() for each in group}
    dev = set(map(_name, project["dependency-groups"]["dev"]))
    locked = [set(re.findall(r"^([a-z0-9][a-z0-9.-]*)==", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS]
    assert runtime - locked[0] == set()
    assert (runtime | extras | dev) - locked[1] == set()


def test_the_npm_lock_has_no_address() -> None:
    packages = json.loads((ROOT / "studio/package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry and not entry.get("link")] == []


def test_scripts_are_executable_and_parse() -> None:
    scripts = [path for path in named("*", under=("scripts", ".ci")) if path.read_bytes().startswith(b"#!")]
    assert scripts
    for script in scripts:
        assert script.stat().st_mode & 0o111, f"{short(script)} is not executable"
        if b"bash" in script.read_bytes().splitlines()[0]:
            subprocess.run(["bash", "-n", script], check=True, timeout=30)


def test_no_block_of_eight_lines_is_written_twice() -> None:
    sources = named("*.py", "*.ts", "*.tsx", under=("loopstack_temporal", "api", "workers", "examples", "studio/src"))
    places: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for path in sources:
        if short(path).startswith(GENERATED):
            continue
        lines = list(_telling_lines(path))
        for start in range(len(lines) - BLOCK + 1):
            window = lines[start : start + BLOCK]
            places[tuple(text for _, text in window)].append(f"{short(path)}:{window[0][0]}")
    twice: dict[str, str] = {}  # the first block for each group of files; the following ones overlap with it
    for where in places.values():
        if len(where) > 1:
            twice.setdefault(" ".join(place.partition(":")[0] for place in where), " = ".join(where))
    assert not twice, "the same lines:\n" + "\n".join(twice.values())


def _telling_lines(path: Path) -> list[tuple[int, str]]:
    """Lines with content of their own: no blank ones, imports, comments or lone brackets."""
    kept: list[tuple[int, str]] = []
    in_import = False
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        text = " ".join(line.split())
        if in_import or re.match(r"(from\s.+\simport|import)\b", text):
            # An import over several lines goes on to its closing bracket.
            in_import = not re.search(r"[)}]|^import [\w.]+$|from ['\"]", text) and (
                "(" in text or "{" in text or in_import
            )
            continue
        if len(re.sub(r"\W", "", text)) >= 3 and not text.startswith(("#", "//", "/*", "*")):
            kept.append((number, text))
    return kept


def _name(requirement: str) -> str:
    return re.split(r"[\s\[<>=~!;]", requirement, maxsplit=1)[0].lower().replace("_", "-")
