"""One process per role on an SQLite file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal, Self

from loopstack_temporal.errors import SetupError

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


Role = Literal["worker", "api"]


class FileLock:
    """Held until `release` or the end of the process, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, database: Path, role: Role) -> Self:
        """Lock `<database>.<role>.lock`. Raises `SetupError` (`role_taken`) if another process has it."""
        path = database.with_name(f"{database.name}.{role}.lock")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise SetupError(
                f"another {role} process uses {database.name}; SQLite admits one {role} at a time. "
                "Stop the other one, or use PostgreSQL (`LOOPSTACK_DATABASE_URL=postgresql://…`) for several",
                code="role_taken",
            ) from error
        return cls(descriptor)

    def release(self) -> None:
        """Let another process have the role."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
