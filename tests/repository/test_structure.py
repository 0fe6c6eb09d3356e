"""Import rules, sizes, and what modules say they offer."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.repository.tree import ROOT, named, short

PACKAGES = ("loopstack_temporal", "api/loopstack_api", "workers/loopstack_workers")
MOST_LINES = 400
# The command line, and the two processes that put the parts together, may name the Temporal room; nobody else.
KNOW_TEMPORAL = ("loopstack_temporal/temporal/",)


@pytest.mark.requirement("TEMPORAL-002")
def test_the_import_rules_of_the_rooms_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    path = os.pathsep.join(str(ROOT / name) for name in ("", "api", "workers"))
    done = subprocess.run(
        [program, "--no-logo", "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_has_more_than_400_lines() -> None:
    sizes = {short(path): len(path.read_text().splitlines()) for path in named("*.py")}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


@pytest.mark.requirement("CLI-022")
def test_sizes_of_functions_and_layers_are_checked_with_the_agreed_limits() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    lint = tools["ruff"]["lint"]
    assert {"C90", "PL"} <= set(lint["select"])
    assert not {"C901", "PLR0915"} & set(lint["ignore"])
    assert lint["mccabe"]["max-complexity"] <= 10
    assert lint["pylint"]["max-statements"] <= 50
    assert tools["pyright"]["typeCheckingMode"] == "strict"
    assert "layers" in {contract["type"] for contract in tools["importlinter"]["contracts"]}
    recipe = (ROOT / "Makefile").read_text()
    assert all(tool in recipe for tool in ("ruff check", "ruff format --check", "pyright", "lint-imports", "pytest"))


@pytest.mark.requirement("TEMPORAL-002")
def test_import_rules_keep_authors_code_out_of_temporal_workflows_and_temporal_in_its_room() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rules = {one["name"]: one for one in contracts}
    inside = rules["No code of an author runs inside a Temporal workflow"]
    # Everything that the interpreter's file loads of its own room, or it would be a rule about one file.
    room = ROOT / "loopstack_temporal" / "temporal"
    loaded, todo = set[str](), ["interpreter"]
    while todo:
        name = todo.pop()
        if name not in loaded and (room / f"{name}.py").is_file():
            loaded.add(name)
            found = re.findall(
                r"from loopstack_temporal\.temporal(?:\.| import )(.+)", (room / f"{name}.py").read_text()
            )
            todo += [word for line in found for word in re.split(r"\W+", line.partition(" import ")[0])]
    assert {name.rpartition(".")[2] for name in inside["source_modules"]} == loaded
    assert {"loopstack_temporal.app", "loopstack_temporal.execution"} <= set(inside["forbidden_modules"])
    assert rules["Only the temporal room knows Temporal"]["forbidden_modules"] == ["temporalio"]


@pytest.mark.requirement("TEMPORAL-002")
def test_only_the_temporal_room_imports_temporal() -> None:
    wrong = [
        short(path)
        for path in named("*.py", under=PACKAGES)
        if not short(path).startswith(KNOW_TEMPORAL) and "temporalio" in _imported(path)
    ]
    assert wrong == []


def test_the_rule_about_sql_names_every_room_but_the_store() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [rule] = [one for one in contracts if one["name"] == "SQL lives in one room"]
    rooms = {
        path.stem for path in (ROOT / "loopstack_temporal").iterdir() if not path.name.startswith(("_", "py.typed"))
    }
    outside = {f"loopstack_temporal.{name}" for name in rooms - {"store"}} | {"loopstack_api", "loopstack_workers"}
    assert set(rule["source_modules"]) == outside


def test_what_a_module_offers_is_sorted_unique_and_there() -> None:
    wrong: list[str] = []
    for path in named("*.py", under=PACKAGES):
        offered = _offered(path)
        if offered is None:
            continue
        module = importlib.import_module(_module(path))
        if offered != sorted(set(offered), key=_order):
            wrong.append(f"{short(path)}: `__all__` is not sorted or repeats a name")
        wrong += [f"{short(path)}: {name} is not there" for name in offered if not hasattr(module, name)]
    assert wrong == []


def _imported(path: Path) -> set[str]:
    """The first parts of all absolute imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _offered(path: Path) -> list[str] | None:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            names: list[str] = ast.literal_eval(node.value)
            return list(names)
    return None


def _module(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    parts = parts[1:] if parts[0] in {"api", "workers"} else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
