"""`loopstack worker`: one worker process or several, against any cluster and database."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from loopstack_temporal.cli.child import ChildSpec
from loopstack_temporal.cli.console import Console
from loopstack_temporal.cli.data_folder import DATABASE_VARIABLE, DEFAULT_DATA_FOLDER, database_url
from loopstack_temporal.cli.files import choose_app
from loopstack_temporal.cli.supervisor import Supervisor
from loopstack_temporal.temporal.settings import POOLS, PROCESSES, SLOTS, WorkerSettings, processes

WORKER_READY = re.compile("takes work of app")
"""What a worker logs when it has begun to poll."""

APP_VARIABLE = "LOOPSTACK_APP"
_LEAVING = 10.0
"""Seconds a worker may take to leave after its bodies ended or were canceled."""


def run(arguments: argparse.Namespace) -> int:
    """Run until told to stop. Options go before variables, variables before the defaults."""
    os.environ.setdefault(DATABASE_VARIABLE, database_url(Path(DEFAULT_DATA_FOLDER)))
    pools = ",".join(arguments.pool) if arguments.pool else None
    for name, value in ((POOLS, pools), (SLOTS, arguments.slots), (PROCESSES, arguments.processes)):
        if value is not None:
            os.environ[name] = str(value)
    app = choose_app(arguments.app or os.environ.get(APP_VARIABLE), Path.cwd())
    count = processes(os.environ, os.environ[DATABASE_VARIABLE])
    if count > 1:
        return asyncio.run(Supervisor(worker_specs(app, count, os.environ), Console(), together=True).run())
    module = importlib.import_module("loopstack_workers.main")
    main = cast(Callable[[str], int], module.main)
    return main(app)


def worker_specs(app: str, count: int, environment: Mapping[str, str]) -> list[ChildSpec]:
    """`count` worker processes of the same kind."""
    settings = WorkerSettings.from_environment(environment)
    return [
        ChildSpec(
            name=f"worker-{number}",
            command=[sys.executable, "-m", "loopstack_workers", app],
            environment={**environment, "PYTHONUNBUFFERED": "1"},
            ready_line=WORKER_READY,
            grace=settings.graceful_stop + _LEAVING,
        )
        for number in range(1, count + 1)
    ]
