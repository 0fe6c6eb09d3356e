"""`loopstack db adopt-namespace`: the runs of a database have moved to another Temporal."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from temporalio.service import RPCError

from loopstack_temporal.cli.data_folder import DEFAULT_DATA_FOLDER, database_url
from loopstack_temporal.errors import SetupError
from loopstack_temporal.store import migrate
from loopstack_temporal.store.records import TemporalHome
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from loopstack_temporal.temporal.outside import home_of


def run(arguments: argparse.Namespace) -> int:
    """Note the namespace that `temporal.toml` and `TEMPORAL_*` name, and say what that means."""
    url = arguments.database_url or database_url(Path(DEFAULT_DATA_FOLDER))
    migrate.check(url)
    sys.stdout.write(f"{asyncio.run(_adopt(url))}\n")
    return 0


async def _adopt(url: str) -> str:
    here = await _here()
    store = Store.open(url)
    try:
        before = await store.do(store.homes.move, here)
    finally:
        store.close()
    if before is not None and before.id == here.id:
        return f"The runs of this database lived in Temporal {here.name} already."
    return (
        f"The runs of this database live in Temporal {here.name} from now on"
        f"{f', no longer in {before.name}' if before else ''}. "
        "Workers end the open ones that are not there, after two looks."
    )


async def _here() -> TemporalHome:
    client = await connect(ConnectionSettings())
    try:
        return await home_of(client)
    except RPCError as error:
        raise SetupError(
            f"Temporal does not say which namespace `{client.namespace}` is: {error.message}. Name another by "
            "TEMPORAL_NAMESPACE or in temporal.toml.",
            code="temporal_unreachable",
        ) from error
