"""What connections to providers trust. Loaded by the files that talk to providers, with the first call."""

from __future__ import annotations

import functools
import ssl

import httpx2


@functools.cache
def trusted() -> ssl.SSLContext:
    """The certificates of this machine, read once: that takes a tenth of a second, so not in the event loop."""
    return httpx2.create_ssl_context()
