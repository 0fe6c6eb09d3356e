"""What a transition method is handed: the context of its run, and the envelope of a trigger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, cast

from typing_extensions import TypeVar

from loopstack_temporal.errors import ChildFailed

ArgsT = TypeVar("ArgsT", default=dict[str, Any])
ConfigT = TypeVar("ConfigT", default=Any)
DataT = TypeVar("DataT", default=Any)
ResultT_co = TypeVar("ResultT_co", default=Any, covariant=True)

_NO_CONFIG: Any = None

TriggerStatus = Literal["completed", "failed", "canceled"]


def _nothing(_details: object) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class RunContext(Generic[ArgsT, ConfigT]):
    """Facts about the run and the attempt a transition belongs to. Made by the framework, one per attempt.

    `RunContext[Args]`, or `RunContext[Args, Config]` in a workflow with `config_schema=Config`.
    """

    run_id: str
    workflow: str
    args: ArgsT
    """The run's arguments, validated, with defaults. They cannot be changed."""
    config: ConfigT = _NO_CONFIG
    """The configuration the run was started with, likewise; `None` in a workflow without `config_schema=`."""
    user_id: str = "local"
    workspace_id: str = "default"
    place: str = "start"
    """The place the transition leaves."""
    retry_count: int = 0
    """Failures of this transition since its last success; 0 in the first attempt."""
    step: int = 0
    """Number of the step within the run."""
    idempotency_key: str = ""
    """Stable over all attempts of the step: hand it to outside services that can ignore repeated requests."""
    logger: logging.Logger | logging.LoggerAdapter[Any] = field(
        default_factory=lambda: logging.getLogger("loopstack.run"), repr=False
    )
    on_heartbeat: Callable[[object], None] = field(default=_nothing, repr=False, compare=False)
    is_cancelled: Callable[[], bool] = field(default=_never, repr=False, compare=False)

    def heartbeat(self, details: object = None) -> None:
        """Report progress of a long body; `details` are shown in Temporal Web. Liveness is reported without it."""
        self.on_heartbeat(details)

    @property
    def cancelled(self) -> bool:
        """True once the run is being canceled or the attempt has timed out: a plain `def` body should return soon."""
        return self.is_cancelled()


@dataclass(frozen=True, kw_only=True)
class TransitionInput(Generic[DataT]):
    """The envelope of a trigger: who it speaks of, how that ended, and its data."""

    run_id: str
    """The child run that ended; for a trigger by a person or program the run itself."""
    status: TriggerStatus = "completed"
    error_message: str | None = None
    value: DataT | None = field(default=None, repr=False)
    """The data without the check that `data` makes."""
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What was given as `metadata=` when the child was started."""
    by: str | None = None
    """Who sent the trigger, as the API knows people; after a retry who asked for it. `None`: a child's end, a timer."""

    @property
    def has_error(self) -> bool:
        """Whether a child failed or was canceled."""
        return self.status != "completed"

    @property
    def data(self) -> DataT:
        """The validated payload, or the child's result. Raises `ChildFailed` when `has_error`."""
        if self.has_error:
            reason = f": {self.error_message}" if self.error_message else ""
            raise ChildFailed(f"run {self.run_id} ended as {self.status}{reason}; ask `has_error` before `data`")
        return cast(DataT, self.value)

    @property
    def data_or_none(self) -> DataT | None:
        """The data, or `None` when `has_error`."""
        return None if self.has_error else self.value


@dataclass(frozen=True)
class RunRef(Generic[ResultT_co]):
    """A run that will exist if and only if the transition that asked for it commits."""

    run_id: str
    workflow: str = ""
