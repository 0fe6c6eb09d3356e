"""What authors write passes strict type checkers without casts or ignores; misuse does not."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
AUTHORS = sorted((HERE / "right").glob("*.py"))
Complaint: TypeAlias = tuple[str, int, str]
"""File name, line, text."""
MISUSE = HERE / "wrong" / "misuse.py"


def run(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=500, check=False
    )
    return done.stdout + done.stderr


def pyright(folder: Path, *files: Path) -> list[Complaint]:
    """Every complaint of pyright in strict mode."""
    for file in files:
        shutil.copy(file, folder)
    config = {"include": ["."], "extraPaths": [str(ROOT)], "typeCheckingMode": "strict", "pythonVersion": "3.11"}
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    output = run("pyright", "--pythonpath", sys.executable, "--project", str(folder), "--outputjson")
    report = json.loads(output[output.index("{") :])
    assert report["summary"]["filesAnalyzed"] == len(files)
    return [
        (Path(item["file"]).name, item["range"]["start"]["line"] + 1, item["message"])
        for item in report["generalDiagnostics"]
    ]


def mypy(folder: Path, *files: Path) -> list[Complaint]:
    """Every complaint of mypy with `--strict`."""
    lines = ["[mypy]", "strict = True", f"mypy_path = {ROOT}", "explicit_package_bases = True"]
    (folder / "mypy.ini").write_text("\n".join(lines))
    options = ["--config-file", str(folder / "mypy.ini"), "--cache-dir", str(folder / "cache")]
    output = run("mypy", *options, "--follow-imports=silent", "--no-error-summary", *(str(file) for file in files))
    found = re.findall(r"^(.+?):(\d+): error: (.+)$", output, flags=re.MULTILINE)
    assert found or not output.strip(), output
    return [(Path(file).name, int(line), text) for file, line, text in found]


Checker: TypeAlias = Callable[..., list[Complaint]]
CHECKERS: list[Checker] = [pyright, mypy]


@pytest.mark.requirement("ENGINE-020")
@pytest.mark.parametrize("checker", CHECKERS)
def test_what_authors_write_passes_strict_checkers(checker: Checker, tmp_path: Path) -> None:
    text = "".join(file.read_text() for file in AUTHORS)
    assert not re.search(r"type: ?ignore|pyright: ?ignore|\bcast\(", text)

    assert checker(tmp_path, *AUTHORS) == []


@pytest.mark.requirement("ENGINE-020")
@pytest.mark.parametrize("checker", CHECKERS)
def test_misuse_is_found_before_it_runs(checker: Checker, tmp_path: Path) -> None:
    lines = MISUSE.read_text().splitlines()
    marked = {number for number, line in enumerate(lines, start=1) if line.endswith("# wrong")}

    assert {line for _, line, _ in checker(tmp_path, MISUSE)} == marked
