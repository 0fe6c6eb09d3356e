"""What `loopstack dev` keeps and opens is for the person who started it."""

from __future__ import annotations

import os
import re
import signal
import stat
from pathlib import Path

import pytest

from tests.cli.running import Running, environment, loopstack
from tests.support.ports import new_port

APP = """
from loopstack_temporal import BaseWorkflow, StudioApp, transition, workflow

@workflow
class QuietWorkflow(BaseWorkflow):
    @transition(to="end")
    async def rest(self) -> None: ...

app = StudioApp(title="Quiet", workflows=[QuietWorkflow])
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def family(pid: int) -> set[int]:
    """A process and its descendants."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def listening(pids: set[int]) -> set[str]:
    """Local addresses, as the kernel writes them, at which these processes accept connections."""
    sockets: set[str] = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                sockets |= set(re.findall(r"socket:\[(\d+)\]", os.readlink(link)))
            except FileNotFoundError:
                continue
    found: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in sockets:
                found.add(columns[1].partition(":")[0])
    return found


@pytest.mark.requirement("SEC-002")
async def test_files_are_the_owners_only_and_nothing_listens_beyond_this_machine(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    data = tmp_path / ".loopstack"
    data.mkdir(mode=0o755)
    for name in ("dev.lock", "temporal.toml"):
        (data / name).touch(mode=0o644)  # As an earlier release left them.
    numbers = ("--port", str(new_port()), "--temporal-port", str(new_port()))
    variables = environment(LOOPSTACK_DATABASE_URL="")
    before = os.umask(0o022)
    try:
        async with Running(loopstack("dev", "--no-open", *numbers), folder=tmp_path, variables=variables) as running:
            await running.until("Ready in")
            assert mode(data) == 0o700
            modes = {path.name: oct(mode(path)) for path in data.iterdir()}
            assert {"loopstack.db", "temporal.db", "temporal.toml", "loopstack.db.api.lock"} <= set(modes)
            assert set(modes.values()) == {"0o600"}, modes
            assert listening(family(running.process.pid)) == {"0100007F"}, "127.0.0.1"
            running.process.send_signal(signal.SIGTERM)
            assert await running.ended() == 0
    finally:
        os.umask(before)
