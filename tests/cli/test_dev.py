"""`loopstack dev` itself, with a real Temporal server and stand-ins for worker and API."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest

from loopstack_temporal.cli.console import Console
from loopstack_temporal.cli.data_folder import hold
from loopstack_temporal.cli.dev import choose_ports, open_browser
from loopstack_temporal.errors import SetupError
from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from tests.cli.running import Running, alive, environment, gone, loopstack
from tests.support.ports import new_port

WORKER = """
import os, runpy, signal, sys
runpy.run_path("app.py")
print("worker", os.getpid(), "takes work of app", sys.argv[1], os.environ["LOOPSTACK_APP"], flush=True)
signal.pause()
"""
API = """
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        kept = {k: v for k, v in os.environ.items() if k.startswith(("LOOPSTACK_", "TEMPORAL_"))}
        body = json.dumps(kept).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
HTTPServer((os.environ["LOOPSTACK_HOST"], int(os.environ["LOOPSTACK_PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with an `app.py`; the stand-ins shadow the real packages because they come first on the path."""
    for name, text in (("loopstack_workers", WORKER), ("loopstack_api", API)):
        package = tmp_path / "standins" / name
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(text)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "app.py").write_text("print('the app is loaded')\n")
    return tmp_path / "app"


def dev(project: Path, *arguments: str, **extra: str) -> Running:
    variables = environment(PYTHONPATH=str(project.parent / "standins"), LOOPSTACK_DATABASE_URL="", **extra)
    return Running(loopstack("dev", "--no-open", *arguments), folder=project, variables=variables)


def ports() -> tuple[str, ...]:
    return ("--port", str(new_port()), "--temporal-port", str(new_port()))


async def get(address: str) -> dict[str, str]:
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /api/v1/health HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert b" 200 " in head
    return json.loads(body)


@pytest.mark.requirement("APP-021")
async def test_everything_starts_reloads_stops_in_order_and_goes_on_where_it_was(project: Path) -> None:
    numbers = ports()
    leak = {"TEMPORAL_API_KEY": "secret", "TEMPORAL_NAMESPACE": "production"}
    async with dev(project, *numbers, **leak) as running:
        studio = (await running.until(r"Studio\s+(http://\S+)"))[1]
        address = (await running.until(r"Temporal\s+(127\.0\.0\.1:\d+)"))[1]
        web = (await running.until(r"Temporal Web\s+(http://\S+)"))[1]
        await running.until(r"worker     worker \d+ takes work of app app\.py app\.py")
        await running.until(r"The database was created \(schema \d+\)\.")
        settings = await get(studio)
        assert settings["TEMPORAL_ADDRESS"] == address
        assert settings["LOOPSTACK_WEB_URL"] == web
        assert settings["LOOPSTACK_DATABASE_URL"] == f"sqlite:///{project / '.loopstack' / 'loopstack.db'}"
        assert not {"TEMPORAL_API_KEY", "TEMPORAL_NAMESPACE"} & settings.keys()
        client = await connect(ConnectionSettings(address=address))
        await client.start_workflow("greet", id="kept", task_queue="nobody")

        (project / "app.py").write_text("print('the app is loaded anew')\n")
        await running.until(r"app\.py changed: restarting the worker")
        await running.until("the app is loaded anew")
        await running.until("takes work of app", times=2)

        (project / "app.py").write_text("this is no Python\n")
        await running.until("SyntaxError")
        await running.until("The worker could not start; it tries again when a file changes")
        (project / "app.py").write_text("print('whole again')\n")
        await running.until("whole again")
        running.process.send_signal(signal.SIGINT)
        assert await running.ended() == 0
        assert running.lines[-1].endswith("Stopped.")
        assert not [line for line in running.lines if "Traceback" in line and "worker" not in line]

    async with dev(project, *numbers) as running:
        await running.until("Ready in")
        client = await connect(ConnectionSettings(address=address))
        assert (await client.get_workflow_handle("kept").describe()).workflow_type == "greet"
        running.process.send_signal(signal.SIGTERM)
        assert await running.ended() == 0


async def test_a_second_start_in_the_same_folder_is_refused_and_a_killed_first_one_leaves_nothing(
    project: Path,
) -> None:
    async with dev(project, *ports()) as running:
        worker = int((await running.until(r"worker (\d+) takes work of app"))[1])
        await running.until("Ready in")
        async with dev(project, *ports()) as second:
            assert await second.ended() == 2
            await second.until(rf"already uses .*\.loopstack \(process {running.process.pid}\)")
        assert alive(worker)
        running.process.send_signal(signal.SIGKILL)
        await gone(worker)
        await running.process.wait()
        with hold(project / ".loopstack", patience=90):
            pass


async def test_ports_that_are_taken_are_replaced_by_the_next_free_ones_aloud(
    capsys: pytest.CaptureFixture[str],
) -> None:
    taken = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    async with taken:
        studio, temporal, web = choose_ports(port, port, Console(colour=False))
    assert len({studio, temporal, web, port}) == 4
    assert f"Port {port} is taken: studio uses {studio}." in capsys.readouterr().out


def test_a_folder_is_held_by_one_at_a_time_and_ignored_by_git(tmp_path: Path) -> None:
    with hold(tmp_path / "data") as held:
        assert (held.path / ".gitignore").read_text() == "*\n"
        with pytest.raises(SetupError, match="Stop that one, or name another folder"), hold(held.path):
            pass
    with hold(held.path):
        pass


def test_no_browser_is_opened_where_no_window_can_appear() -> None:
    assert open_browser("http://127.0.0.1:8000", {}) is False
