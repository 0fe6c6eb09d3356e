"""The programs of a real Temporal cluster, built with Go into our cache: the server and its schema tool."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from loopstack_temporal.errors import SetupError
from loopstack_temporal.temporal.cli_program import cache_folder

VERSION = "v1.29.1"
"""The server that the Temporal CLI of `cli_program` holds too."""
PROGRAMS = ("server", "sql")
PACKAGES = (f"go.temporal.io/server/cmd/server@{VERSION}", f"go.temporal.io/server/cmd/tools/sql@{VERSION}")
BUILD_LIMIT = 1200.0


class GoIsMissing(SetupError):
    """The programs are not built yet, and there is no Go toolchain to build them."""

    code = "go_missing"


def server_programs(say: Callable[[str], None] = lambda _: None) -> Path:
    """The folder with the programs; the first call on a machine builds them (about two minutes on two cores).

    Raises:
        GoIsMissing: there is nothing to build them with.
        SetupError: `temporal_server_build` when the build fails.
    """
    folder = cache_folder(os.environ) / f"temporal-server-{VERSION}"
    if all((folder / name).exists() for name in PROGRAMS):
        return folder
    go = shutil.which("go")
    if go is None:
        raise GoIsMissing("a Temporal cluster is built with Go, and there is no `go` on PATH")
    say(f"Building the Temporal server {VERSION} with Go (once, a few minutes) …")
    began = time.monotonic()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=folder.parent) as built:
        done = subprocess.run(
            [go, "install", "-trimpath", "-ldflags", "-s -w", *PACKAGES],
            env={**os.environ, "GOBIN": built},
            capture_output=True,
            text=True,
            timeout=BUILD_LIMIT,
            check=False,
        )
        if done.returncode != 0:
            raise SetupError(f"The Temporal server cannot be built:\n{done.stderr}", code="temporal_server_build")
        folder.mkdir(exist_ok=True)
        for name in PROGRAMS:
            (Path(built) / name).replace(folder / name)
    say(f"Built in {time.monotonic() - began:.0f} s.")
    return folder


def main() -> int:
    """Build the programs if need be: what `make test` does first, because a test would run into its time limit."""
    try:
        server_programs(_tell)
    except GoIsMissing as error:
        _tell(f"Without the tests on a Temporal cluster: {error}.")
    except SetupError as error:
        _tell(str(error))
        return 1
    return 0


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
