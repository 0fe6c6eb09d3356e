"""A run arrives: what it has from then on."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, Field, SecretStr

from loopstack_temporal import BaseWorkflow, RunContext, transition, workflow
from tests.execution.conftest import Drivers


class Order(BaseModel):
    item: str
    count: int = Field(default=1, alias="number")
    token: UUID = Field(default_factory=uuid4)


class Keyed(BaseModel):
    key: SecretStr = SecretStr("hunter2")
    name: str = "ann"


@pytest.mark.requirement("ENGINE-050")
async def test_a_run_shows_the_arguments_it_has_and_not_only_those_it_was_given(drive: Drivers) -> None:
    seen: list[Order] = []

    @workflow
    class OrderWorkflow(BaseWorkflow[Order]):
        @transition(to="packed")
        def pack(self, ctx: RunContext[Order]) -> None:
            seen.append(ctx.args)

        @transition(from_="packed", to="end")
        def send(self, ctx: RunContext[Order]) -> None:
            seen.append(ctx.args)

    run = drive(OrderWorkflow)
    await run.open("order", {"item": "tea"})
    assert set(run.row.args) == {"item", "number", "token"} and run.row.args["number"] == 1
    await run.go()
    # Also a default that is made anew by every validation is made once.
    assert [str(args.token) for args in seen] == [run.row.args["token"]] * 2
    assert seen[0] == seen[1]


async def test_arguments_that_cannot_be_written_whole_stay_as_given(drive: Drivers) -> None:
    seen: list[str] = []

    @workflow
    class KeyedWorkflow(BaseWorkflow[Keyed]):
        @transition(to="end")
        def use(self, ctx: RunContext[Keyed]) -> None:
            seen.append(ctx.args.key.get_secret_value())

    run = drive(KeyedWorkflow)
    await run.open("keyed", {"key": "swordfish"})
    await run.go()
    assert (run.row.args, seen) == ({"key": "swordfish"}, ["swordfish"])


async def test_a_run_without_typed_arguments_shows_what_it_was_given_or_none(drive: Drivers) -> None:
    @workflow
    class PlainWorkflow(BaseWorkflow[Any]):
        @transition(to="end")
        def work(self) -> None: ...

    for given, shown in ((None, {}), ({"a": [1]}, {"a": [1]})):
        run = drive(PlainWorkflow)
        await run.open("plain", given)
        assert run.row.args == shown
