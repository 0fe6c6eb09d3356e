"""`python -m loopstack_api`: the API process. The only module here that imports the Temporal room."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from pydantic import ValidationError

from loopstack_api.app import create_app
from loopstack_api.server import Server
from loopstack_api.settings import Settings
from loopstack_temporal import settings
from loopstack_temporal.errors import SetupError
from loopstack_temporal.store import migrate
from loopstack_temporal.store.store import Store
from loopstack_temporal.temporal.client import connect_runs

CANNOT_START = 2
"""As of a worker: starting it again is of no use before something is repaired."""


async def serve(given: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises `SetupError` for an old schema, a taken file lock or bad settings."""
    migrate.check(given.database_url)
    store = Store.open(given.database_url, "api")
    try:
        async with connect_runs() as runs:
            await Server(create_app(store, runs, given), host=given.host, port=given.port).serve()
    finally:
        store.close()


def main() -> int:
    """Run the API with settings from `LOOPSTACK_…`; 0 after an ordinary stop, 2 with a sentence if it cannot start."""
    logging.basicConfig(level=settings.log_level(os.environ), format="%(message)s")
    # Looking at the schema is not worth two lines at every start.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        for text in settings.check(os.environ):
            logging.getLogger("loopstack.api").warning("%s", text)
        asyncio.run(serve(Settings()))
    except ValidationError as error:
        for item in error.errors():
            _say(f"LOOPSTACK_{'_'.join(map(str, item['loc'])).upper()}: {item['msg']}")
        return CANNOT_START
    except SetupError as error:
        _say(str(error))
        return CANNOT_START
    except KeyboardInterrupt:
        # Uvicorn stopped in good order and passes the signal on.
        return 0
    return 0


def _say(text: str) -> None:
    print(f"loopstack api: {text}", file=sys.stderr)  # noqa: T201 - for the person at the terminal
