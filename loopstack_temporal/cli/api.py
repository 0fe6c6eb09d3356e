"""`loopstack api`: the process that answers HTTP and serves the studio."""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

from loopstack_temporal.cli.data_folder import DATABASE_VARIABLE, DEFAULT_DATA_FOLDER, database_url


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop. Options go before variables, variables before the defaults."""
    os.environ.setdefault(DATABASE_VARIABLE, database_url(Path(DEFAULT_DATA_FOLDER)))
    for name, value in (("LOOPSTACK_HOST", arguments.host), ("LOOPSTACK_PORT", arguments.port)):
        if value is not None:
            os.environ[name] = str(value)
    module = importlib.import_module("loopstack_api.main")
    return cast(Callable[[], int], module.main)()
