"""What stands behind `self` while a transition runs. The execution room implements it, one per attempt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from loopstack_temporal.definition.context import RunRef
from loopstack_temporal.definition.document import DocumentStore
from loopstack_temporal.errors import ContextClosed

Show = Literal["inline", "link", "hidden"]

_SLOT = "_loopstack_session"

MOST_CHILDREN = 1_000
"""Child runs that one step may start. Temporal keeps 2,000 of a run open, and freezes one that starts more."""


@dataclass(frozen=True, slots=True)
class ChildOptions:
    """How a child run is started."""

    callback: str | Callable[..., Any] | None = None
    """The parent's wait transition that is told when the child ends: its name or a reference to the method."""
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Handed back in `TransitionInput.meta`."""
    show: Show = "inline"
    label: str | None = None
    config: object = None
    """Of the child's `config_schema=`, as an instance or a mapping."""


@dataclass(frozen=True, slots=True)
class EffectCall:
    """A call to the outside world that shall not be made again once it has answered."""

    name: str
    """What is called: `llm:claude`, `tool:send_mail` …"""
    request: Any
    """JSON data that tells this call from others of the step; kept only as a hash."""
    repeatable: bool = True
    """`False`: when a worker dies in the call nobody knows whether it happened, and the run waits for a decision."""
    shown: str = ""
    """What a person tells this call from others by, beside its name: short."""
    anew: bool = False
    """After a failure of the author's own code ask again, even if there is an answer: another one may fit better."""
    spent: Callable[[Exception], Sequence[Mapping[str, Any]]] | None = None
    """What a call that failed has cost all the same, told by its error: as `EffectAnswer.usage`, per model."""


@dataclass(frozen=True, slots=True)
class EffectAnswer:
    """What an outside call gave, as JSON data, and what it cost."""

    value: Any
    usage: Mapping[str, Any] | None = None
    """Of a model: the counts of `llm.port.Usage`, `provider`, `model`, and `cost` with `amount` and `currency`."""
    wasted: Sequence[Mapping[str, Any]] = ()
    """The same of models that were asked before and gave nothing to use."""


class LiveText(Protocol):
    """Text that people watch while it is being written. It is no document: the document comes with the commit.

    No method waits or raises; pieces that cannot be delivered are left out.
    """

    def text(self, piece: str) -> None:
        """More of the answer."""
        ...

    def thinking(self, piece: str) -> None:
        """More of what the model thinks before it answers."""
        ...

    def tool_call(self, call_id: str, name: str, args: Mapping[str, Any]) -> None:
        """The model wants a tool called."""
        ...

    def end(self, error: str | None = None) -> None:
        """Nothing more comes; with `error` because it failed."""
        ...


class Unwatched:
    """A live text that nobody watches."""

    def text(self, piece: str) -> None:
        """Left out."""

    def thinking(self, piece: str) -> None:
        """Left out."""

    def tool_call(self, call_id: str, name: str, args: Mapping[str, Any]) -> None:
        """Left out."""

    def end(self, error: str | None = None) -> None:
        """Left out."""


class Session(Protocol):
    """One attempt of one transition, as the workflow object sees it."""

    @property
    def documents(self) -> DocumentStore:
        """The documents of the run."""
        ...

    def assign_state(self, fields: Mapping[str, Any]) -> None:
        """Merge fields into the state."""
        ...

    def set_state(self, value: Any) -> None:
        """Replace the state."""
        ...

    def assign_result(self, fields: Mapping[str, Any]) -> None:
        """Merge fields into the result."""
        ...

    def set_result(self, value: Any) -> None:
        """Replace the result."""
        ...

    async def run_child(self, target: type[Any] | str, args: Any, options: ChildOptions) -> RunRef[Any]:
        """Note a child run to be started with this transition's commit: a workflow class, or a name of the app's.

        `args` is `None` for "no arguments".
        """
        ...

    def check_child(self, target: type[Any] | str, args: Any, config: object = None) -> None:
        """Raise what `run_child` would raise for this workflow, arguments and configuration; nothing is started."""
        ...

    def discard_child(self, run_id: str) -> None:
        """Forget a child that `run_child` noted: it is not started. Possible at any time, and for any id."""
        ...

    def cancel_child(self, run_id: str) -> None:
        """Note that a child run shall be canceled, with this transition's commit."""
        ...

    def time_left(self) -> float | None:
        """Seconds until the limit of this transition; `None`: it has none."""
        ...

    async def effect(self, call: EffectCall, perform: Callable[[str], Awaitable[EffectAnswer]]) -> Any:
        """The recorded answer of an outside call, or `perform(key)` and record what it gives.

        `key` is the same for every attempt at this call: outside services that know idempotency keys get it.
        """
        ...

    def live(self, live_id: str) -> LiveText:
        """Begin a text that people can watch. The document it becomes is saved under the same id."""
        ...


def attach(owner: object, session: Session) -> None:
    """Let a workflow (or tool) object work for one attempt."""
    object.__setattr__(owner, _SLOT, session)


def detach(owner: object) -> None:
    """End that: from now on everything that needs the attempt raises `ContextClosed`."""
    object.__setattr__(owner, _SLOT, None)


def session_of(owner: object, wanted: str) -> Session:
    """The attempt an object works for; `wanted` names in the error what was asked. Raises `ContextClosed`."""
    session: Session | None = vars(owner).get(_SLOT)
    if session is not None:
        return session
    subject = f"`{wanted}` of {type(owner).__name__}"
    if _SLOT in vars(owner):
        raise ContextClosed(f"{subject} was used after its transition had ended; nothing it does would be kept")
    raise ContextClosed(
        f"{subject} works only while a transition runs; objects made by hand are not connected to a run"
    )
