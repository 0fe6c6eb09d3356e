"""One readable log of several processes: every line begins with a short coloured name."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

OWN_NAME = "loopstack"
_COLOURS = ("36", "35", "34", "32", "33")  # cyan, magenta, blue, green, yellow: red is left to errors
_WIDTH = len(OWN_NAME)


class Console:
    """Writes lines to `stream`, in colour when `colour` says so; names get their colours in order of appearance."""

    def __init__(self, stream: TextIO | None = None, *, colour: bool | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colour = wants_colour(self._stream, os.environ) if colour is None else colour
        self._codes: dict[str, str] = {OWN_NAME: "1"}

    def line(self, name: str, text: str) -> None:
        """One line of the process `name`."""
        padded = name.ljust(_WIDTH)
        if self._colour:
            code = self._codes.setdefault(name, _COLOURS[(len(self._codes) - 1) % len(_COLOURS)])
            padded = f"\x1b[{code}m{padded}\x1b[0m"
        try:
            self._stream.write(f"{padded}  {text}\n")
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            # Whoever read the log is gone. Stopping the processes in order matters more than telling about it.
            return

    def say(self, text: str) -> None:
        """One line (or several) of our own."""
        for line in text.splitlines():
            self.line(OWN_NAME, line)

    def complain(self, text: str) -> None:
        """Like `say`, in red: something needs the reader's hand."""
        for line in text.splitlines():
            self.line(OWN_NAME, f"\x1b[31m{line}\x1b[0m" if self._colour else line)


def wants_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Colour for terminals only, and never under NO_COLOR (https://no-color.org) or TERM=dumb."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
