"""The Temporal CLI: looked for on this machine, downloaded or built when it is not there.

Order: `LOOPSTACK_TEMPORAL_CLI`, `PATH`, the folders of the Go toolchain, our cache, the SDK's downloader, `go install`.
Every source answers with a usable program or with a sentence why not; the sentences together are the error.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeAlias

from loopstack_temporal.errors import SetupError

VARIABLE = "LOOPSTACK_TEMPORAL_CLI"
PROGRAM = "temporal.exe" if sys.platform == "win32" else "temporal"
GO_PACKAGE = "github.com/temporalio/cli/cmd/temporal@v1.5.1"
"""The newest version `go install` accepts; later ones have a `replace` in their go.mod."""
MINIMUM_SERVER = (1, 29)

_DOWNLOAD = """
import asyncio, sys
from temporalio.testing import WorkflowEnvironment
async def main():
    environment = await WorkflowEnvironment.start_local(download_dest_dir=sys.argv[1], dev_server_log_level="error")
    await environment.shutdown()
asyncio.run(main())
"""
# The SDK has no call that only downloads: it downloads, starts the server and here stops it at once.


@dataclass(frozen=True, slots=True)
class Search:
    """One search for the program: the environment it looks at, whom it tells, and its limits in seconds."""

    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    say: Callable[[str], None] = lambda _: None
    download_program: str = _DOWNLOAD
    """Python text that leaves the program in the folder given as its argument."""
    download_patience: float = 15.0
    """How long the downloader may go without receiving anything."""
    build_limit: float = 1200.0
    progress_every: float = 10.0


Answer: TypeAlias = Path | str
Source: TypeAlias = Callable[[Search], Answer]


def find_temporal_cli(search: Search | None = None) -> Path:
    """The path of a Temporal CLI that runs; the first use on a machine may download or build it (minutes).

    Raises:
        SetupError: `temporal_cli` with everything that was tried, or at once when `LOOPSTACK_TEMPORAL_CLI` is wrong.
    """
    search = search or Search()
    if VARIABLE in search.environment:
        return _from_variable(search)
    tried: list[str] = []
    for source in (_from_path, _from_go_folders, _from_cache, _from_sdk, _from_go_install):
        answer = source(search)
        if isinstance(answer, Path):
            return answer
        tried.append(answer)
    raise SetupError(
        "No Temporal CLI was found and none could be installed. Install it (https://docs.temporal.io/cli) so that "
        f"`temporal` is on PATH, or set {VARIABLE} to the program, or install Go so that it can be built.",
        tried=tried,
        code="temporal_cli",
    )


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where a downloaded or built program is kept: `$XDG_CACHE_HOME/loopstack` or `~/.cache/loopstack`."""
    base = environment.get("XDG_CACHE_HOME")
    return (Path(base) if base else _home(environment) / ".cache") / "loopstack"


def _from_variable(search: Search) -> Path:
    path = Path(search.environment[VARIABLE]).expanduser()
    problem = _defect(path)
    if problem:
        raise SetupError(f"{VARIABLE} is set to {path}, which {problem}.", code="temporal_cli")
    return path


def _from_path(search: Search) -> Answer:
    found = shutil.which("temporal", path=search.environment.get("PATH", ""))
    if found is None:
        return "`temporal` on PATH: there is none"
    return _checked(Path(found), "`temporal` on PATH")


def _from_go_folders(search: Search) -> Answer:
    variables = search.environment
    folders = [Path(variables["GOBIN"])] if variables.get("GOBIN") else []
    folders += [Path(root) / "bin" for root in variables.get("GOPATH", "").split(os.pathsep) if root]
    folders = folders or [_home(variables) / "go" / "bin"]
    return _first(folders, "the Go toolchain's program folder")


def _from_cache(search: Search) -> Answer:
    return _first([cache_folder(search.environment)], "our cache")


def _from_sdk(search: Search) -> Answer:
    """Download in a process of its own with a watch on arriving bytes: the SDK itself would wait without limit."""
    cache = cache_folder(search.environment)
    search.say("Downloading the Temporal CLI …")
    with tempfile.TemporaryDirectory(prefix="download-", dir=_made(cache)) as folder:
        with tempfile.TemporaryFile() as output:
            process = _start([sys.executable, "-c", search.download_program, folder], search, output)
            try:
                in_time = _watch_download(process, Path(folder), search)
            finally:
                _end(process)
            if not in_time:
                return f"the SDK's downloader: nothing arrived for {search.download_patience:g} s"
            programs = sorted(path for path in Path(folder).glob("temporal-*") if path.suffix != ".downloading")
            if process.returncode != 0 or not programs:
                return f"the SDK's downloader: {_last_line(output.fileno())}"
        programs[0].replace(cache / PROGRAM)
    return _checked(cache / PROGRAM, "the SDK's downloader")


def _from_go_install(search: Search) -> Answer:
    go = shutil.which("go", path=search.environment.get("PATH", ""))
    if go is None:
        return "building with `go install`: there is no `go` on PATH"
    cache = cache_folder(search.environment)
    search.say("Building the Temporal CLI with Go (once, about four minutes on two cores) …")
    command = [go, "install", "-trimpath", "-ldflags", "-s -w", GO_PACKAGE]
    with tempfile.TemporaryDirectory(prefix="build-", dir=_made(cache)) as folder:
        with tempfile.TemporaryFile() as output:
            process = _start(command, search, output, {"GOBIN": folder})
            try:
                in_time = _watch_build(process, search)
            finally:
                _end(process)
            if not in_time:
                return f"`go install {GO_PACKAGE}`: not done after {search.build_limit:g} s"
            if process.returncode != 0:
                return f"`go install {GO_PACKAGE}`: {_last_line(output.fileno())}"
        (Path(folder) / PROGRAM).replace(cache / PROGRAM)
    return _checked(cache / PROGRAM, f"`go install {GO_PACKAGE}`")


def _watch_download(process: subprocess.Popen[bytes], folder: Path, search: Search) -> bool:
    """Wait for the end; False when the folder stopped growing for longer than the search is patient."""
    size, since = -1, time.monotonic()
    while not _ended(process, 0.1):
        now = _size(folder)
        if now != size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > search.download_patience:
            return False
    return True


def _watch_build(process: subprocess.Popen[bytes], search: Search) -> bool:
    """Wait for the end and tell the time now and then; False when the limit has passed."""
    started = time.monotonic()
    while not _ended(process, search.progress_every):
        elapsed = time.monotonic() - started
        if elapsed > search.build_limit:
            return False
        search.say(f"Building the Temporal CLI … {elapsed:.0f} s")
    return True


def _checked(path: Path, source: str) -> Answer:
    problem = _defect(path)
    return f"{source}: {path} {problem}" if problem else path


def _first(folders: list[Path], source: str) -> Answer:
    for folder in folders:
        if (folder / PROGRAM).exists():
            return _checked(folder / PROGRAM, source)
    return f"{source}: no `{PROGRAM}` in {', '.join(map(str, folders))}"


def _defect(path: Path) -> str:
    """What is wrong with the program at `path`; empty when nothing is."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except OSError as error:
        return f"cannot be run ({error.strerror})"
    except subprocess.TimeoutExpired:
        return "did not answer `--version` within 30 s"
    version = re.search(r"temporal version .*?Server (\d+)\.(\d+)", done.stdout, re.DOTALL)
    if version is None:
        return "is not the Temporal CLI (`--version` names no server)"
    server = (int(version[1]), int(version[2]))
    wanted = ".".join(map(str, MINIMUM_SERVER))
    return "" if server >= MINIMUM_SERVER else f"holds server {server[0]}.{server[1]}; {wanted} or newer is needed"


def _start(
    command: list[str], search: Search, output: IO[bytes], extra: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    environment = {**search.environment, **(extra or {})}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing behind: the downloader has a server of its own, the Go toolchain its compilers."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def _last_line(output: int) -> str:
    lines = os.pread(output, 1 << 20, 0).decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it ended without a word"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment["HOME"]) if environment.get("HOME") else Path.home()


def main() -> int:
    """Find the program with progress on standard error and print its path: what `make temporal` does."""
    try:
        path = find_temporal_cli(Search(say=_tell))
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Temporal CLI: {path}\n")
    return 0


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
