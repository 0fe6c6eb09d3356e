"""The configuration of a run, as its transitions and guards see it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from loopstack_temporal import BaseWorkflow, RunContext, guard, transition, workflow
from loopstack_temporal.machine.decisions import Finish
from loopstack_temporal.testing import run_workflow
from tests.execution.conftest import Drivers


class Limits(BaseModel):
    most: int = 2
    words: list[str] = []


class Count(BaseModel):
    n: int = 0


@workflow(config_schema=Limits)
class CountWorkflow(BaseWorkflow[dict[str, Any], Count, int]):
    @transition(to="counting")
    def begin(self) -> None: ...

    def below(self, state: Count, ctx: RunContext[dict[str, Any], Limits]) -> bool:
        return state.n < ctx.config.most

    @transition(from_="counting", to="counting", priority=1)
    @guard(below)
    def count(self, state: Count) -> None:
        state.n += 1

    @transition(from_="counting", to="end")
    def stop(self, state: Count, ctx: RunContext[dict[str, Any], Limits]) -> int:
        with pytest.raises(ValidationError):
            ctx.config.most = 7
        return state.n


@workflow
class PlainWorkflow(BaseWorkflow[dict[str, Any]]):
    @transition(to="end")
    def look(self, ctx: RunContext) -> None:
        assert ctx.config is None


@pytest.mark.requirement("ENGINE-007")
@pytest.mark.parametrize(("given", "most"), [(None, 2), ({}, 2), ({"most": 4}, 4)])
async def test_it_is_stored_with_its_defaults_and_read_by_guards_and_bodies(
    drive: Drivers, given: Any, most: int
) -> None:
    run = drive(CountWorkflow)
    await run.open("count", config=given)
    await run.go()
    assert (run.row.status, run.row.result) == ("completed", most)
    assert run.row.config == {"most": most, "words": []}


@pytest.mark.requirement("ENGINE-007")
async def test_a_run_that_arrives_with_one_that_does_not_fit_ends_with_every_wrong_field(drive: Drivers) -> None:
    run = drive(CountWorkflow)
    decision = await run.open("count", config={"most": "few", "words": [1]})
    assert isinstance(decision, Finish) and decision.code == "invalid_config"
    assert run.row.error is not None and "The configuration of `count` does not fit" in run.row.error.message
    assert "most: " in run.row.error.message and "words.0: " in run.row.error.message


async def test_a_workflow_without_a_schema_for_it_takes_none(drive: Drivers) -> None:
    run = drive(PlainWorkflow)
    await run.open("plain", config={"most": 1})
    assert run.row.error is not None and "`plain` takes no configuration" in run.row.error.message
    run = drive(PlainWorkflow)
    await run.open("plain")
    await run.go()
    assert (run.row.status, run.row.config) == ("completed", None)


async def test_runs_in_one_process_have_it_too() -> None:
    assert (await run_workflow(CountWorkflow, config=Limits(most=1))).result == 1
