"""The one wheel: what is in it, and that it works without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.repository.tree import ROOT

STUDIO = "api/loopstack_api/studio/index.html"
IMPORTS = (
    "import loopstack_temporal, loopstack_api, loopstack_workers, loopstack_temporal.cli.main as command\n"
    "for module in (loopstack_temporal, loopstack_api, loopstack_workers):\n    print(module.__file__)\n"
    "command.main(['--version'])\n"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.mark.requirement("STUDIO-001")
def test_the_wheel_holds_the_three_packages_the_migrations_the_licence_and_the_built_studio(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "loopstack_api",
        "loopstack_temporal",
        "loopstack_workers",
    }
    assert "loopstack_temporal/py.typed" in names
    assert [name for name in names if name.startswith("loopstack_temporal/store/migrations/versions/")]
    assert [name for name in names if name.endswith("/LICENSE")]
    assert not [name for name in names if name.endswith((".pyc", ".db"))]
    if (ROOT / STUDIO).exists():  # `make test` builds it before
        assert "loopstack_api/studio/index.html" in names


def test_an_unpacked_wheel_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 4, done.stderr
    assert all(line.startswith(str(tmp_path / "installed")) for line in lines[:3])
    assert lines[3].startswith("loopstack ")
