"""What `self`, `ctx` and `input` offer while a transition runs, and that it ends with it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import pytest
from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    ChildFailed,
    ContextClosed,
    DocumentStore,
    RunContext,
    RunRef,
    TransitionInput,
    transition,
    workflow,
)
from loopstack_temporal.definition import ChildOptions, attach, detach
from loopstack_temporal.definition.session import EffectAnswer, EffectCall, LiveText


class Args(BaseModel):
    topic: str = "tea"


@workflow
class TalkWorkflow(BaseWorkflow[Args, dict[str, Any], str]):
    @transition(to="end")
    def go(self) -> None: ...


class Recorder:
    """A session that notes what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.documents = cast(DocumentStore, "documents")

    def assign_state(self, fields: Mapping[str, Any]) -> None:
        self.calls.append(("assign_state", fields))

    def set_state(self, value: Any) -> None:
        self.calls.append(("set_state", value))

    def assign_result(self, fields: Mapping[str, Any]) -> None:
        self.calls.append(("assign_result", fields))

    def set_result(self, value: Any) -> None:
        self.calls.append(("set_result", value))

    async def run_child(self, target: type[Any] | str, args: Any, options: ChildOptions) -> RunRef[Any]:
        self.calls.append((target if isinstance(target, str) else target.__name__, (args, options)))
        return RunRef("child-1")

    def check_child(self, target: type[Any] | str, args: Any, config: object = None) -> None:
        self.calls.append(("check_child", (target, args)))

    def discard_child(self, run_id: str) -> None:
        self.calls.append(("discard_child", run_id))

    def time_left(self) -> float | None:
        return None

    def cancel_child(self, run_id: str) -> None:
        self.calls.append(("cancel_child", run_id))

    async def effect(self, call: EffectCall, perform: Callable[[str], Awaitable[EffectAnswer]]) -> Any:
        raise NotImplementedError

    def live(self, live_id: str) -> LiveText:
        raise NotImplementedError


async def test_everything_on_self_goes_to_the_attempt_it_is_attached_to() -> None:
    talk, session = TalkWorkflow(), Recorder()
    attach(talk, session)

    talk.assign_state(a=1)
    talk.set_state({"b": 2})
    talk.assign_result(c=3)
    talk.set_result("done")
    reference = await talk.run(Args(topic="milk"), callback="heard", metadata={"n": 1}, show="link", label="Milk")
    talk.check_named("sing", {"topic": "tea"})
    await talk.run_named("sing", {"topic": "tea"}, callback=talk.go, show="hidden")
    talk.cancel_child(reference)

    assert talk.document_store is session.documents
    assert reference.run_id == "child-1"
    assert session.calls == [
        ("assign_state", {"a": 1}),
        ("set_state", {"b": 2}),
        ("assign_result", {"c": 3}),
        ("set_result", "done"),
        ("TalkWorkflow", (Args(topic="milk"), ChildOptions("heard", {"n": 1}, "link", "Milk"))),
        ("check_child", ("sing", {"topic": "tea"})),
        ("sing", ({"topic": "tea"}, ChildOptions(talk.go, {}, "hidden"))),
        ("cancel_child", "child-1"),
    ]


def test_nothing_works_before_and_after_the_attempt() -> None:
    talk = TalkWorkflow()
    with pytest.raises(ContextClosed, match="`document_store` of TalkWorkflow works only while a transition runs"):
        _ = talk.document_store

    attach(talk, Recorder())
    detach(talk)

    with pytest.raises(ContextClosed, match="`set_state` of TalkWorkflow was used after its transition had ended"):
        talk.set_state({})


def test_the_context_is_frozen_and_speaks_to_its_attempt() -> None:
    beats: list[object] = []
    ctx = RunContext(
        run_id="r1", workflow="talk", args=Args(), on_heartbeat=beats.append, is_cancelled=lambda: len(beats) > 1
    )

    ctx.heartbeat()
    assert ctx.cancelled is False
    ctx.heartbeat("half")

    assert (beats, ctx.cancelled, ctx.args.topic) == ([None, "half"], True, "tea")
    with pytest.raises(AttributeError):
        ctx.run_id = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def test_the_data_of_a_failed_child_cannot_be_taken_for_a_result() -> None:
    good = TransitionInput(run_id="c1", value=3, meta={"n": 1})
    bad: TransitionInput[int] = TransitionInput(run_id="c2", status="failed", error_message="no tea")

    assert (good.data, good.data_or_none, good.has_error, good.meta) == (3, 3, False, {"n": 1})
    assert (bad.has_error, bad.data_or_none) == (True, None)
    with pytest.raises(ChildFailed, match="run c2 ended as failed: no tea"):
        _ = bad.data
