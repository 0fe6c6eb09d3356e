"""The port through which the API and other programs start and move runs. The Temporal room implements it.

Everything that can be answered from SQL is not here: looking at runs never wakes a worker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Channel = Literal["api", "studio", "cli", "signal", "update", "temporal", "timer", "engine"]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks, and how the request came."""

    by: str = "local"
    channel: Channel = "api"


@dataclass(frozen=True, slots=True)
class StartRun:
    """Start the Temporal workflow of a run whose row exists already (status `pending`)."""

    run_id: str
    app: str
    """Also the task queue."""
    workflow: str
    args: Any
    start_token: str
    workspace_id: str
    user_id: str
    title: str
    parent_id: str | None = None
    """The run whose step decided on this one. Then the row has the arguments and everything else."""
    callback: str | None = None
    """The parent's wait transition that is told when the run ends."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """An answer or command for a run."""

    run_id: str
    name: str
    """A wait transition, or a reserved name such as `loopstack.retry`."""
    payload: Any
    id: str
    """Stable over repetitions of the same click; also the Temporal update id."""
    at_step: int | None = None
    """The step number the sender saw in `awaiting[]`."""
    sender: Sender = field(default_factory=Sender)
    queue: bool = False
    """Keep it for its turn if it is not awaited now, instead of refusing it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The trigger's step committed."""

    step: int
    place: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """The trigger is safe, but its outcome is not known yet. `durable`: sent as a signal because no worker answered."""

    durable: bool
    queued: bool = False
    """The run knows it, and takes it when its place is reached."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The trigger changed nothing. `code` as in `errors`: `not_awaited`, `answered`, `invalid_payload`, `not_found`…"""

    code: str
    message: str
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """`fields` (path, message, code) for an invalid payload; `awaited` names otherwise."""


TriggerOutcome = Applied | Recorded | Refused
StartOutcome = Literal["started", "unreachable"] | Refused


class Runs(Protocol):
    """Starting and moving runs. No method raises for what a sender did; the outcome says it."""

    async def start(self, request: StartRun) -> StartOutcome:
        """`unreachable`: Temporal is away; the row stays pending and a worker's reconciler starts it later.

        `Refused` by `run_exists`: somebody else uses this workflow id; by `start_refused`: Temporal never takes this
        request; by `temporal_refused`: it takes none of ours until somebody repairs the namespace or our permission.
        """
        ...

    async def trigger(self, trigger: Trigger) -> TriggerOutcome:
        """Deliver a trigger; waits up to about 13 s for its outcome."""
        ...

    async def cancel(self, run_id: str, *, reason: str | None, sender: Sender) -> Applied | Recorded | Refused:
        """Ask a run to cancel. Returns as soon as Temporal has the request."""
        ...

    async def finished(self, run_id: str, temporal_run_id: str) -> bool | Refused:
        """Whether nothing of a run goes on in Temporal. One whose row has just ended gets two seconds to finish."""
        ...

    async def reachable(self) -> bool:
        """Whether Temporal answers, within two seconds."""
        ...
