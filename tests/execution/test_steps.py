"""What one step does with state, result, documents, guards and payloads. Author code as an author writes it."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    MarkdownDocument,
    RunContext,
    TransitionInput,
    guard,
    transition,
    workflow,
)
from loopstack_temporal.execution.values import Done, Rejected, Spent
from loopstack_temporal.machine.decisions import Await, Fire, Parked
from tests.execution.conftest import Drivers


class Args(BaseModel):
    topic: str = "tea"


class State(BaseModel):
    n: int = 0
    day: date | None = None
    names: list[str] = []


@pytest.mark.requirement("ENGINE-052", "ENGINE-053", "ENGINE-054", "ENGINE-059", "ENGINE-060")
async def test_state_is_mutated_replaced_reset_and_comes_back_with_its_types(drive: Drivers) -> None:
    seen: list[Any] = []

    @workflow
    class StatesWorkflow(BaseWorkflow[Args, State]):
        @transition(to="a")
        def mutate(self, state: State) -> None:
            seen.append(state.model_copy(deep=True))
            state.day, state.names = date(2026, 11, 17), ["Ann"]

        @transition(from_="a", to="b")
        def replace(self, state: State) -> State:
            seen.append(state.model_copy(deep=True))
            return State(n=5)

        @transition(from_="b", to="c")
        def keep(self, state: State) -> None:
            seen.append(state.model_copy(deep=True))

        @transition(from_="c", to="d")
        def reset(self, state: State) -> dict[str, Any]:
            return {}

        @transition(from_="d", to="end")
        def finish(self, state: State) -> int:
            return state.n

    run = drive(StatesWorkflow)
    await run.open("states")
    await run.go()
    assert seen == [State(), State(day=date(2026, 11, 17), names=["Ann"]), State(n=5)]
    assert (run.row.status, run.row.result) == ("completed", 0)
    with run.store.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT step, checkpoint_step FROM step WHERE step >= 0 ORDER BY step").all()
    assert [tuple(row) for row in rows] == [(0, 0), (1, 1), (2, 1), (3, 3), (4, 4)], (
        "unchanged state is not stored again"
    )


@pytest.mark.requirement("ENGINE-055", "ENGINE-056", "ENGINE-058", "ENGINE-059")
@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("scalar", "returned a int; return nothing, or a mapping or model as the whole new state"),
        ("both", "returned a state and also called a state setter; do one of the two"),
        (
            "invalid",
            "the state after transition `work` (start → a) does not fit its model: `n`: Input should be a valid",
        ),
        ("unknown", 'the state has no field `nope` that takes this value: "State" object has no field "nope"'),
        ("no_json", "the result after transition `work` (start → a) cannot be written as JSON"),
    ],
)
async def test_a_wrong_state_fails_the_transition_and_changes_nothing(drive: Drivers, how: str, text: str) -> None:
    @workflow
    class WrongWorkflow(BaseWorkflow[Args, State]):
        @transition(to="a")
        async def work(self, state: State) -> Any:
            await self.document_store.save(MarkdownDocument(markdown="gone"))
            if how == "scalar":
                return 7
            if how == "both":
                self.assign_state(n=1)
                return State()
            if how == "invalid":
                state.n = "many"  # type: ignore[assignment]
            if how == "unknown":
                self.assign_state(nope=1)
            if how == "no_json":
                self.assign_result(what=object())
            return None

        @transition(from_="a", to="end", wait=True)
        def stop(self) -> None: ...

    run = drive(WrongWorkflow)
    await run.open("wrong")
    answer = await run.go()
    assert isinstance(answer, Spent) and answer.error.code == "state_invalid"
    assert text in answer.error.message
    assert (run.row.place, run.row.status, run.texts) == ("start", "failed", [])


@pytest.mark.requirement("ENGINE-061", "ENGINE-062", "ENGINE-063", "ENGINE-056")
async def test_results_assigned_before_a_wait_are_there_at_the_end(drive: Drivers) -> None:
    @workflow
    class ResultsWorkflow(BaseWorkflow[Args]):
        @transition(to="a")
        def first(self) -> None:
            self.assign_state(x=1)
            self.set_state({"y": 2})
            self.assign_state(z=3)
            self.assign_result(a=1)

        @transition(from_="a", to="end", wait=True)
        def second(self, state: dict[str, Any]) -> None:
            self.assign_result(b=state)

    run = drive(ResultsWorkflow)
    await run.open("results")
    await run.go()
    await run.answer("second")
    assert run.row.result == {"a": 1, "b": {"y": 2, "z": 3}}


@pytest.mark.requirement("ENGINE-047", "ENGINE-048", "ENGINE-049", "ENGINE-014")
async def test_payload_and_envelope_reach_the_method_by_annotation_and_name(drive: Drivers) -> None:
    seen: list[Any] = []

    @workflow
    class PayloadsWorkflow(BaseWorkflow[Args]):
        @transition(to="a")
        def begin(self) -> None: ...

        @transition(from_="a", to="b", wait=True)
        def model(self, ctx: RunContext[Args], payload: State) -> None:
            seen.append((ctx.args.topic, payload))

        @transition(from_="b", to="c", wait=True)
        def envelope(self, input: TransitionInput[list[int]]) -> None:
            seen.append((input.status, input.has_error, input.data, input.run_id))

        @transition(from_="c", to="end", wait=True)
        def anything(self, payload: Any) -> None:
            seen.append(payload)

    run = drive(PayloadsWorkflow)
    await run.open("payloads")
    await run.go()
    await run.answer("model", {"day": "2026-11-17"})
    await run.answer("envelope", ["1", 2])
    await run.answer("anything", {"x": [None]})
    assert seen == [
        ("tea", State(day=date(2026, 11, 17))),
        ("completed", False, [1, 2], run.run_id),
        {"x": [None]},
    ]


@pytest.mark.requirement("ENGINE-041", "ENGINE-045")
async def test_a_payload_or_guard_that_says_no_changes_nothing(drive: Drivers) -> None:
    @workflow
    class PickyWorkflow(BaseWorkflow[Args, State]):
        @transition(to="a")
        def begin(self) -> None: ...

        def late(self, state: State) -> bool:
            return time.time() > state.n

        @transition(from_="a", to="a", wait=True)
        @guard(late)
        def take(self, state: State, payload: int) -> None:
            state.n = 2**40

        @transition(from_="a", to="end", wait=True)
        def stop(self) -> None: ...

    run = drive(PickyWorkflow)
    await run.open("picky")
    await run.go()
    assert isinstance(run.decision, Await)
    fire = run.decision.waits[0]
    refused = await run.answer("take", "seven")
    assert isinstance(refused, Rejected) and refused.code == "invalid_payload"
    assert [(fault.path, fault.code) for fault in refused.fields] == [((), "int_parsing")]
    before = run.row
    assert isinstance(await run.answer("take", 7), Done)
    assert isinstance(run.decision, Await)
    assert [one.transition for one in run.decision.waits] == ["stop"], "a guard that says no hides its wait"
    answer = await run.fire(fire)
    assert isinstance(answer, Rejected) and "its guard `late` says no" in answer.message
    assert before.status == run.row.status == "waiting"


@pytest.mark.requirement("ENGINE-034", "ENGINE-035")
async def test_a_guard_that_fails_parks_the_run_where_it_arrived_and_a_retry_asks_again(drive: Drivers) -> None:
    answers: list[Any] = ["yes", ZeroDivisionError("oops"), True]

    async def moody(state: dict[str, Any]) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @workflow
    class MoodyWorkflow(BaseWorkflow[Args]):
        @transition(to="a")
        async def begin(self) -> None:
            await self.document_store.save(MarkdownDocument(markdown="begun"))

        @transition(from_="a", to="end", guard=moody)
        def finish(self) -> None: ...

        @transition(from_="a", to="end", wait=True)
        def stop(self) -> None: ...

    run = drive(MoodyWorkflow)
    await run.open("moody")
    await run.go()
    for text in ("guard `moody` returned str; a guard returns True or False", "ZeroDivisionError: oops"):
        assert isinstance(run.decision, Parked) and text in run.decision.message
        assert (run.row.place, run.row.status, run.row.can_retry, run.texts) == ("a", "failed", True, ["begun"])
        await run.retry()
    assert run.decision == Fire(transition="finish", place="a", to="end", timeout=300.0)
    assert not run.row.has_error
