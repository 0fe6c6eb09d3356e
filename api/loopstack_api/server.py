"""The HTTP server: uvicorn with our limits, and an end that event streams do not hold up."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Generator

import uvicorn
from fastapi import FastAPI

log = logging.getLogger("loopstack.api")

GRACE_SECONDS = 1
"""What requests under way get at the end; event streams end at once."""


class Server(uvicorn.Server):
    """Uvicorn waits for open connections when it stops; ours would be event streams that never end by themselves."""

    def __init__(self, app: FastAPI, *, host: str, port: int) -> None:
        self._hub = app.state.services.hub
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=GRACE_SECONDS,
                h11_max_incomplete_event_size=16 * 1024,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop on SIGTERM and SIGINT. Uvicorn raises them again afterwards, which would skip our own tidying up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say where."""
        await super().startup(sockets)
        if self.started:
            for server in self.servers:
                for bound in server.sockets:
                    host, port = bound.getsockname()[:2]
                    log.info("listening on http://%s:%s", f"[{host}]" if ":" in host else host, port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams first, then what uvicorn ends."""
        self._hub.close()
        await super().shutdown(sockets)
