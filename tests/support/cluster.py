"""A real Temporal cluster without containers: all four services, PostgreSQL below them, 512 shards.

`make cluster` runs it in the foreground (`python -m tests.support.cluster`); tests use the class.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO
from uuid import uuid4

import psycopg
import yaml
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from loopstack_temporal.errors import SetupError
from loopstack_temporal.temporal import process
from loopstack_temporal.temporal.devserver import HOST
from tests.support.cluster_programs import server_programs
from tests.support.ports import new_port
from tests.support.postgres import PostgresServer, postgres_running

SHARDS = 512
SERVICES = ("frontend", "history", "matching", "worker")
DYNAMIC_CONFIG = Path(__file__).parents[2] / "scripts" / "dynamic-config.yaml"
START_LIMIT = 180.0

_ENTRY = re.compile(
    r"\S+T(?P<time>[\d:]+)\S*\t(?P<level>\w+)\t(?P<message>[^\t]*)(?:\t.*\"error\": \"(?P<error>[^\"]{0,200}))?"
)


class Cluster:
    """One cluster in one process, whose data stay in PostgreSQL over stops and kills.

    Args:
        programs: The folder of `server_programs`.
        postgres: A running server; the cluster makes its two databases there.
        folder: For its configuration.
        log: A file for its output; it is appended to.
        port: For clients; 0 chooses a free one.
    """

    def __init__(self, programs: Path, postgres: PostgresServer, folder: Path, *, log: Path, port: int = 0) -> None:
        self.port = port or new_port()
        self.log = log
        self._programs = programs
        self._postgres = postgres
        self._folder = folder
        self._names = {"default": f"temporal_{uuid4().hex[:8]}", "visibility": f"visibility_{uuid4().hex[:8]}"}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """`host:port` for clients."""
        return f"{HOST}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.returncode is None

    def prepare(self) -> None:
        """Create the databases with their schema, and write the configuration."""
        for name, schema in (("default", "temporal"), ("visibility", "visibility")):
            for command in (
                ["create"],
                ["setup-schema", "-v", "0.0"],
                ["update-schema", "--schema-name", f"postgresql/v12/{schema}"],
            ):
                self._schema_tool(self._names[name], *command)
        (self._folder / "config").mkdir(parents=True, exist_ok=True)
        (self._folder / "config" / "cluster.yaml").write_text(yaml.safe_dump(self._configuration()))

    async def start(self) -> None:
        """Start the process and return when it takes runs; SetupError with its last lines when it does not."""
        command = [str(self._programs / "server"), "--root", str(self._folder), "--env", "cluster", "--allow-no-auth"]
        with self.log.open("ab") as output:
            self._process = await process.spawn([*command, "start"], output=output)
        try:
            await self._until_ready()
        except BaseException:
            await self.kill()
            raise

    def shards_of(self, run_ids: Sequence[str]) -> set[int]:
        """The history shards that hold these runs, as the cluster's database says."""
        with psycopg.connect(self._postgres.url(self._names["default"])) as connection:
            found = connection.execute(
                "SELECT DISTINCT shard_id FROM executions WHERE workflow_id = ANY(%s)", [list(run_ids)]
            ).fetchall()
        return {int(row[0]) for row in found}

    async def ended(self) -> None:
        """Wait until the process ends."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """End the process cleanly; nothing happens when none runs."""
        if self._process is not None:
            await process.stop(self._process, grace=20)
            self._process = None

    async def kill(self) -> None:
        """End the process as `kill -9` does; nothing happens when none runs."""
        if self._process is not None:
            await process.kill(self._process)
            self._process = None

    async def __aenter__(self) -> Cluster:
        await asyncio.to_thread(self.prepare)
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _until_ready(self) -> None:
        """Wait until a run can be started: the services find each other, and then the namespace, one by one."""
        client = await Client.connect(self.address, lazy=True)
        deadline = time.monotonic() + START_LIMIT
        reason = "it did not answer"
        while self.running and time.monotonic() < deadline:
            try:
                await _register_default(client)
                await client.start_workflow(
                    "ready", id=f"ready-{uuid4().hex}", task_queue="ready", execution_timeout=timedelta(seconds=1)
                )
                await client.count_workflows()
                return
            except (RPCError, RuntimeError) as error:
                reason = str(error)
            await asyncio.sleep(0.2)
        lines = self.log.read_text(errors="replace").splitlines()[-10:]
        raise SetupError("\n".join([f"The cluster at {self.address} does not serve: {reason}", *lines]))

    def _schema_tool(self, database: str, *command: str) -> None:
        given = ["--plugin", "postgres12", "--ep", HOST, "-p", str(self._postgres.port), "-u", "postgres"]
        done = subprocess.run(
            [self._programs / "sql", *given, "--db", database, *command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            raise SetupError(f"The schema tool failed at {command[0]}:\n{done.stdout}{done.stderr}")

    def _configuration(self) -> dict[str, Any]:
        # They have to be below 32768: Temporal's table of its members has a column of 16 bits.
        ports = {name: (new_port(), new_port()) for name in SERVICES}
        ports["frontend"] = (self.port, ports["frontend"][1])
        return {
            "log": {"stdout": True, "level": "warn", "format": "console"},
            "persistence": {
                "defaultStore": "default",
                "visibilityStore": "visibility",
                "numHistoryShards": SHARDS,
                "datastores": {name: {"sql": self._sql(database)} for name, database in self._names.items()},
            },
            "global": {"membership": {"maxJoinDuration": "30s", "broadcastAddress": HOST}},
            "services": {
                name: {"rpc": {"grpcPort": grpc, "membershipPort": members, "bindOnLocalHost": True}}
                for name, (grpc, members) in ports.items()
            },
            "clusterMetadata": {
                "enableGlobalNamespace": False,
                "failoverVersionIncrement": 10,
                "masterClusterName": "active",
                "currentClusterName": "active",
                "clusterInformation": {
                    "active": {
                        "enabled": True,
                        "initialFailoverVersion": 1,
                        "rpcName": "frontend",
                        "rpcAddress": self.address,
                    }
                },
            },
            "dcRedirectionPolicy": {"policy": "noop"},
            "dynamicConfigClient": {"filepath": str(DYNAMIC_CONFIG), "pollInterval": "60s"},
        }

    def _sql(self, database: str) -> dict[str, Any]:
        return {
            "pluginName": "postgres12",
            "databaseName": database,
            "connectAddr": f"{HOST}:{self._postgres.port}",
            "connectProtocol": "tcp",
            "user": "postgres",
            "maxConns": 20,
            "maxIdleConns": 20,
            "maxConnLifetime": "1h",
        }


async def _register_default(client: Client) -> None:
    request = RegisterNamespaceRequest(
        namespace="default", workflow_execution_retention_period=Duration(seconds=24 * 3600)
    )
    try:
        await client.workflow_service.register_namespace(request)
    except RPCError as error:
        if error.status != RPCStatusCode.ALREADY_EXISTS:
            raise


async def _follow(lines: TextIO) -> None:
    """Show what the services write from now on, one short line each: their own lines carry stacks and places."""
    while True:
        line = lines.readline()
        if not line:
            await asyncio.sleep(0.2)
        elif found := _ENTRY.match(line):
            _say(f"{found['time']}  {found['level']:5}  {found['message']}{_reason(found['error'])}")


def _reason(error: str | None) -> str:
    return f": {error}" if error else ""


async def _serve(postgres: PostgresServer, programs: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = await asyncio.to_thread(postgres.create_database)
    port = process.next_free_port(7233) or 0
    log = postgres.folder / "temporal.log"
    async with Cluster(programs, postgres, postgres.folder / "temporal", log=log, port=port) as cluster:
        _say(f"A Temporal cluster with {SHARDS} shards serves. A worker of it, for example:")
        _say(f"  export TEMPORAL_ADDRESS={cluster.address} LOOPSTACK_DATABASE_URL={database}")
        _say("  .venv/bin/loopstack worker examples.app:app")
        _say("Stop with Ctrl-C; what it holds is lost then.")
        with log.open() as lines:
            lines.seek(0, os.SEEK_END)  # While the services find each other they complain about each other.
            until = [asyncio.create_task(one) for one in (cluster.ended(), stop.wait(), _follow(lines))]
            await asyncio.wait(until, return_when=asyncio.FIRST_COMPLETED)
            for task in until:
                task.cancel()
            await asyncio.gather(*until, return_exceptions=True)
        _say("Stopping …" if cluster.running else f"The cluster ended by itself:\n{log.read_text()[-2000:]}")


def main() -> int:
    """Run a cluster with a PostgreSQL server of its own until Ctrl-C."""
    try:
        programs = server_programs(_say)
        _say("Starting PostgreSQL and the Temporal services …")
        with postgres_running() as postgres:
            asyncio.run(_serve(postgres, programs))
    except SetupError as error:
        _say(str(error))
        return 1
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
