"""Facts about the file a class stands in."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

_BASES = ("builtins", "typing", "abc", "pydantic", "loopstack_temporal.definition", "loopstack_temporal.tools.base")
"""Modules of base classes that have no files of an author beside them."""


def folders_of(cls: type[Any]) -> tuple[Path, ...]:
    """Folders of the files that declare a class and its bases, nearest first: where relative paths are looked up."""
    own = [base for base in cls.__mro__ if base is cls or not base.__module__.startswith(_BASES)]
    modules = (sys.modules.get(base.__module__) for base in own)
    files = (getattr(module, "__file__", None) for module in modules)
    return tuple(dict.fromkeys(Path(file).resolve().parent for file in files if file)) or (Path.cwd(),)


def docstring_of(cls: type[Any]) -> str:
    """The first paragraph of the class's own docstring on one line; empty without one."""
    text = inspect.cleandoc(vars(cls).get("__doc__") or "")
    return " ".join(text.split("\n\n")[0].split())
