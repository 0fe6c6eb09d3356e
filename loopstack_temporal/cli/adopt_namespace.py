"""`loopstack db adopt-namespace`: the runs of a database have moved to another Temporal."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from loopstack_temporal.cli.data_folder import DEFAULT_DATA_FOLDER, database_url
from loopstack_temporal.store import migrate
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.home import configured_home


def run(arguments: argparse.Namespace) -> int:
    """Note the namespace that `temporal.toml` and `TEMPORAL_*` name, and say what that means."""
    url = arguments.database_url or database_url(Path(DEFAULT_DATA_FOLDER))
    migrate.check(url)
    sys.stdout.write(f"{asyncio.run(_adopt(url))}\n")
    return 0


async def _adopt(url: str) -> str:
    here = await configured_home()
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
