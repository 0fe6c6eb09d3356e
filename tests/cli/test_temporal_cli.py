"""Where the Temporal CLI comes from, with stand-in programs in the places it is looked for."""

from __future__ import annotations

import shutil
import stat
import time
from pathlib import Path

import pytest

from loopstack_temporal.errors import SetupError
from loopstack_temporal.temporal.cli_program import PROGRAM, VARIABLE, Search, cache_folder, find_temporal_cli

GOOD = "#!/bin/sh\necho 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)'\n"
OLD = "#!/bin/sh\necho 'temporal version 0.10.0 (Server 1.22.0, UI 2.1.0)'\n"
FAILS_TO_DOWNLOAD = "import sys; sys.exit('no way to the download server')"


def program(path: Path, text: str = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    """Variables of a machine that has nothing but a shell."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "cp", "sleep"):
        (tools / name).symlink_to(shutil.which(name) or name)
    return {"PATH": str(tools), "HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.mark.requirement("CLI-003")
def test_the_sources_are_asked_in_the_documented_order(tmp_path: Path, empty: dict[str, str]) -> None:
    source = program(tmp_path / "source" / PROGRAM)
    gobin_install = f'#!/bin/sh\ncp "{source}" "$GOBIN/{PROGRAM}"\n'
    downloads = f"import shutil, sys; shutil.copy({str(source)!r}, sys.argv[1] + '/temporal-sdk-python-1')"
    found: list[Path] = []
    told: list[str] = []

    def find(variables: dict[str, str], download: str = FAILS_TO_DOWNLOAD) -> Path:
        search = Search(environment=variables, say=told.append, download_program=download)
        found.append(find_temporal_cli(search))
        return found[-1]

    program(Path(empty["PATH"]) / "go", gobin_install)
    built = find(empty)
    assert built == cache_folder(empty) / PROGRAM
    assert [line for line in told if "Building" in line]

    built.unlink()
    told.clear()
    assert find(empty, downloads) == built
    assert [line for line in told if "Downloading" in line] and not [line for line in told if "Building" in line]

    told.clear()
    assert find(empty, "raise SystemExit('not asked')") == built
    on_path = program(tmp_path / "bin" / "temporal")
    with_path = {**empty, "PATH": f"{on_path.parent}:{empty['PATH']}"}
    assert find(with_path) == on_path
    named = program(tmp_path / "elsewhere" / "my-temporal")
    assert find({**with_path, VARIABLE: str(named)}) == named
    assert told == []


@pytest.mark.requirement("CLI-003")
def test_when_every_source_fails_the_error_lists_all_of_them_and_says_what_helps(empty: dict[str, str]) -> None:
    program(Path(empty["PATH"]) / "go", "#!/bin/sh\necho 'go: module lookup disabled' >&2\nexit 1\n")
    with pytest.raises(SetupError) as caught:
        find_temporal_cli(Search(environment=empty, download_program=FAILS_TO_DOWNLOAD))
    assert caught.value.reason == "temporal_cli"
    assert VARIABLE in str(caught.value)
    path, go_folders, cache, download, go = caught.value.tried
    assert "PATH" in path
    assert "Go toolchain" in go_folders
    assert "cache" in cache
    assert "no way to the download server" in download
    assert "module lookup disabled" in go


def test_a_downloader_that_hangs_is_given_up_after_its_patience(empty: dict[str, str]) -> None:
    hangs = "import time; time.sleep(600)"
    began = time.monotonic()
    with pytest.raises(SetupError) as caught:
        find_temporal_cli(Search(environment=empty, download_program=hangs, download_patience=0.5))
    assert time.monotonic() - began < 300
    assert any("nothing arrived for 0.5 s" in line for line in caught.value.tried)


def test_a_build_tells_its_time_and_ends_at_its_limit(empty: dict[str, str]) -> None:
    program(Path(empty["PATH"]) / "go", "#!/bin/sh\nsleep 600\n")
    told: list[str] = []
    search = Search(
        environment=empty,
        say=told.append,
        download_program=FAILS_TO_DOWNLOAD,
        build_limit=3,
        progress_every=0.05,
    )
    with pytest.raises(SetupError, match="not done after"):
        find_temporal_cli(search)
    assert len([line for line in told if line.endswith(" s")]) >= 2
    assert list(cache_folder(empty).iterdir()) == []


def test_a_server_that_is_too_old_is_passed_over_with_its_version(tmp_path: Path, empty: dict[str, str]) -> None:
    old = program(tmp_path / "bin" / "temporal", OLD)
    variables = {**empty, "PATH": f"{old.parent}:{empty['PATH']}"}
    with pytest.raises(SetupError) as caught:
        find_temporal_cli(Search(environment=variables, download_program=FAILS_TO_DOWNLOAD))
    assert "holds server 1.22; 1.29 or newer is needed" in caught.value.tried[0]


def test_a_wrong_variable_is_an_error_at_once_instead_of_a_reason_to_look_elsewhere(tmp_path: Path) -> None:
    variables = {VARIABLE: str(tmp_path / "absent"), "PATH": "", "HOME": str(tmp_path)}
    with pytest.raises(SetupError, match="cannot be run"):
        find_temporal_cli(Search(environment=variables))
