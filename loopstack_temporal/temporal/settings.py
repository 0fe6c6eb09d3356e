"""How one worker process behaves, read from the environment; each setting that cannot work has its own sentence."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loopstack_temporal.errors import SetupError

STARTS_AFTER = 60.0
"""Seconds a pending row may wait for its Temporal run before a worker starts it itself."""

RECONCILE_EVERY = 60.0
"""Seconds between two looks at what became of open runs outside of them."""

THROTTLE = 2.0
"""Seconds between heartbeats that really travel to the server."""

CONNECTIONS = "LOOPSTACK_SQL_CONNECTIONS"
DEPLOYMENT_NAME, BUILD_ID = "TEMPORAL_DEPLOYMENT_NAME", "TEMPORAL_WORKER_BUILD_ID"
GRACEFUL_STOP = "LOOPSTACK_GRACEFUL_STOP"
LOCAL_SLOTS = "LOOPSTACK_WORKER_LOCAL_SLOTS"
POOLS = "LOOPSTACK_WORKER_POOLS"
PROCESSES = "LOOPSTACK_WORKER_PROCESSES"
SLOTS = "LOOPSTACK_WORKER_SLOTS"
VERSIONING = "LOOPSTACK_VERSIONING"

AUTO_UPGRADE, PINNED = "auto-upgrade", "pinned"


@dataclass(frozen=True, slots=True)
class Deployment:
    """This worker's place in Temporal's worker versioning."""

    name: str
    build_id: str
    pinned: bool = False
    """Runs stay on the version they began with; otherwise they go on with the current one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """How one worker process behaves."""

    pools: tuple[str, ...] = ()
    """The pools it serves, `default` being the app's own queue; empty: all pools of the app."""
    slots: int = 20
    """Steps at a time per pool."""
    local_slots: int = 8
    """Workflow tasks at a time, and local steps; at most the store's connections, so that none waits for one."""
    connections: int = 8
    """Transactions at a time."""
    graceful_stop: float = 30.0
    """Seconds that running bodies get after a stop was asked for; then they are canceled and run again elsewhere."""
    history_limit: int = 500
    """Steps after which a run goes on in a fresh history."""
    heartbeat: float = 10.0
    """Seconds without a sign of life after which a step is given to another worker."""
    unknown_grace: float = 60.0
    """Seconds a transition may be missing from the running code (a rolling deploy) before its run parks."""
    starts_after: float = STARTS_AFTER
    reconcile_every: float = RECONCILE_EVERY
    """Seconds between two looks for runs that were ended outside; the second look at one acts."""
    max_cached_workflows: int = 1_000
    deployment: Deployment | None = None
    """None: no worker versioning; any worker takes any run."""

    @staticmethod
    def from_environment(environ: Mapping[str, str] | None = None) -> WorkerSettings:
        """Settings from `LOOPSTACK_WORKER_SLOTS` and so on (docs/settings.md).

        Raises:
            SetupError: `worker_settings` with one sentence for each value that is wrong or contradicts another.
        """
        given = _Reader(os.environ if environ is None else environ)
        settings = WorkerSettings(
            pools=given.names(POOLS),
            slots=given.whole(SLOTS, 20),
            local_slots=given.whole(LOCAL_SLOTS, 8, least=2),
            connections=given.whole(CONNECTIONS, 8),
            graceful_stop=given.seconds(GRACEFUL_STOP, 30, least=0),
            history_limit=given.whole("LOOPSTACK_HISTORY_LIMIT", 500),
            heartbeat=given.seconds("LOOPSTACK_HEARTBEAT", 10, least=THROTTLE + 1),
            unknown_grace=given.seconds("LOOPSTACK_UNKNOWN_GRACE", 60, least=0),
            starts_after=given.seconds("LOOPSTACK_STARTS_AFTER", STARTS_AFTER, least=0.1),
            reconcile_every=given.seconds("LOOPSTACK_RECONCILE_EVERY", RECONCILE_EVERY, least=0.1),
            max_cached_workflows=given.whole("LOOPSTACK_CACHED_WORKFLOWS", 1_000, least=0),
            deployment=given.deployment(),
        )
        refuse([*given.problems, *settings.contradictions()])
        return settings

    def contradictions(self) -> list[str]:
        """What cannot work together."""
        if self.local_slots <= self.connections:
            return []
        return [
            f"{LOCAL_SLOTS} is {self.local_slots}, but {CONNECTIONS} is {self.connections}: a workflow task that waits "
            f"for a connection holds up its run. Lower {LOCAL_SLOTS} or raise {CONNECTIONS}"
        ]


def processes(environ: Mapping[str, str], database_url: str) -> int:
    """How many worker processes to run: `LOOPSTACK_WORKER_PROCESSES`, by default 1.

    Raises:
        SetupError: `worker_settings` for no number, or several on SQLite.
    """
    given = _Reader(environ)
    count = given.whole(PROCESSES, 1)
    if count > 1 and database_url.startswith("sqlite"):
        given.problems.append(
            f"{PROCESSES} is {count}, but SQLite admits one worker process at a time; for several use PostgreSQL "
            "(LOOPSTACK_DATABASE_URL=postgresql://…)"
        )
    refuse(given.problems)
    return count


def refuse(problems: Sequence[str]) -> None:
    """Raise the SetupError `worker_settings` that lists all problems; nothing happens without one."""
    if problems:
        lines = [f"  {problem}." for problem in problems]
        raise SetupError("\n".join(["The worker cannot start:", *lines]), code="worker_settings")


@dataclass(slots=True)
class _Reader:
    """Reads variables and collects everything that is wrong with them."""

    environ: Mapping[str, str]
    problems: list[str] = field(default_factory=list[str])

    def whole(self, name: str, default: int, *, least: int = 1) -> int:
        text = self.environ.get(name, "").strip()
        if not text:
            return default
        if text.isdecimal() and int(text) >= least:
            return int(text)
        self.problems.append(f"{name} is {text!r}; it must be a whole number, at least {least}")
        return default

    def seconds(self, name: str, default: float, *, least: float) -> float:
        text = self.environ.get(name, "").strip()
        if not text:
            return default
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number) and number >= least:
            return number
        self.problems.append(f"{name} is {text!r}; it must be a number of seconds, at least {least:g}")
        return default

    def names(self, name: str) -> tuple[str, ...]:
        parts = (part.strip() for part in self.environ.get(name, "").split(","))
        return tuple(dict.fromkeys(filter(None, parts)))

    def deployment(self) -> Deployment | None:
        name, build_id, behaviour = (
            self.environ.get(key, "").strip() for key in (DEPLOYMENT_NAME, BUILD_ID, VERSIONING)
        )
        if behaviour not in ("", AUTO_UPGRADE, PINNED):
            self.problems.append(f"{VERSIONING} is {behaviour!r}; it must be `{AUTO_UPGRADE}` or `{PINNED}`")
        if name and build_id:
            return Deployment(name, build_id, pinned=behaviour == PINNED)
        if name or build_id:
            here, missing = (DEPLOYMENT_NAME, BUILD_ID) if name else (BUILD_ID, DEPLOYMENT_NAME)
            self.problems.append(f"{here} is set and {missing} is not; worker versioning needs both")
        elif behaviour:
            self.problems.append(f"{VERSIONING} is set, but {DEPLOYMENT_NAME} and {BUILD_ID} are not")
        return None
