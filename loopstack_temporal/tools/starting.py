"""The runs that a tool starts: they count only if the call that asked for them ends well."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from loopstack_temporal.errors import ContextClosed


@dataclass(frozen=True, slots=True)
class Started:
    """A run that starts with the commit of the transition."""

    run_id: str
    told: bool
    """Whether a wait transition is told of its end."""
    forget: Callable[[], None]
    """Start it not, after all."""


class Starting:
    """The runs that one try of a tool asked for."""

    def __init__(self) -> None:
        self.runs: list[Started] = []
        self._failed = False

    def take(self, run: Started) -> None:
        """One more. Raises `ContextClosed` when the try has failed and only its body goes on."""
        if self._failed:
            run.forget()
            raise ContextClosed("a run was asked for by a tool whose call had ended; it was not started")
        self.runs.append(run)

    def find(self, run_id: str) -> Started | None:
        """The one of that id."""
        return next((one for one in self.runs if one.run_id == run_id), None)

    def drop(self) -> None:
        """The try failed: none of them starts."""
        self._failed = True
        for run in self.runs:
            run.forget()
        self.runs.clear()


_starting: ContextVar[Starting | None] = ContextVar("loopstack_starting", default=None)


@contextmanager
def starting() -> Generator[Starting]:
    """Note the runs asked for in here, by this task and those it starts; an exception lets none of them start."""
    outer, found = _starting.get(), Starting()
    token = _starting.set(found)
    try:
        yield found
    except BaseException:
        found.drop()
        raise
    finally:
        _starting.reset(token)
    if outer is not None:
        for run in found.runs:
            outer.take(run)


def note_start(run: Started) -> None:
    """A run was asked for in this context. Raises `ContextClosed` like `Starting.take`."""
    if (found := _starting.get()) is not None:
        found.take(run)
