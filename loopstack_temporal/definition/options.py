"""Checking the options of one `@transition` and bringing both spellings of each into one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from typing import Literal, cast

from loopstack_temporal.definition.marks import TransitionMark
from loopstack_temporal.definition.model import DEFAULT_POOL, END, Backoff, Execution, Retry, Source
from loopstack_temporal.definition.names import check_pool, is_reserved
from loopstack_temporal.definition.problems import Problems, hint_for

LOCAL_TIMEOUT = 10.0
"""Default seconds of a local step. A local step occupies the workflow's own task, so it has to be short."""
LOCAL_TIMEOUT_LIMIT = 30.0
DEFAULT_TIMEOUT = 300.0

KNOWN = (
    "to from_ title wait priority guard schema retry timeout after pool error_place retry_attempts retry_delay "
    "retry_backoff retry_max_delay retry_target execution asks early stopped_to"
).split()

_FLAT = {
    "attempts": "retry_attempts",
    "delay": "retry_delay",
    "backoff": "retry_backoff",
    "max_delay": "retry_max_delay",
    "place": "error_place",
    "target": "retry_target",
}
"""Field of `Retry` → the flat option that means the same."""


@dataclass(frozen=True, slots=True)
class Options:
    """The checked options of one decorator; values that were wrong are replaced by their defaults."""

    to: str
    from_: str
    title: str | None
    wait: bool
    priority: int | None
    retry: Retry
    timeout: float | None
    timeout_set: bool
    after: float | None
    """Seconds; `None` also where a function says how many."""
    pool: str | None
    execution: Execution
    asks: bool
    early: bool
    stopped_to: str | None


@dataclass(frozen=True, slots=True)
class Inherited:
    """What `@workflow` says for all transitions."""

    pool: str | None = None
    execution: Execution = "activity"


def check_options(name: str, mark: TransitionMark, inherited: Inherited, problems: Problems) -> Options:
    """Read one decorator; everything wrong goes into `problems`."""
    check = _Check(f"transition `{name}`", mark.source, mark.options, problems)
    for option in mark.unknown:
        check.wrong("unknown_option", f"there is no option `{option}`{hint_for(option, KNOWN)}")
    wait = check.flag("wait")
    after = None if callable(mark.options.get("after")) else check.seconds("after")
    if "after" in mark.options and wait:
        check.wrong("after_on_wait", "`after` is for automatic transitions; with `wait=True` it would never be used")
        after = None
    asks = check.flag("asks", default=True)
    if not asks and not wait:
        check.wrong(
            "asks_without_wait", "`asks=False` is for waits that are no question to people; it needs `wait=True`"
        )
    early = check.flag("early")
    if early and not wait:
        check.wrong(
            "early_without_wait", "`early` is for answers that come while the run is busy; it needs `wait=True`"
        )
    execution = check.execution(inherited.execution)
    pool = check.pool() or inherited.pool
    timeout, timeout_set = check.timeout(execution)
    if execution == "local" and pool not in (None, DEFAULT_POOL):
        check.wrong("local_with_pool", f'`execution="local"` runs beside the workflow and cannot use pool {pool!r}')
    return Options(
        to=check.place("to", mark.to),
        from_=check.place("from_", mark.from_),
        title=check.title(),
        wait=wait,
        priority=check.priority(),
        retry=check.retry(),
        timeout=timeout,
        timeout_set=timeout_set,
        after=after,
        pool=pool,
        execution=execution,
        asks=asks,
        early=early and wait,
        stopped_to=check.aim("stopped_to"),
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """How often something is tried, and how many seconds each try may take (`None`: no limit)."""

    retry: Retry
    timeout: float | None


def check_limits(subject: str, retry: object, timeout: object, source: Source, problems: Problems) -> Limits:
    """`retry=` and `timeout=` of something that is no transition; without `timeout` there is no limit."""
    check = _Check(subject, source, {"retry": retry, "timeout": timeout}, problems)
    found = check.retry()
    if found.place or found.target:
        check.wrong("bad_retry", "`place` and `target` of `Retry` are for transitions, which have places")
    return Limits(found, check.timeout("activity")[0])


@dataclass(frozen=True, slots=True)
class _Check:
    subject: str
    source: Source
    options: Mapping[str, object]
    problems: Problems

    def wrong(self, code: str, text: str) -> None:
        self.problems.add(self.source, code, f"{self.subject}: {text}")

    def place(self, option: str, value: object) -> str:
        """The name of a place, or nothing if it is wrong."""
        if value == "" and option == "to":
            self.wrong("missing_to", 'no place to go to is named; write `@transition(to="…")`')
        elif not isinstance(value, str):
            self.wrong("bad_place", f"`{option}` must be the name of a place, got {value!r}")
        elif not value.strip() or value != value.strip():
            self.wrong("bad_place", f"`{option}` must be a place name without outer spaces, got {value!r}")
        elif is_reserved(value) or value.startswith("!"):
            self.wrong("reserved_name", f"the place name {value!r} is reserved")
        else:
            if option == "from_" and value == END:
                self.wrong("leaves_end", f"no transition leaves {END!r}; a run that is there has ended")
            return value
        return ""

    def title(self) -> str | None:
        value = self.options.get("title")
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        self.wrong("bad_option", f"`title` must be text to read, got {value!r}")
        return None

    def flag(self, option: str, *, default: bool = False) -> bool:
        value = self.options.get(option, default)
        if not isinstance(value, bool):
            self.wrong("bad_option", f"`{option}` must be True or False, got {value!r}")
            return default
        return value

    def priority(self) -> int | None:
        value = self.options.get("priority")
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            self.wrong("bad_option", f"`priority` must be a whole number, got {value!r}")
            return None
        return value

    def pool(self) -> str | None:
        value = self.options.get("pool")
        before = len(self.problems.found)
        check_pool(value, self.source, self.problems)
        return cast("str | None", value) if len(self.problems.found) == before else None

    def execution(self, default: Execution) -> Execution:
        value = self.options.get("execution", default)
        if value not in ("activity", "local"):
            self.wrong("bad_option", f'`execution` must be "activity" or "local", got {value!r}')
            return "activity"
        return value

    def seconds(self, option: str) -> float | None:
        value = self.options.get(option)
        if value is None:
            return None
        number = _as_seconds(value)
        if number is None or number <= 0:
            self.wrong("bad_duration", f"`{option}` must be a `timedelta` or seconds above 0, got {value!r}")
            return None
        return number

    def timeout(self, execution: Execution) -> tuple[float | None, bool]:
        local = execution == "local"
        if "timeout" not in self.options:
            return (LOCAL_TIMEOUT, True) if local else (DEFAULT_TIMEOUT, False)
        value = self.options["timeout"]
        number = 0.0 if value is None else _as_seconds(value)
        if number is None or number < 0:
            self.wrong("bad_duration", f"`timeout` must be a `timedelta`, seconds, or 0 for none, got {value!r}")
            return DEFAULT_TIMEOUT, True
        if local and (number == 0 or number > LOCAL_TIMEOUT_LIMIT):
            asked = "an unlimited time" if number == 0 else f"a timeout of {number:g} s"
            self.wrong("local_too_long", f'`execution="local"` allows at most {LOCAL_TIMEOUT_LIMIT:g} s, not {asked}')
        return number or None, True

    def retry(self) -> Retry:
        given = self.options.get("retry")
        if (
            given is not None
            and not isinstance(given, Retry)
            and (not isinstance(given, int) or isinstance(given, bool))
        ):
            self.wrong("bad_retry", f"`retry` must be a number of tries or `Retry(…)`, got {given!r}")
            given = None
        whole = given if isinstance(given, Retry) else Retry()
        values: dict[str, object] = {part: getattr(whole, part) for part in _FLAT}
        if isinstance(given, int):
            values["attempts"] = given
        for part, option in _FLAT.items():
            if option not in self.options:
                continue
            if values[part] != getattr(Retry(), part) or (part == "attempts" and isinstance(given, int)):
                first = f"Retry({part}=…)" if isinstance(given, Retry) else "retry="
                self.wrong("option_twice", f"`{first}` and `{option}=` say the same; keep one of them")
            values[part] = self.options[option]
        return self._checked_retry(values)

    def _checked_retry(self, values: Mapping[str, object]) -> Retry:
        attempts = self._attempts(values["attempts"])
        if values["backoff"] not in ("exponential", "fixed"):
            self.wrong("bad_retry", f'the retry backoff must be "exponential" or "fixed", got {values["backoff"]!r}')
        delay = self._delay("delay", values["delay"], 1.0)
        longest = self._delay("max_delay", values["max_delay"], 30.0)
        if delay > longest:
            if longest != Retry().max_delay:
                self.wrong("bad_retry", f"the retry delay of {delay:g} s exceeds its `max_delay` of {longest:g} s")
            # Only the default cap was in the way: an author who asks for a minute means a minute.
            longest = delay
        return Retry(
            attempts,
            delay,
            cast(Backoff, values["backoff"]),
            longest,
            self._aim("error_place", values["place"]),
            self._aim("retry_target", values["target"]),
        )

    def _attempts(self, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < -1:
            self.wrong("bad_retry", f"the number of retries must be 0 or more (-1 means none), got {value!r}")
            return 0
        return max(value, 0)

    def _delay(self, part: Literal["delay", "max_delay"], value: object, default: float) -> float:
        number = _as_seconds(value)
        if number is None or number < 0:
            self.wrong("bad_duration", f"the retry {part} must be a `timedelta` or seconds, got {value!r}")
            return default
        return number

    def aim(self, option: str) -> str | None:
        """The name of a place that need not be named."""
        return self._aim(option, self.options.get(option))

    def _aim(self, option: str, value: object) -> str | None:
        if value is None:
            return None
        return self.place(option, value) or None


def _as_seconds(value: object) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    return None
