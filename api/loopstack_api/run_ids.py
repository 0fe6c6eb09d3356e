"""New run ids: UUIDs of version 7, so that ids sort by time and rows of one time lie together."""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def new_run_id() -> str:
    """48 bits of milliseconds, then chance."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))
