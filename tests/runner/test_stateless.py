"""`run_sync(stateless=True)`: in this process, without Temporal, database or a trace."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    InvalidInput,
    MarkdownDocument,
    Retry,
    RunContext,
    RunFailed,
    StudioApp,
    WorkflowRunner,
    transition,
    workflow,
)
from loopstack_temporal.definition.registry import definition_of
from loopstack_temporal.errors import DefinitionError
from loopstack_temporal.llm import LlmGenerateTextTool
from loopstack_temporal.running.applications import Applications
from tests.support.stack import LIMIT, eventually


class Name(BaseModel):
    name: str = "world"


class Count(BaseModel):
    n: int = 0


class Greeting(BaseModel):
    text: str
    seen: int


@workflow
class GreetWorkflow(BaseWorkflow[Name, Count, Greeting]):
    @transition(to="greeted")
    async def greet(self, state: Count, ctx: RunContext[Name]) -> None:
        await self.document_store.save(MarkdownDocument(markdown=f"Hello, {ctx.args.name}"), key="greeting")
        state.n += 1

    @transition(from_="greeted", to="end")
    async def finish(self, state: Count, ctx: RunContext[Name]) -> Greeting:
        (found,) = await self.document_store.find_all(MarkdownDocument)
        return Greeting(text=f"{found.markdown} from {ctx.user_id} in {ctx.workspace_id}", seen=state.n)


@pytest.mark.requirement("APP-012")
async def test_a_stateless_run_gives_its_result_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOOPSTACK_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    outcome = await WorkflowRunner().run_sync(
        GreetWorkflow, Name(name="Ada"), user_id="ann", workspace_id="w-7", stateless=True
    )

    assert outcome.status == "completed" and outcome.place == "end"
    assert outcome.result == Greeting(text="Hello, Ada from ann in w-7", seen=1)
    assert os.listdir(tmp_path) == []


@pytest.mark.requirement("APP-012")
async def test_an_error_of_a_transition_is_raised_with_its_text_after_the_tries_it_has() -> None:
    tries: list[int] = []

    @workflow
    class BrokenWorkflow(BaseWorkflow[Name, Count, str]):
        @transition(to="end", retry=Retry(attempts=2, delay=0.01))
        async def work(self, ctx: RunContext[Name]) -> str:
            tries.append(ctx.retry_count)
            raise ValueError("the kettle is empty")

    with pytest.raises(RunFailed, match="failed in `work`: ValueError: the kettle is empty") as failed:
        await WorkflowRunner().run_sync(BrokenWorkflow, stateless=True)
    assert tries == [0, 1, 2]
    assert failed.value.info is not None and failed.value.info.message == "the kettle is empty"


async def test_a_transition_that_overruns_is_stopped_and_an_error_place_is_no_failure() -> None:
    @workflow
    class SlowWorkflow(BaseWorkflow[Name, Count, str]):
        @transition(to="end", timeout=0.05, error_place="late")
        async def work(self) -> str:
            await asyncio.sleep(60)
            return "never"

        @transition(from_="late", to="end")
        async def apologise(self) -> str:
            return "sorry"

    outcome = await WorkflowRunner().run_sync(SlowWorkflow, stateless=True)
    assert (outcome.status, outcome.result) == ("completed", "sorry")


@pytest.mark.requirement("APP-012")
async def test_a_wait_ends_a_stateless_run_and_so_does_a_deadline() -> None:
    @workflow
    class AskWorkflow(BaseWorkflow[Name, Count, str]):
        @transition(to="asking")
        async def begin(self) -> None: ...

        @transition(from_="asking", to="end", wait=True)
        async def answer(self, payload: str) -> str:
            return payload

        @transition(from_="asking", to="end", after=timedelta(milliseconds=1))
        async def give_up(self) -> str:
            return "nobody"

    outcome = await WorkflowRunner().run_sync(AskWorkflow, stateless=True)
    assert (outcome.status, outcome.place, outcome.result) == ("waiting", "asking", None)
    assert outcome.awaiting == ("answer",)


@pytest.mark.requirement("APP-012", "CHILD-005")
async def test_a_child_is_refused_in_a_stateless_run() -> None:
    tries: list[int] = []

    @workflow
    class ParentWorkflow(BaseWorkflow[Name, Count]):
        child: GreetWorkflow

        @transition(to="end", retry=3)
        async def delegate(self) -> None:
            tries.append(1)
            await self.child.run(Name())

    with pytest.raises(RunFailed, match=r"ChildrenNeedTemporal: .*sub-workflows need a stateful") as failed:
        await WorkflowRunner().run_sync(ParentWorkflow, stateless=True)
    assert failed.value.info is not None and failed.value.info.code == "children_need_temporal"
    assert tries == [1], "trying again cannot help"


@pytest.mark.requirement("LLM-035")
async def test_a_model_answers_in_a_stateless_run() -> None:
    @workflow
    class WriteWorkflow(BaseWorkflow[Name, Count, str]):
        llm: LlmGenerateTextTool

        @transition(to="end")
        async def write(self) -> str:
            return (await self.llm.call(prompt="Write about tea")).data.message.text

    outcome = await WorkflowRunner().run_sync(WriteWorkflow, stateless=True)
    assert outcome.status == "completed" and outcome.result


async def test_arguments_that_do_not_fit_are_refused_before_anything_runs() -> None:
    wrong: Any = {"name": 7}
    with pytest.raises(InvalidInput, match="name") as refused:
        await WorkflowRunner().run_sync(GreetWorkflow, wrong, stateless=True)
    assert refused.value.reason == "invalid_args"


async def test_a_canceled_caller_stops_the_run() -> None:
    ticks: list[int] = []

    @workflow
    class EndlessWorkflow(BaseWorkflow[Name, Count]):
        @transition(to="turning")
        async def begin(self) -> None: ...

        @transition(from_="turning", to="turning")
        async def turn(self) -> None:
            ticks.append(1)

        @transition(from_="turning", to="end", wait=True)
        async def stop(self) -> None: ...

    run = asyncio.create_task(WorkflowRunner().run_sync(EndlessWorkflow, stateless=True))
    await eventually(lambda: len(ticks) > 5)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(LIMIT):
            await run


class Pot:
    def __init__(self, log: list[str]) -> None:
        self.log = log


class PotLog(list[str]):
    """What happened to the pot."""


async def open_pot(log: PotLog) -> AsyncIterator[Pot]:
    log.append("opened")
    yield Pot(log)
    log.append("closed")


@workflow
class TeaWorkflow(BaseWorkflow[Name, Count]):
    pot: Pot

    @transition(to="end")
    async def pour(self) -> None:
        self.pot.log.append("poured")


async def test_providers_are_made_once_per_runner_and_closed_with_it() -> None:
    log = PotLog()
    app = StudioApp(title="Tea", workflows=[TeaWorkflow], providers=[open_pot, log])
    async with WorkflowRunner(app) as runner:
        for _ in range(2):
            assert (await runner.run_sync(TeaWorkflow, stateless=True)).status == "completed"
    assert log == ["opened", "poured", "poured", "closed"]


@pytest.mark.requirement("ENGINE-011")
def test_two_apps_of_one_name_in_one_process_are_refused() -> None:
    applications = Applications()
    definition = definition_of(GreetWorkflow)
    first = StudioApp(title="Notes", workflows=[GreetWorkflow])
    assert applications.of(definition, first) is applications.of(definition, first)
    with pytest.raises(DefinitionError, match=r"(?s)App `notes` \('NOTES'\).*another app of this process.*\('Notes'\)"):
        applications.of(definition, StudioApp(title="NOTES", name="notes", workflows=[GreetWorkflow]))
