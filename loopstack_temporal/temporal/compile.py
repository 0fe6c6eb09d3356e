"""From a workflow definition to a Temporal workflow class of its own, around the one interpreter.

One class per workflow gives Temporal Web and the CLI a readable type and described signals and updates. The dynamic
handlers beside the named ones have the same body: a wait transition that was removed must still replay.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.worker import HandleQueryInput as QueryInput
from temporalio.worker import Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.machine.decisions import MOVE, OF_CHILD, PAUSE, RESUME, RETRY, STOP
from loopstack_temporal.temporal import failures
from loopstack_temporal.temporal.interpreter import Interpreter
from loopstack_temporal.temporal.messages import CHILD, CONFIG, STATE, Carry, OpenInput, Received, Rejection

_METADATA = "__temporal_workflow_metadata"
_UNREADABLE = "invalid_payload"
_CONTROLS = {
    PAUSE: "Start no further step; the one that runs may end.",
    RESUME: "Go on after a pause.",
    STOP: 'End the step that runs, not the run; `{"reason": "…", "by": "…", "at_step": 3}` is optional.',
}
LONGEST_ID = 200
LARGEST_TRIGGER = 512 * 1024
"""Bytes of a payload. Part of what replays: histories hold messages that were judged by it."""


def compile_workflow(definition: WorkflowDefinition) -> type:
    """The Temporal workflow class of `definition`: unsandboxed, because it runs no author code."""
    name = definition.name
    space: dict[str, Any] = {"__module__": __name__, "__doc__": definition.description or definition.title}
    class_name = f"Compiled_{name}"

    def add(attribute: str, function: Callable[..., Any], mark: Callable[[Any], Any]) -> Any:
        # The SDK wants handlers to look as if they were written in the class body, with a bare `self`.
        function.__annotations__.pop("self", None)
        function.__name__, function.__qualname__ = attribute, f"{class_name}.{attribute}"
        space[attribute] = marked = mark(function)
        return marked

    def init(self: Any, args: Any = None, carry: Any = None, *rest: Any) -> None:
        info = workflow.info()
        continued = info.continued_run_id is not None and carry
        config = None if continued else mapping_of(carry).get(CONFIG)
        unfit = _unfit(args) or _unfit(config)
        opening = OpenInput(
            workflow=name,
            args=None if unfit else args,
            unfit=unfit,
            config=None if unfit else config,
            memo=workflow.memo_value("loopstack", default=None),
            first_execution_run_id=info.first_execution_run_id,
        )
        self.interpreter = Interpreter(opening, Carry.model_validate(carry) if continued else None)

    async def run(self: Any, args: Any = None, carry: Any = None, *rest: Any) -> Any:
        return await self.interpreter.run()

    add("__init__", init, workflow.init)
    add("run", run, workflow.run)
    add("state", _state(), workflow.query(name=STATE, description="Place, status, awaited transitions, timers."))
    for number, (trigger, text) in enumerate(described(definition).items()):
        add(f"signal_{number}", _signal(trigger), workflow.signal(name=trigger, description=text))
        update = add(f"update_{number}", _update(trigger), workflow.update(name=trigger, description=text))
        add(f"check_{number}", _check(trigger), update.validator)
    for number, (trigger, text) in enumerate(_CONTROLS.items()):
        add(f"control_{number}", _control(trigger, "signal"), workflow.signal(name=trigger, description=text))
        update = add(f"ask_{number}", _control(trigger, "update"), workflow.update(name=trigger, description=text))
        add(f"may_{number}", _may(trigger), update.validator)
    add("report", _report(), workflow.signal(name=CHILD, description="A child run reports its end; sent by the child."))
    add("any_signal", _any_signal(), workflow.signal(dynamic=True))
    update = add("any_update", _any_update(), workflow.update(dynamic=True))
    add("check_any", _any_check(), update.validator)
    return workflow.defn(name=name, sandboxed=False)(type(class_name, (), space))


def described(definition: WorkflowDefinition) -> dict[str, str]:
    """Signals and updates of a workflow with the sentence that Web and CLI show beside each."""
    texts: dict[str, list[str]] = {}
    for transition in definition.transitions:
        if transition.wait:
            texts.setdefault(transition.name, []).append(f"{transition.from_} → {transition.to}")
    named = {name: f"{definition.title}: {', '.join(ways)}" for name, ways in texts.items()}
    return named | {
        RETRY: 'Run the failed transition of a parked run again; `{"payload": …}` replaces its payload.',
        MOVE: 'Put the run, which stands still, at another place: `{"place": "…"}`.',
    }


def received(name: str, payload: Any, meta: Any, channel: str, fallback_id: str) -> Received:
    """A message as a trigger. Whatever `meta` holds, this never fails: a sender cannot break a run."""
    facts = mapping_of(meta)
    wanted, step = facts.get("id"), facts.get("at_step")
    unfit = _unfit(payload)
    return Received(
        id=_own(wanted if isinstance(wanted, str) and 0 < len(wanted) <= LONGEST_ID else fallback_id),
        name=_storable(name),
        payload=None if unfit else payload,
        unfit=unfit,
        by=_storable(str(facts.get("by") or "local"))[:LONGEST_ID],
        channel=channel if facts.get("channel") == "child" else _storable(str(facts.get("channel") or channel))[:32],
        at_step=step if isinstance(step, int) and not isinstance(step, bool) else None,
        queue=facts.get("queue") is True,
    )


def _own(given: str) -> str:
    """A sender's id, which must not stand in the way of what a child reports."""
    return _storable(f"-{given}" if given.startswith(OF_CHILD) else given)


def _storable(text: str) -> str:
    # PostgreSQL refuses NUL in a text, for ever, SQLite half surrogates; these four stand in columns of their own.
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _unfit(payload: Any) -> str | None:
    """Why a payload cannot be carried on: other SDKs send NaN, half surrogates, bytes, or two mebibytes."""
    try:
        size = len(json.dumps(payload, allow_nan=False, ensure_ascii=False).encode())
    except (ValueError, TypeError, RecursionError):
        return "invalid_payload"
    return "too_large" if size > LARGEST_TRIGGER else None


def _state() -> Callable[..., Any]:
    def state(self: Any) -> dict[str, Any]:
        return self.interpreter.state()

    return state


def _signal(name: str) -> Callable[..., Any]:
    def signal(self: Any, payload: Any = None, meta: Any = None, *rest: Any) -> None:
        self.interpreter.mailbox.signal(received(name, payload, meta, "signal", str(workflow.uuid4())))

    return signal


def _update(name: str) -> Callable[..., Any]:
    async def update(self: Any, payload: Any = None, meta: Any = None, *rest: Any) -> Any:
        return await self.interpreter.mailbox.update(received(name, payload, meta, "update", _update_id()))

    return update


def _check(name: str) -> Callable[..., Any]:
    def check(self: Any, payload: Any = None, meta: Any = None, *rest: Any) -> None:
        self.interpreter.mailbox.validate(received(name, payload, meta, "update", _update_id()))

    return check


def _control(name: str, channel: str) -> Callable[..., Any]:
    async def control(self: Any, payload: Any = None, meta: Any = None, *rest: Any) -> Any:
        asked = received(name, payload, meta, channel, str(workflow.uuid4()))
        answer = await self.interpreter.controls[name].ask(asked)
        if channel == "signal":
            return None
        if isinstance(answer, Rejection):
            failures.refuse(answer)
        return answer

    return control


def _may(name: str) -> Callable[..., Any]:
    def may(self: Any, payload: Any = None, meta: Any = None, *rest: Any) -> None:
        failures.refuse(self.interpreter.controls[name].refusal(received(name, payload, meta, "update", _update_id())))

    return may


def _report() -> Callable[..., Any]:
    def report(self: Any, payload: Any = None, *rest: Any) -> None:
        self.interpreter.mailbox.report(payload)

    return report


def _any_signal() -> Callable[..., Any]:
    def any_signal(self: Any, name: str, args: Sequence[RawValue]) -> None:
        self.interpreter.mailbox.signal(_read(name, args, "signal", str(workflow.uuid4())))

    return any_signal


def _any_update() -> Callable[..., Any]:
    async def any_update(self: Any, name: str, args: Sequence[RawValue]) -> Any:
        return await self.interpreter.mailbox.update(_read(name, args, "update", _update_id()))

    return any_update


def _any_check() -> Callable[..., Any]:
    def check_any(self: Any, name: str, args: Sequence[RawValue]) -> None:
        self.interpreter.mailbox.validate(_read(name, args, "update", _update_id()))

    return check_any


def _read(name: str, args: Sequence[RawValue], channel: str, message_id: str) -> Received:
    """A message that nobody declared, also one whose bytes say nothing."""
    try:
        payload, meta = _decoded(args)
    except Unreadable:
        return received(name, None, None, channel, message_id).model_copy(update={"unfit": _UNREADABLE})
    return received(name, payload, meta, channel, message_id)


class Unreadable(ValueError):
    """Bytes that no converter can read. Raised in a handler it would stop the run for as long as the bytes exist."""


def _decoded(args: Sequence[RawValue]) -> tuple[Any, Any]:
    convert = workflow.payload_converter()
    try:
        values = [convert.from_payload(raw.payload) for raw in args[:2]]
    except Exception as error:  # Each converter raises what it likes.
        raise Unreadable from error
    return (values[0] if values else None), (values[1] if len(values) > 1 else None)


def _update_id() -> str:
    info = workflow.current_update_info()
    return info.id if info else ""


class TidyMetadata(Interceptor):
    """Drops the nameless dynamic handlers from the metadata query, so that Web and CLI list only real messages."""

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        """The inbound interceptor of every run."""
        return _TidyInbound


class _TidyInbound(WorkflowInboundInterceptor):
    async def handle_query(self, input: QueryInput) -> Any:
        answer = await super().handle_query(input)
        if input.query == _METADATA:
            for listed in (answer.definition.signal_definitions, answer.definition.update_definitions):
                named = [entry for entry in listed if entry.name]
                del listed[:]
                listed.extend(named)
        return answer
