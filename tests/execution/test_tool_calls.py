"""Tool calls of a model in real attempts: what is known of those that were cut off, and what a failed one leaves."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel, computed_field

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    LlmMessageDocument,
    MarkdownDocument,
    RunContext,
    ToolResult,
    tool,
    transition,
    workflow,
)
from loopstack_temporal.execution.values import Done, Spent
from loopstack_temporal.llm import LlmDelegateResult, LlmDelegateToolCallsTool, delegation
from loopstack_temporal.machine.decisions import Children, Fire
from tests.execution.conftest import Driver, Drivers
from tests.support.stack import eventually

Nothing = dict[str, Any]


class Person(BaseModel):
    who: str = ""


@dataclass
class Bank:
    """What was charged; the answers for those in `slow` never come."""

    charged: list[str] = field(default_factory=list[str])
    slow: set[str] = field(default_factory=set[str])


bank = Bank()


@tool(description="Charges a person.", repeatable=False)
class ChargeTool(BaseTool[Person, str]):
    async def handle(self, args: Person) -> ToolResult[str]:
        bank.charged.append(args.who)
        if args.who in bank.slow:
            await asyncio.Event().wait()
        return ToolResult(data=f"charged {args.who}")


class Much(BaseModel):
    letter: str = "m"
    size: int = 0
    documents: int = 0


class Broken(BaseModel):
    @computed_field
    @property
    def total(self) -> int:
        raise KeyError("no such column")


def rows_that(how: str) -> Iterator[int]:
    yield 1
    match how:
        case "end":
            yield 2
        case "break":
            raise LookupError("the cursor is closed")
        case "exit":
            raise SystemExit(3)
        case _:
            while True:
                time.sleep(0.01)


@tool(description="Gives something that is not written yet.")
class LazyTool(BaseTool[Person, Any]):
    async def handle(self, args: Person) -> ToolResult[Any]:
        return ToolResult(data=Broken() if args.who == "broken" else rows_that(args.who))


@tool(description="The same, with a limit of its own.", timeout=0.2)
class QuickTool(LazyTool):
    pass


@tool(description="Never ends.")
class HangTool(BaseTool[Person, str]):
    async def handle(self, args: Person) -> ToolResult[str]:
        bank.charged.append(args.who)
        await asyncio.Event().wait()
        return ToolResult(data="")


@tool(description="Never ends, and may take longer than the transition.", timeout=600)
class LongTool(HangTool):
    pass


@tool(description="Never ends, in any of its tries.", timeout=1.5, retry=5)
class AgainTool(HangTool):
    pass


@workflow(name="errand")
class ErrandWorkflow(BaseWorkflow[Person, Nothing, str]):
    @transition(to="end")
    async def go(self) -> str:
        return "done"


@tool(description="Has two errands run, and fails where it is told to.", retry=2)
class ErrandsTool(BaseTool[Person, str]):
    errand: ErrandWorkflow

    async def handle(self, args: Person) -> ToolResult[str]:
        await self.errand.run(args, label=f"{args.who} 1")
        bank.charged.append(args.who)
        await self.errand.run(args, label=f"{args.who} 2")
        if args.who == "ann" or bank.charged.count(args.who) < 3:
            raise RuntimeError("nobody is at home")
        return ToolResult(data=args.who)


class Work(BaseModel):
    calls: list[tuple[str, dict[str, Any]]] = []


@workflow(name="calls")
class CallsWorkflow(BaseWorkflow[Work, Nothing, Any]):
    delegate: LlmDelegateToolCallsTool

    @transition(to="end")
    async def work(self, ctx: RunContext[Work]) -> Any:
        blocks = [
            {"type": "tool_call", "id": f"c{number}", "name": name, "args": args}
            for number, (name, args) in enumerate(ctx.args.calls)
        ]
        message = LlmMessageDocument.model_validate({"role": "assistant", "blocks": blocks, "id": "msg_1"})
        offered = sorted({name for name, _ in ctx.args.calls})
        result: LlmDelegateResult = (await self.delegate.call(message=message, tools=offered)).data
        return [one.content for one in result.tool_results]


@workflow(name="short_calls")
class ShortCallsWorkflow(CallsWorkflow):
    @transition(to="end", timeout=10)
    async def work(self, ctx: RunContext[Work]) -> Any:
        return await super().work(ctx)


async def begun(drive: Drivers, *people: str, slow: set[str]) -> tuple[Driver, Fire]:
    bank.charged, bank.slow = [], slow
    driver = drive(CallsWorkflow, tools=[ChargeTool])
    fire = await driver.open("calls", {"calls": [("charge", {"who": who}) for who in people]})
    assert isinstance(fire, Fire)
    return driver, fire


async def lost(driver: Driver, fire: Fire, *charged: str) -> None:
    """An attempt whose worker goes away when these were charged, and nobody knows of the slow ones."""
    attempt = asyncio.create_task(driver.executor.step(driver.call(fire), driver.pulse))
    await eventually(lambda: sorted(bank.charged) == sorted(charged), what="the charges")
    await eventually(
        lambda: sum(one.status == "done" for one in rows(driver)) == len(set(charged) - bank.slow), what="the answers"
    )
    attempt.cancel()
    await asyncio.wait({attempt})
    bank.charged.clear()
    bank.slow.clear()


def rows(driver: Driver) -> list[Any]:
    with driver.store.database.read() as connection:
        return list(connection.exec_driver_sql("SELECT key, status FROM effect").all())


async def test_every_call_whose_outcome_is_unknown_is_named_before_a_person_retries(drive: Drivers) -> None:
    people = [f"p{number}" for number in range(8)]
    driver, fire = await begun(drive, *people, "ann", "bob", "cleo", slow={*people[1:], "ann"})
    await lost(driver, fire, *people, "ann")

    spent = await driver.fire(fire, attempt=2)

    assert isinstance(spent, Spent) and spent.error.code == "effect_unknown"
    assert spent.error.message.startswith("8 calls were begun by attempts that are gone")
    named = [
        who
        for who in [*people, "ann", "bob", "cleo"]
        if f'`tool:charge` with {{"who": "{who}"}}' in spent.error.message
    ]
    assert named == [*people[1:], "ann"] and bank.charged == []
    assert isinstance(await driver.retry(), Done)
    assert sorted(bank.charged) == sorted([*people[1:], "ann", "bob", "cleo"])
    assert driver.row.result == [f"charged {who}" for who in [*people, "ann", "bob", "cleo"]]


@tool(description="Gives or saves much.")
class MuchTool(BaseTool[Much, str]):
    async def handle(self, args: Much) -> ToolResult[str]:
        for number in range(args.documents):
            await self.document_store.save(MarkdownDocument(markdown="m" * args.size), key=f"{number}")
        return ToolResult(data=args.letter * (0 if args.documents else args.size))


async def test_results_are_measured_as_they_are_stored(drive: Drivers) -> None:
    driver = drive(CallsWorkflow, tools=[MuchTool, ChargeTool])
    bank.charged, bank.slow = [], set()
    sizes = [("漢", 1_500_000), ("\x01", 3_000_000), ("a", 9_000_000), ("😀", 300_000)]
    much = [("much", {"letter": letter, "size": size}) for letter, size in sizes]
    await driver.open("calls", {"calls": [*much, ("charge", {"who": "ann"})]})

    assert isinstance(await driver.go(), Done)

    results = driver.row.result
    assert results[-1] == "charged ann"
    assert [result[0] for result in results[:4]] == ["漢", "\x01", "a", "😀"]
    assert all("bytes in all. The whole result is kept as the document `" in result for result in results[:4])
    kept = [one.content["text"] for one in driver.store.documents.live(driver.run_id) if one.name == "plain"]
    assert sum("[The rest of" in text for text in kept) == 3
    assert all(4_000_000 < len(json.dumps(text)) < 4_200_000 for text in kept if "[The rest of" in text)


async def test_a_call_that_saves_more_than_the_journal_takes_is_an_error_for_the_model(drive: Drivers) -> None:
    driver = drive(CallsWorkflow, tools=[MuchTool, ChargeTool])
    bank.charged, bank.slow = [], set()
    calls = [("much", {"documents": 2, "size": 5_000_000}), ("charge", {"who": "ann"})]
    await driver.open("calls", {"calls": calls})

    assert isinstance(await driver.go(), Done)

    much, charged = driver.row.result
    assert much.startswith("The call of `much` cannot be recorded: ") and charged == "charged ann"
    assert len(driver.texts) == 2


async def test_a_result_that_raises_or_blocks_while_it_is_written_is_an_error_for_the_model(
    drive: Drivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delegation, "CALL_TIMEOUT", 3.0)
    driver = drive(CallsWorkflow, tools=[LazyTool, QuickTool])
    calls = [("lazy", {"who": who}) for who in ("end", "break", "exit", "broken", "block")]
    await driver.open("calls", {"calls": [*calls, ("quick", {"who": "block"})]})

    assert isinstance(await driver.go(), Done)

    assert driver.row.result == [
        "[1, 2]",
        "The tool `lazy` returned something that is no JSON: LookupError: the cursor is closed",
        "The tool `lazy` returned something that is no JSON: SystemExit: 3",
        "The tool `lazy` returned something that is no JSON: KeyError: 'no such column'",
        "The tool `lazy` did not end within its limit of 3 s.",
        "The tool `quick` did not end within its limit of 0.2 s.",
    ]


async def test_calls_that_take_too_long_together_are_answered_before_the_limit_of_the_transition(
    drive: Drivers,
) -> None:
    bank.charged, bank.slow = [], set()
    driver = drive(ShortCallsWorkflow, tools=[HangTool, LongTool, AgainTool, ChargeTool])
    names = ["again", "long", *["hang"] * 6, "again", "charge", *["hang"] * 8]
    calls = [(name, {"who": f"{name} {number}"}) for number, name in enumerate(names)]
    await driver.open("short_calls", {"calls": calls})

    answer = await driver.go()

    assert isinstance(answer, Done), answer
    results = driver.row.result
    for name, result in zip(names[:8], results[:8], strict=True):
        told = re.fullmatch(rf"The tool `{name}` did not end within its limit of (\S+) s\.", result)
        assert told and 0 < float(told[1]) <= 8, result
    for name, result in zip(names[8:], results[8:], strict=True):
        assert result.startswith(f"This call of `{name}` was not made: "), result
    assert {who.split()[0] for who in bank.charged} == {"again", "long", "hang"}
    assert [one.status for one in rows(driver)] == ["done"] * 8, "what was not made is not recorded"


async def test_a_tool_that_fails_leaves_no_run_and_no_link_and_one_that_succeeds_at_last_those_of_its_last_try(
    drive: Drivers,
) -> None:
    bank.charged, bank.slow = [], set()
    driver = drive(CallsWorkflow, ErrandWorkflow, tools=[ErrandsTool])
    await driver.open("calls", {"calls": [("errands", {"who": "ann"}), ("errands", {"who": "bob"})]})

    assert isinstance(await driver.go(), Done)

    assert driver.row.result == ["The tool `errands` failed: RuntimeError: nobody is at home", "bob"]
    assert isinstance(driver.decision, Children)
    started = [child.id for child in driver.decision.children]
    links = [one.content for one in driver.store.documents.live(driver.run_id) if one.name == "link"]
    assert [link["label"] for link in links] == ["bob 1", "bob 2"]
    assert [link["run_id"] for link in links] == started and len(set(started)) == 2
