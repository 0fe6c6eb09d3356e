"""`loopstack worker`: one worker process, against any cluster and database."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from loopstack_temporal.cli.data_folder import DATABASE_VARIABLE, DEFAULT_DATA_FOLDER, database_url
from loopstack_temporal.cli.files import choose_app


def run(arguments: argparse.Namespace) -> int:
    """Run the worker until it is told to stop, then leave this process at once with the worker's status."""
    os.environ.setdefault(DATABASE_VARIABLE, database_url(Path(DEFAULT_DATA_FOLDER)))
    module = importlib.import_module("loopstack_workers.main")
    main = cast(Callable[[str], int], module.main)
    leave(main(choose_app(arguments.app, Path.cwd())))
    return 0


def leave(status: int) -> None:
    """End the process without finalising the interpreter.

    The SDK's threads race with it right after a worker was stopped, and about one exit in six would abort (134).
    """
    sys.stdout.flush()
    sys.stderr.flush()
    gc.collect()
    os._exit(status)
