"""What the objects injected into a workflow share with it: the attempt it works for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from loopstack_temporal.definition.context import RunContext, RunRef
from loopstack_temporal.definition.document import DocumentStore
from loopstack_temporal.definition.session import (
    ChildOptions,
    EffectAnswer,
    EffectCall,
    LiveText,
    Session,
    session_of,
)
from loopstack_temporal.tools.base import ToolSession
from loopstack_temporal.tools.recording import current_recording
from loopstack_temporal.tools.starting import Started, note_start


@dataclass(slots=True)
class Owner:
    """The workflow object of one attempt; set as soon as it is made."""

    workflow: object = None


class OwnersSession:
    """The session of whoever owns a tool or child handle, looked up at every use.

    Objects are made before the attempt's session exists and may outlive it, so what they hold is the owner: once the
    owner's session ends, a tool somebody kept says `ContextClosed` like the workflow itself.
    """

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def _session(self, wanted: str) -> Session:
        return session_of(self._owner.workflow, wanted)

    @property
    def context(self) -> RunContext[Any]:
        """The run, as the transition sees it."""
        return cast("ToolSession", self._session("ctx")).context

    @property
    def documents(self) -> DocumentStore:
        """The documents of the run."""
        documents = self._session("document_store").documents
        noted = current_recording()
        return documents if noted is None else noted.documents

    def assign_state(self, fields: Mapping[str, Any]) -> None:
        """Merge fields into the state."""
        self._session("assign_state").assign_state(fields)

    def set_state(self, value: Any) -> None:
        """Replace the state."""
        self._session("set_state").set_state(value)

    def assign_result(self, fields: Mapping[str, Any]) -> None:
        """Merge fields into the result."""
        self._session("assign_result").assign_result(fields)

    def set_result(self, value: Any) -> None:
        """Replace the result."""
        self._session("set_result").set_result(value)

    async def run_child(self, target: type[Any] | str, args: Any, options: ChildOptions) -> RunRef[Any]:
        """Note a child run to be started with the commit of the owner's transition."""
        session = self._session("run")
        ref = await session.run_child(target, args, options)
        forget = partial(session.discard_child, ref.run_id)
        note_start(Started(ref.run_id, options.callback is not None, forget))
        return ref

    def check_child(self, target: type[Any] | str, args: Any, config: object = None) -> None:
        """Raise what `run_child` would raise."""
        self._session("check_named").check_child(target, args, config)

    def discard_child(self, run_id: str) -> None:
        """Forget a child that was noted."""
        self._session("discard_child").discard_child(run_id)

    def cancel_child(self, run_id: str) -> None:
        """Note that a child run shall be canceled."""
        if (noted := current_recording()) is not None:
            noted.lasting = False  # The next attempt has to ask for it again.
        self._session("cancel_child").cancel_child(run_id)

    def time_left(self) -> float | None:
        """Seconds until the limit of the transition."""
        return self._session("time_left").time_left()

    async def effect(self, call: EffectCall, perform: Callable[[str], Awaitable[EffectAnswer]]) -> Any:
        """The recorded answer of an outside call, or a new one."""
        return await self._session("effect").effect(call, perform)

    def live(self, live_id: str) -> LiveText:
        """Begin a text that people can watch."""
        return self._session("live").live(live_id)
