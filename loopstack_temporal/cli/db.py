"""`loopstack db`: the schema of the database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from loopstack_temporal.cli.data_folder import DEFAULT_DATA_FOLDER, database_url
from loopstack_temporal.store.migrate import upgrade


def run(arguments: argparse.Namespace) -> int:
    """Bring the database to the current schema and say what was done."""
    folder = Path(DEFAULT_DATA_FOLDER)
    url = arguments.database_url or database_url(folder)
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///").partition("?")[0]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sys.stdout.write(f"{upgrade(url)}\n")
    return 0
