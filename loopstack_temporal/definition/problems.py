"""Collecting everything that is wrong with one class, and where it stands."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import FrameType

from loopstack_temporal.definition.model import Source
from loopstack_temporal.errors import DefinitionError, Problem


@dataclass(slots=True)
class Problems:
    """The mistakes and warnings of one class; filled by every check, raised once at the end."""

    found: list[Problem] = field(default_factory=list[Problem])
    warnings: list[str] = field(default_factory=list[str])

    def add(self, source: Source, code: str, text: str) -> None:
        """Record a mistake. The same one found twice (stacked decorators, two checks) is kept once."""
        problem = Problem(source.file, source.line, text, code)
        if problem not in self.found:
            self.found.append(problem)

    def warn(self, source: Source, text: str) -> None:
        """Record something suspicious that does not stop the class from working."""
        line = f"{source.file}:{source.line}: {text}"
        if line not in self.warnings:
            self.warnings.append(line)

    def raise_for(self, subject: str) -> None:
        """Raise `DefinitionError` with everything found, if anything was."""
        if self.found:
            raise DefinitionError(subject, self.found)


def calling_frame(depth: int) -> FrameType | None:
    """The frame `depth` calls above the function that asks; None where the interpreter has no frames."""
    frame = inspect.currentframe()
    for _ in range(depth + 1):
        frame = frame.f_back if frame else None
    return frame


def calling_source(depth: int) -> Source:
    """File and line of the call `depth` calls above the function that asks: where a decorator was written."""
    frame = calling_frame(depth + 1)
    return Source(frame.f_code.co_filename, frame.f_lineno) if frame else Source("<unknown>", 0)


def hint_for(word: str, known: Iterable[str]) -> str:
    """`"; did you mean 'x'?"` for the nearest known word, else nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
