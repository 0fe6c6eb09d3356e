"""What stands behind `self` while a transition runs. The execution room implements it, one per attempt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from loopstack_temporal.definition.context import RunRef
from loopstack_temporal.definition.document import DocumentStore
from loopstack_temporal.errors import ContextClosed

Show = Literal["inline", "link", "hidden"]

_SLOT = "_loopstack_session"


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

    def check_child(self, target: type[Any] | str, args: Any) -> None:
        """Raise what `run_child` would raise for this workflow and these arguments; nothing is started."""
        ...

    def cancel_child(self, run_id: str) -> None:
        """Note that a child run shall be canceled, with this transition's commit."""
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
