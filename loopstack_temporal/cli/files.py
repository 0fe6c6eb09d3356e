"""Which files belong to an app, and when they change."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from watchfiles import Change, DefaultFilter
from watchfiles import awatch as awatch  # pyright: ignore[reportUnknownVariableType] - names trio, which is not installed

from loopstack_temporal.errors import SetupError

SUFFIXES = frozenset(
    {".py", ".yaml", ".yml", ".json", ".toml", ".md", ".txt", ".j2", ".jinja", ".jinja2", ".html", ".prompt"}
)
"""What an app is made of; a database, a log or a lock file beside it is not."""


class AppFiles(DefaultFilter):
    """Files of an app, apart from the usual machine-made folders and the `ignored` ones."""

    def __init__(self, ignored: Path) -> None:
        super().__init__(ignore_paths=[str(ignored)])

    def __call__(self, change: Change, path: str) -> bool:
        """Whether `path` matters."""
        return Path(path).suffix in SUFFIXES and super().__call__(change, path)


async def changes(folder: Path, *, ignored: Path, debounce_ms: int = 300) -> AsyncGenerator[set[Path]]:
    """Sets of files below `folder` that changed, collected until `debounce_ms` after the first of each set."""
    async for found in awatch(folder, watch_filter=AppFiles(ignored), debounce=debounce_ms, step=50):
        yield {Path(path) for _, path in found}


def choose_app(given: str | None, folder: Path) -> str:
    """The app to run: the given one, else `app.py` in `folder`; SetupError explaining both when there is neither."""
    if given:
        return given
    if (folder / "app.py").is_file():
        return "app.py"
    raise SetupError(
        f"No app was named and there is no app.py in {folder}. Name one: `loopstack dev package.module:app` or "
        "`loopstack dev path/to/file.py`.",
        code="app_not_found",
    )


def app_folder(app: str, folder: Path) -> Path:
    """The folder whose files belong to `app` (`module:app` or `file.py[:app]`); nothing of the app is imported.

    Raises:
        SetupError: `app_not_found` when there is no such file or module.
    """
    target = app.partition(":")[0]
    if target.endswith(".py") or "/" in target or "\\" in target:
        path = (folder / target).resolve()
        if path.is_file():
            return _package_root(path.parent)
        raise SetupError(f"Cannot find the app `{app}`: there is no file {path}.", code="app_not_found")
    top = target.partition(".")[0]
    for base in (folder, *map(Path, sys.path)):
        if (base / top).is_dir():
            return (base / top).resolve()
        if (base / f"{top}.py").is_file():
            return base.resolve()
    spec = importlib.util.find_spec(top) if top.isidentifier() else None
    if spec is not None and spec.origin:
        return Path(spec.origin).resolve().parent
    raise SetupError(
        f"Cannot find the app `{app}`: there is no module `{top}` in {folder} or the environment.",
        code="app_not_found",
    )


def _package_root(folder: Path) -> Path:
    while (folder / "__init__.py").is_file() and (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    return folder
