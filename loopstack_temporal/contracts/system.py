"""How the parts around the runs are."""

from typing import Literal

from loopstack_temporal.contracts.base import Answer, RunStatus, Time


class PoolHealth(Answer):
    """The workers of one pool of one app. The pool `default` takes everything without a pool of its own."""

    app: str
    pool: str
    workers: int
    """Seen in the last minute."""
    last_seen: Time | None


class TemporalHealth(Answer):
    """The Temporal service."""

    reachable: bool
    web_url: str | None


class StoreHealth(Answer):
    """The database."""

    kind: Literal["sqlite", "postgresql"]
    reachable: bool
    latency_ms: float | None


class Health(Answer):
    """Whether runs can be started, moved and looked at. `degraded`: looking works, moving does not."""

    status: Literal["ok", "degraded", "down"]
    store: StoreHealth
    temporal: TemporalHealth
    pools: tuple[PoolHealth, ...]


class SystemCounts(Answer):
    """The parts of Home's sentence."""

    waiting_for_person: int
    """Runs with at least one open question."""
    failed: int
    """Runs that failed and can be retried, or ended failed."""
    statuses: dict[RunStatus, int]


class System(Answer):
    """What Home, its strip and the system page show."""

    version: str
    build: str
    server_time: Time
    temporal: TemporalHealth
    store: StoreHealth
    pools: tuple[PoolHealth, ...]
    counts: SystemCounts


class Me(Answer):
    """Who is asking."""

    id: str
    name: str
