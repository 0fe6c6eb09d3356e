"""`loopstack config show`: each setting as it is here, and where that comes from."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Mapping

from loopstack_temporal.settings import DOTENV, PREFIX, SETTINGS, check, masked

PROVIDERS = (
    *("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "CLAUDE_MODEL"),
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"),
)
TEMPORAL = "TEMPORAL_"
_SECRET = ("_KEY", "_KEY_DATA", "_TOKEN", "_SECRET", "_PASSWORD")


def run(arguments: argparse.Namespace) -> int:
    """Print the settings. Raises `SetupError` for a value that cannot be one, after they are printed."""
    sys.stdout.write("\n".join(table(os.environ, arguments.from_dotenv)) + "\n")
    for text in check(os.environ):
        sys.stderr.write(f"loopstack: {text}.\n")
    return 0


def table(environ: Mapping[str, str], from_dotenv: Collection[str]) -> list[str]:
    """Aligned lines of name, value and origin: ours with their defaults, of the others those that are set."""
    others = [name for name in PROVIDERS if environ.get(name)]
    others += sorted(name for name in environ if name.startswith(TEMPORAL))
    defaults = {setting.name: setting.default or "-" for setting in SETTINGS}
    rows: list[tuple[str, str, str]] = []
    for name in (*defaults, *others):
        given = environ.get(name, "")
        if given.strip():
            rows.append((name, shown(name, given), DOTENV if name in from_dotenv else "variable"))
        else:
            rows.append((name, defaults.get(name, "-"), "default"))
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return [f"{name:<{first}}  {value:<{second}}  {origin}" for name, value, origin in rows]


def shown(name: str, value: str) -> str:
    """A value without its secrets."""
    secret = not name.startswith(PREFIX) and name.endswith(_SECRET)
    return "***" if secret else masked(value)
