"""The folder in which `loopstack dev` keeps everything: databases, logs, and the lock that makes it the only one."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from loopstack_temporal.errors import SetupError

DATABASE_VARIABLE = "LOOPSTACK_DATABASE_URL"
DEFAULT_DATA_FOLDER = ".loopstack"
_LOCK = "dev.lock"
_OURS = (_LOCK, ".gitignore", "temporal.", "loopstack.db")
"""How the names of our files begin; those of earlier releases may be readable by others."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A folder that is ours while its lock is open, here or in a child that inherited it."""

    path: Path
    lock: int
    """File descriptor. The Temporal server inherits it: killed hard, we may be gone while it still writes."""


@contextmanager
def hold(folder: Path, *, patience: float = 15.0) -> Generator[DataFolder]:
    """Make `folder`, and be its only user in this block.

    Two Temporal servers on one file would damage it, so this comes before anything is started. What a killed
    `loopstack dev` left behind gets `patience` seconds to end.

    Raises:
        SetupError: `data_folder_in_use` when another `loopstack dev` runs in it.
    """
    _make_private(folder)
    with (folder / _LOCK).open("a+") as lock:
        _lock(folder, lock, patience)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield DataFolder(folder, lock.fileno())


def _make_private(folder: Path) -> None:
    """A folder, and files in it, that only their owner reads: runs hold what people answered and models said."""
    if not folder.exists() or any((folder / name).exists() for name in (_LOCK, "loopstack.db")):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)  # Not of a folder that was there for something else.
    (folder / _LOCK).touch(mode=0o600)
    (folder / ".gitignore").write_text("*\n")
    for path in folder.iterdir():
        if path.is_file() and path.name.startswith(_OURS):
            path.chmod(0o600)


def database_url(folder: Path) -> str:
    """`LOOPSTACK_DATABASE_URL`, else a SQLite file in `folder`."""
    return os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{folder.absolute() / 'loopstack.db'}"


def _lock(folder: Path, lock: TextIO, patience: float) -> None:
    began = time.monotonic()
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip()
            # A process that was killed a moment ago still has its id.
            if time.monotonic() - began > (min(patience, 1.0) if _lives(owner) else patience):
                raise SetupError(
                    f"`loopstack dev` already uses {folder} (process {owner or 'unknown'}). Stop that one, or name "
                    "another folder with --data-dir.",
                    code="data_folder_in_use",
                ) from None
        time.sleep(0.05)


def _lives(owner: str) -> bool:
    try:
        os.kill(int(owner), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
