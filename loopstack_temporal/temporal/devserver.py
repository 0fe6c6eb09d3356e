"""The Temporal dev server as we run it: on loopback, file-backed, with the values that make a step take milliseconds.

`loopstack dev` and the tests start the same command; `DevServer` is the life of one such process, which can be stopped,
killed and started again on the same ports and the same file.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from loopstack_temporal.errors import SetupError
from loopstack_temporal.temporal import attributes, process
from loopstack_temporal.temporal.cli_program import find_temporal_cli

HOST = "127.0.0.1"

DYNAMIC_CONFIG: Mapping[str, str] = MappingProxyType(
    {
        # Both limits are 20 per shard by default, and a dev server has one shard: 50 to 100 ms per step.
        "history.transferProcessorMaxPollRPS": "5000",
        "history.timerProcessorMaxPollRPS": "5000",
        "system.enableActivityEagerExecution": "true",
        # With the usual four partitions one dispatch in a hundred stalls for two seconds.
        "matching.numTaskqueueReadPartitions": "1",
        "matching.numTaskqueueWritePartitions": "1",
    }
)
"""Values for the server's dynamic configuration, as JSON."""

# 16 -> 9 ms per step; survives kill -9. After a power cut the server's history may be behind our SQL, never ahead of
# it, and the fence of a step makes that harmless.
PRAGMAS: Mapping[str, str] = MappingProxyType({"journal_mode": "WAL", "synchronous": "NORMAL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DevServerOptions:
    """How to run one dev server."""

    database: Path | None = None
    """The file that keeps everything between starts; None keeps it in memory and loses it with the process."""
    port: int = 0
    """The port for clients; 0 chooses a free one."""
    ui_port: int | None = None
    """The port of Temporal Web; 0 chooses a free one, None runs without it."""
    log_level: str = "warn"


def server_command(program: Path, options: DevServerOptions) -> list[str]:
    """The command line that runs the dev server with `options`, whose ports must be chosen."""
    command = [str(program), "server", "start-dev", "--ip", HOST, "--port", str(options.port)]
    command += ["--headless"] if options.ui_port is None else ["--ui-port", str(options.ui_port)]
    command += ["--log-level", options.log_level]
    for name, value in DYNAMIC_CONFIG.items():
        command += ["--dynamic-config-value", f"{name}={value}"]
    for name, kind in attributes.TYPES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    if options.database is not None:
        command += ["--db-filename", str(options.database)]
        for name, value in PRAGMAS.items():
            command += ["--sqlite-pragma", f"{name}={value}"]
    return command


async def wait_until_ready(address: str, *, limit: float = 120.0, alive: Callable[[], bool] = lambda: True) -> None:
    """Wait until the server at `address` answers for its default namespace.

    Raises:
        SetupError: `temporal_unreachable` when it does not within `limit` seconds, or `alive` turns false before.
    """
    client = await Client.connect(address, lazy=True)
    request = DescribeNamespaceRequest(namespace=client.namespace)
    deadline = time.monotonic() + limit
    while alive() and time.monotonic() < deadline:
        with suppress(RPCError, RuntimeError):
            await client.workflow_service.describe_namespace(request)
            return
        await asyncio.sleep(0.05)
    reason = f"did not answer within {limit:g} s" if alive() else "ended while it started"
    raise SetupError(f"The Temporal server at {address} {reason}.", code="temporal_unreachable")


class DevServer:
    """One dev server process, its ports and its file.

    Args:
        options: Ports (0 is replaced by a free port once, and kept over restarts) and database.
        log: A file for the server's output; it is appended to.
        program: The Temporal CLI; None looks for it.
    """

    def __init__(self, options: DevServerOptions, *, log: Path, program: Path | None = None) -> None:
        self._program = program or find_temporal_cli()
        self.port = options.port or process.free_port()
        self.ui_port = process.free_port() if options.ui_port == 0 else options.ui_port
        self.log = log
        self._options = DevServerOptions(
            database=options.database, port=self.port, ui_port=self.ui_port, log_level=options.log_level
        )
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """`host:port` for clients."""
        return f"{HOST}:{self.port}"

    @property
    def web_url(self) -> str | None:
        """The address of Temporal Web, or None without it."""
        return None if self.ui_port is None else f"http://{HOST}:{self.ui_port}"

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.returncode is None

    async def start(self, *, limit: float = 120.0) -> None:
        """Start the process and return when it serves; SetupError with its last lines when it does not."""
        if self.running:
            return
        if self._options.database is not None:
            self._options.database.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = await process.spawn(server_command(self._program, self._options), output=output)
        try:
            await wait_until_ready(self.address, limit=limit, alive=lambda: self.running)
        except SetupError as error:
            await self.kill()
            lines = self.log.read_text(errors="replace").splitlines()[-10:]
            raise SetupError("\n".join([str(error), "Its last lines:", *lines]), code=error.reason) from error
        except BaseException:
            await self.kill()
            raise

    async def stop(self) -> None:
        """End the process cleanly; nothing happens when none runs."""
        if self._process is not None:
            await process.stop(self._process)
            self._process = None

    async def kill(self) -> None:
        """End the process as `kill -9` does; nothing happens when none runs."""
        if self._process is not None:
            await process.kill(self._process)
            self._process = None

    async def __aenter__(self) -> DevServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
