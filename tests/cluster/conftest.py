"""The server tests' fixtures on a real cluster instead of the dev server, with PostgreSQL for runs too."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.cluster import Cluster
from tests.support.cluster_programs import GoIsMissing, server_programs
from tests.support.postgres import PostgresServer
from tests.support.stack import Stack, stack_on


@pytest.fixture(scope="package")
async def cluster(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Cluster]:
    """One cluster for the tests of this folder; the first use on a machine builds it."""
    try:
        programs = server_programs()
    except GoIsMissing as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("cluster")
    async with Cluster(programs, postgres_server, folder, log=folder / "cluster.log") as made:
        yield made


@pytest.fixture
async def stack(cluster: Cluster, postgres_database: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """An application of its own; the test starts the processes it needs."""
    async with stack_on(cluster, postgres_database, tmp_path) as made:
        yield made


@pytest.fixture
def crew(stack: Stack) -> Stack:
    """What tests of several workers ask for."""
    return stack


@pytest.fixture
def both(stack: Stack) -> Stack:
    """What tests of both databases ask for; here there is one."""
    return stack


@pytest.fixture
def alone(stack: Stack) -> Stack:
    """What tests ask for that kill the Temporal server; it comes back with its data."""
    return stack


@pytest.fixture(scope="package")
async def running(
    cluster: Cluster, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stack]:
    """An application with two worker processes that no test kills."""
    async with stack_on(cluster, postgres_server.create_database(), tmp_path_factory.mktemp("running")) as made:
        await made.worker(LOOPSTACK_UNKNOWN_GRACE="0")
        await made.worker(LOOPSTACK_UNKNOWN_GRACE="0")
        yield made


@pytest.fixture(scope="package")
async def served(running: Stack) -> Stack:
    """`running` with an API process that no test kills."""
    await running.api()
    return running
