"""A worker process: settings from the environment, one application, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys

from loopstack_temporal import failpoints, settings
from loopstack_temporal.app.loading import load_app
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.errors import DefinitionError, LoopstackError, SetupError
from loopstack_temporal.store import migrate
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.connection import ConnectionSettings, connect
from loopstack_temporal.temporal.pools import chosen_pools
from loopstack_temporal.temporal.settings import WorkerSettings
from loopstack_temporal.temporal.worker import AppWorker

DATABASE = "LOOPSTACK_DATABASE_URL"
APP = "LOOPSTACK_APP"


def main(app: str = "") -> int:
    """Run the worker of `app` (`module:name` or `file.py[:name]`; default: `LOOPSTACK_APP`).

    Ends the process itself: the Temporal SDK can abort an interpreter that exits right after a worker stopped. Exit
    code 0 after a stop by signal, 1 after a failure, 2 when the worker could not start.
    """
    logging.basicConfig(level=settings.log_level(os.environ), format="%(message)s", stream=sys.stdout)
    for chatty in ("alembic", "temporalio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    code = 0
    try:
        asyncio.run(_run(app or os.environ.get(APP, "")))
    except (SetupError, DefinitionError) as error:
        logging.getLogger("loopstack.worker").error("%s", error)
        code = 2
    except LoopstackError as error:
        logging.getLogger("loopstack.worker").error("%s", error)
        code = 1
    except Exception:
        logging.getLogger("loopstack.worker").exception("the worker failed")
        code = 1
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


async def _run(reference: str) -> None:
    failpoints.refuse_in_production(os.environ.get("LOOPSTACK_ENV"))
    if not reference:
        raise SetupError(f"no app is named: `loopstack worker module:app`, or set `{APP}`")
    url = os.environ.get(DATABASE)
    if not url:
        raise SetupError(
            f"`{DATABASE}` is not set; it names the database, for example sqlite:///.loopstack/loopstack.db"
        )
    mine = WorkerSettings.from_environment()
    for text in settings.check(os.environ):
        logging.getLogger("loopstack.worker").warning("%s", text)
    app = resolve(load_app(reference))
    chosen_pools(app, mine.pools)  # Refused before anything is opened.
    migrate.check(url)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, stop)
    store = Store.open(url, role="worker", connections=mine.connections)
    try:
        client = await connect(ConnectionSettings(), tolerant=True)
        await AppWorker(app, client, store, mine).run(stop)
    finally:
        await app.aclose()
        store.close()


def _stop(stop: asyncio.Event) -> None:
    if stop.is_set():  # Asked twice: whoever asks does not want to wait.
        os._exit(1)
    stop.set()
