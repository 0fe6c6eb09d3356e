"""`loopstack dev`: Temporal, worker and API with one command, restarted and stopped together."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from loopstack_temporal.cli.child import ChildSpec
from loopstack_temporal.cli.console import Console
from loopstack_temporal.cli.data_folder import DATABASE_VARIABLE, DataFolder, database_url, hold
from loopstack_temporal.cli.files import app_folder, changes, choose_app
from loopstack_temporal.cli.supervisor import Supervisor
from loopstack_temporal.cli.worker import WORKER_READY
from loopstack_temporal.errors import SetupError
from loopstack_temporal.temporal import process
from loopstack_temporal.temporal.cli_program import Search, find_temporal_cli
from loopstack_temporal.temporal.devserver import HOST, DevServerOptions, server_command, wait_until_ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Everything that is settled before the first process starts."""

    app: str
    folder: Path
    """The files of the app; a change restarts the worker."""
    data: DataFolder
    database: str
    program: Path
    port: int
    temporal_port: int
    web_port: int

    @property
    def studio_url(self) -> str:
        """Where the browser goes."""
        return f"http://{HOST}:{self.port}"

    @property
    def web_url(self) -> str:
        """Where Temporal Web is."""
        return f"http://{HOST}:{self.web_port}"

    @property
    def temporal_address(self) -> str:
        """Where clients of Temporal connect."""
        return f"{HOST}:{self.temporal_port}"


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C (0) or until a part keeps dying (1); SetupError when it cannot begin."""
    console = Console()
    here = Path.cwd()
    app = choose_app(arguments.app, here)
    folder = app_folder(app, here)
    with hold(Path(arguments.data_dir).absolute()) as data:
        ports = choose_ports(arguments.port, arguments.temporal_port, console)
        program = find_temporal_cli(Search(say=console.say))
        stack = Stack(
            app=app,
            folder=folder,
            data=data,
            database=database_url(data.path),
            program=program,
            port=ports[0],
            temporal_port=ports[1],
            web_port=ports[2],
        )
        return asyncio.run(_supervise(stack, console, open_page=not arguments.no_open))


def choose_ports(port: int, temporal_port: int, console: Console) -> tuple[int, int, int]:
    """Ports for studio, Temporal and Temporal Web: the wanted ones, else the next free ones, said aloud."""
    chosen: list[int] = []
    wanted = {"studio": port, "Temporal": temporal_port, "Temporal Web": temporal_port + 1000}
    for name, number in wanted.items():
        free = process.next_free_port(number, apart_from=chosen)
        if free is None:
            raise SetupError(f"No free port for {name} from {number} upwards; name another.", code="port_taken")
        if free != number:
            console.say(f"Port {number} is taken: {name} uses {free}.")
        chosen.append(free)
    return chosen[0], chosen[1], chosen[2]


def child_specs(stack: Stack, environment: Mapping[str, str]) -> list[ChildSpec]:
    """The three children in starting order; the opposite order (worker, API, Temporal) is how they stop."""
    options = DevServerOptions(
        database=stack.data.path / "temporal.db", port=stack.temporal_port, ui_port=stack.web_port, log_level="error"
    )
    temporal = ChildSpec(
        name="temporal",
        command=server_command(stack.program, options),
        environment=environment,
        probe=lambda: wait_until_ready(stack.temporal_address),
        needed_first=True,
        inherits=(stack.data.lock,),
        quiet=True,
        private=True,
    )
    api = ChildSpec(
        name="api",
        command=[sys.executable, "-m", "loopstack_api"],
        environment=environment,
        probe=lambda: _answers(stack.port),
        grace=5.0,
    )
    worker = ChildSpec(
        name="worker",
        command=[sys.executable, "-m", "loopstack_workers", stack.app],
        environment=environment,
        ready_line=WORKER_READY,
        follows_files=True,
    )
    return [temporal, api, worker]


def child_environment(stack: Stack, base: Mapping[str, str]) -> dict[str, str]:
    """The variables of the children: ours, and a Temporal configuration that knows our server only.

    A profile for a production cluster in the person's own temporal.toml must not leak its key or namespace in here.
    """
    kept = {name: value for name, value in base.items() if not name.startswith("TEMPORAL_")}
    config = stack.data.path / "temporal.toml"
    config.touch(mode=0o600)
    config.write_text(f'[profile.default]\naddress = "{stack.temporal_address}"\n')
    return {
        # Ctrl-C should not take long; a step that was cut off runs again at the next start.
        "LOOPSTACK_GRACEFUL_STOP": "5",
        **kept,
        DATABASE_VARIABLE: stack.database,
        "LOOPSTACK_APP": stack.app,
        "LOOPSTACK_HOST": HOST,
        "LOOPSTACK_PORT": str(stack.port),
        "LOOPSTACK_WEB_URL": stack.web_url,
        "PYTHONUNBUFFERED": "1",
        "TEMPORAL_ADDRESS": stack.temporal_address,
        "TEMPORAL_CONFIG_FILE": str(config),
    }


async def _supervise(stack: Stack, console: Console, *, open_page: bool) -> int:
    began = time.monotonic()
    environment = child_environment(stack, os.environ)
    await _migrate(environment, console)

    def announce() -> None:
        console.say(f"Ready in {time.monotonic() - began:.1f} s.")
        console.say(f"  Studio        {stack.studio_url}")
        console.say(f"  Temporal Web  {stack.web_url}")
        console.say(f"  Temporal      {stack.temporal_address}")
        console.say(f"  Data          {stack.data.path}")
        console.say("Stop with Ctrl-C; runs go on where they were at the next start.")
        if open_page:
            open_browser(stack.studio_url, os.environ)

    found = changes(stack.folder, ignored=stack.data.path)
    specs = child_specs(stack, environment)
    status = await Supervisor(specs, console, on_ready=announce, changes=found).run()
    if status == 0:
        console.say("Stopped.")
    return status


async def _migrate(environment: Mapping[str, str], console: Console) -> None:
    """Bring the database to the current schema in a process of its own, and tell what it told."""
    command = [sys.executable, "-m", "loopstack_temporal.cli", "db", "upgrade"]
    upgrade = await process.spawn(command, environment=environment, output=asyncio.subprocess.PIPE)
    output, _ = await upgrade.communicate()
    text = output.decode(errors="replace").strip()
    if upgrade.returncode != 0:
        raise SetupError(f"The database could not be brought up to date:\n{text}", code="migration_failed")
    console.say(text)


async def _answers(port: int, *, limit: float = 120.0) -> None:
    """Wait until something speaks HTTP at `port`; SetupError after `limit` seconds."""
    deadline = time.monotonic() + limit
    request = f"GET /api/v1/health HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode()
    while time.monotonic() < deadline:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(5):
                reader, writer = await asyncio.open_connection(HOST, port)
                try:
                    writer.write(request)
                    if (await reader.readline()).startswith(b"HTTP/"):
                        return
                finally:
                    writer.close()
        await asyncio.sleep(0.1)
    raise SetupError(f"The API did not answer at port {port} within {limit:g} s.", code="api_unreachable")


def open_browser(url: str, environment: Mapping[str, str]) -> bool:
    """Open `url` where that shows a window: a text browser in the terminal would eat the log."""
    has_window = sys.platform in {"darwin", "win32"} or any(map(environment.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    return bool(has_window and sys.stdout.isatty() and webbrowser.open(url))
