"""The frozen values a decorated class is read into. Everything above this room works on them, never on decorators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from loopstack_temporal.definition.shape import Shape

FAREWELL_LIMIT = 30.0
"""Seconds that `@on_cancel` may take."""
START = "start"
END = "end"
DEFAULT_POOL = "default"
"""The app's own queue; `pool="default"` takes a transition out of its workflow's pool."""

Role = Literal["state", "input", "payload", "ctx"]
Execution = Literal["activity", "local"]
Backoff = Literal["exponential", "fixed"]
OnFailure = Literal["park", "fail"]


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where something was declared."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a transition method and what is handed to it."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A function that is asked about a run: called with `self` if `takes_self`, then with `state` and/or `ctx`."""

    name: str
    function: Callable[..., Any]
    takes_self: bool
    takes_state: bool
    takes_ctx: bool


@dataclass(frozen=True, slots=True)
class GuardDefinition(Inquiry):
    """Whether a transition is possible: true or false."""


@dataclass(frozen=True, slots=True)
class DelayDefinition(Inquiry):
    """How long a run stays before a transition fires: seconds, a `timedelta`, or `None` for not at all."""


@dataclass(frozen=True, slots=True, init=False)
class Retry:
    """What happens when a transition's body raises.

    `attempts` further tries (0: none) with `delay` seconds before the first one, growing by `backoff`
    (`"exponential"` doubles, `"fixed"` does not) up to `max_delay` seconds. Afterwards the run moves to `place` if one
    is named, else it parks. With `target` the run moves to that place before every further try. Both delays may be
    given as `timedelta`; they are kept in seconds.
    """

    attempts: int = 0
    delay: float = 1.0
    backoff: Backoff = "exponential"
    max_delay: float = 30.0
    place: str | None = None
    target: str | None = None

    # Written out because the delays accept more than they keep, which a generated constructor cannot say.
    def __init__(
        self,
        attempts: int = 0,
        delay: float | timedelta = 1.0,
        backoff: Backoff = "exponential",
        max_delay: float | timedelta = 30.0,
        place: str | None = None,
        target: str | None = None,
    ) -> None:
        keep = object.__setattr__
        keep(self, "attempts", attempts)
        keep(self, "delay", delay.total_seconds() if isinstance(delay, timedelta) else delay)
        keep(self, "backoff", backoff)
        keep(self, "max_delay", max_delay.total_seconds() if isinstance(max_delay, timedelta) else max_delay)
        keep(self, "place", place)
        keep(self, "target", target)

    def delay_before(self, failure: int) -> float:
        """Seconds to wait before the retry that follows the `failure`-th failure (1 = the first)."""
        if self.backoff == "fixed":
            return min(self.delay, self.max_delay)
        # The exponent is capped: 2**1100 would overflow a float long after `max_delay` has taken over.
        return min(self.delay * 2.0 ** min(failure - 1, 64), self.max_delay)


@dataclass(frozen=True, slots=True)
class TransitionDefinition:
    """One edge of the state machine. Stacked decorators on one method give several with the same `name`."""

    name: str
    from_: str
    to: str
    wait: bool
    order: int
    """Declaration order over the whole class; breaks ties of priority."""
    source: Source
    parameters: tuple[Parameter, ...] = ()
    priority: int | None = None
    guard: GuardDefinition | None = None
    payload: Shape | None = None
    """Shape of a wait transition's payload; `None`: any JSON value."""
    retry: Retry = field(default_factory=Retry)
    timeout: float | None = 300.0
    """Seconds the body may take; `None`: no limit."""
    timeout_set: bool = True
    """False: the author named none, so the process's default applies (`with_default_timeout`)."""
    after: float | DelayDefinition | None = None
    """Seconds the run stays at `from_` before this automatic transition fires, or who says how many."""
    pool: str | None = None
    execution: Execution = "activity"
    title: str = ""
    """What people read; `@workflow` fills in the method's name in words where the author wrote none."""
    asks: bool = True
    """A wait is a question to people, and stands in their inbox."""
    early: bool = False
    """A wait that goes before automatic transitions, if its answer is there when the run comes to the place."""
    stopped_to: str | None = None
    """Place to go to when a person stops the body; `None`: as after a failure without tries left."""

    @property
    def automatic(self) -> bool:
        """Fires by itself as soon as its guard allows."""
        return not self.wait and self.after is None


@dataclass(frozen=True, slots=True)
class Widget:
    """One widget in normal form, whatever layout the YAML file or the mapping had (studio.md §4).

    `options` keeps camelCase keys as the studio expects them.
    """

    widget: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    show_when: tuple[str, ...] = ()
    enabled_when: tuple[str, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Injection:
    """One thing a workflow or tool asks for: an annotated attribute, a constructor parameter or `inject(...)`."""

    name: str
    wanted: object
    """The class, or `"pkg.module:Class"` text of `inject("…")`, resolved when the app starts."""
    into: Literal["attribute", "constructor"]
    source: Source


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """One workflow class, whole and checked."""

    name: str
    title: str
    description: str
    cls: type[Any]
    source: Source
    folder: Path
    """Folder of the declaring file; widgets and templates resolve against it."""
    args: Shape | None
    """`None`: plain dicts."""
    state: Shape | None
    result: Shape | None
    config: Shape | None
    transitions: tuple[TransitionDefinition, ...]
    places: tuple[str, ...]
    """Every place, `start` first, `end` last, otherwise by first mention."""
    widgets: tuple[Widget, ...] = ()
    pool: str | None = None
    on_failure: OnFailure = "park"
    max_steps_without_wait: int | None = None
    """`None`: the app's setting, by default 10,000."""
    on_cancel: str | None = None
    """Name of the method marked `@on_cancel`."""
    on_cancel_parameters: tuple[Parameter, ...] = ()
    injections: tuple[Injection, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of everything that runs as a step."""
        farewell = (self.on_cancel,) if self.on_cancel else ()
        return tuple(dict.fromkeys([*(t.name for t in self.transitions), *farewell]))

    def find(self, name: str, place: str) -> TransitionDefinition | None:
        """What a step of that name at `place` runs: a transition, or `@on_cancel`, which is possible everywhere."""
        if name == self.on_cancel:
            return self.farewell(place)
        return next((t for t in self.transitions if t.name == name and t.from_ == place), None)

    def farewell(self, place: str) -> TransitionDefinition | None:
        """The method marked `@on_cancel` as a step at `place`: half a minute, no second try."""
        if self.on_cancel is None:
            return None
        parameters = self.on_cancel_parameters
        return TransitionDefinition(
            self.on_cancel, place, place, False, -1, self.source, parameters, timeout=FAREWELL_LIMIT
        )

    def pool_of(self, transition: TransitionDefinition) -> str:
        """The pool whose workers run the transition."""
        return transition.pool or self.pool or DEFAULT_POOL

    def leaving(self, place: str) -> tuple[TransitionDefinition, ...]:
        """All transitions leaving `place`, in declaration order."""
        return tuple(t for t in self.transitions if t.from_ == place)


@dataclass(frozen=True, slots=True)
class DocumentDefinition:
    """One document class, whole and checked."""

    name: str
    title: str
    description: str
    cls: type[Any]
    source: Source
    json_schema: Mapping[str, Any]
    tags: tuple[str, ...] = ()
    """Written on every saved document of the class."""
    widget_tags: tuple[str, ...] = ()
    """From the widget file: for the studio only."""
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])
    widgets: tuple[Widget, ...] = ()
    internal: bool = False
    warnings: tuple[str, ...] = ()
