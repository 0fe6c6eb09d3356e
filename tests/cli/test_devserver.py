"""The Temporal dev server as a process: its life, its file, and the connection to it."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest

from loopstack_temporal.errors import SetupError
from loopstack_temporal.temporal import attributes, process
from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from loopstack_temporal.temporal.devserver import DevServer, DevServerOptions
from tests.cli.running import Running, environment, gone


async def test_what_was_started_survives_a_killed_server_on_the_same_ports(tmp_path: Path) -> None:
    options = DevServerOptions(database=tmp_path / "data" / "temporal.db")
    async with DevServer(options, log=tmp_path / "log") as server:
        client = await connect(ConnectionSettings(address=server.address))
        await client.start_workflow("greet", id="kept", task_queue="nobody")
        await server.kill()
        assert not server.running
        await server.start()
        again = await connect(ConnectionSettings(address=server.address))
        assert (await again.get_workflow_handle("kept").describe()).workflow_type == "greet"


async def test_the_server_knows_our_search_attributes_and_serves_temporal_web(tmp_path: Path) -> None:
    async with DevServer(DevServerOptions(ui_port=0), log=tmp_path / "log") as server:
        client = await connect(ConnectionSettings(address=server.address))
        request = ListSearchAttributesRequest(namespace="default")
        answer = await client.operator_service.list_search_attributes(request)
        assert attributes.TYPES.keys() <= dict(answer.custom_attributes).keys()
        assert server.web_url == f"http://127.0.0.1:{server.ui_port}"
        reader, writer = await asyncio.open_connection("127.0.0.1", server.ui_port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
        await writer.wait_closed()


async def test_a_server_that_cannot_start_says_why_with_its_last_lines(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    async with taken:
        with pytest.raises(SetupError, match=r"Its last lines(.|\n)*address already in use"):
            await DevServer(DevServerOptions(port=port), log=tmp_path / "log").start()


async def test_nobody_at_the_address_is_a_setup_error_that_names_it() -> None:
    port = process.free_port()
    with pytest.raises(SetupError, match=rf"127.0.0.1:{port}: connection refused.*TEMPORAL_ADDRESS") as caught:
        await connect(ConnectionSettings(address=f"127.0.0.1:{port}", limit=5))
    assert caught.value.reason == "temporal_unreachable"


@pytest.mark.requirement("APP-019")
async def test_address_and_namespace_come_from_the_usual_file_and_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.default]\naddress = "files:7233"\nnamespace = "from-file"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "variables:7233")
    client = await connect(lazy=True)
    assert client.namespace == "from-file"
    assert client.service_client.config.target_host == "variables:7233"


async def test_an_unreadable_configuration_is_a_setup_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text("profile = [")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))
    with pytest.raises(SetupError) as caught:
        await connect(lazy=True)
    assert caught.value.reason == "temporal_settings"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a child that its parent is gone")
async def test_a_child_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    parent = (
        "import asyncio\n"
        "from loopstack_temporal.temporal.process import spawn\n"
        "async def main():\n"
        "    child = await spawn(['sleep', '600'])\n"
        "    print('child', child.pid, flush=True)\n"
        "    await child.wait()\n"
        "asyncio.run(main())\n"
    )
    async with Running([sys.executable, "-c", parent], folder=tmp_path, variables=environment()) as running:
        child = int((await running.until(r"child (\d+)"))[1])
        running.process.send_signal(signal.SIGKILL)
        await gone(child)


async def test_a_program_that_does_not_exist_ends_with_127_and_says_so() -> None:
    started = await process.spawn(["no-such-program"], output=asyncio.subprocess.PIPE)
    output, _ = await started.communicate()
    assert started.returncode == 127
    assert b"cannot run no-such-program" in output


def test_ports_that_are_taken_or_excluded_are_passed_over() -> None:
    first = process.free_port()
    assert process.next_free_port(first) == first
    assert process.next_free_port(first, apart_from=[first]) != first
    assert process.next_free_port(65535, apart_from=[65535]) is None
