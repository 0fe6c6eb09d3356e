"""Declaring and calling tools."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from loopstack_temporal.definition.context import RunContext, RunRef
from loopstack_temporal.definition.model import Retry
from loopstack_temporal.definition.session import attach
from loopstack_temporal.errors import DefinitionError, ToolError
from loopstack_temporal.tools.base import ToolContext, ToolOptions, ToolResult, find_tool, tool_of
from loopstack_temporal.tools.call import BaseTool
from loopstack_temporal.tools.decorator import tool
from tests.tools.attempts import OneAttempt


class SumArgs(BaseModel):
    a: int = Field(description="The first number.")
    b: int = 2


class SumConfig(BaseModel):
    factor: int = 1


@tool(description="Adds two numbers.", config_schema=SumConfig)
class SumNumbersTool(BaseTool[SumArgs, int]):
    async def handle(self, args: SumArgs, ctx: ToolContext, options: ToolOptions) -> ToolResult[int]:
        return ToolResult(data=(args.a + args.b) * options.config.factor, metadata={"run": ctx.run_id})


@tool
def shout(text: str, times: int = 1) -> str:
    """Says something louder."""
    return text.upper() * times


@tool(name="later")
async def later_shout(text: str) -> str:
    return text.upper()


@pytest.mark.requirement("TOOL-001", "TOOL-008")
async def test_the_three_spellings_of_a_call_are_the_same() -> None:
    adding = SumNumbersTool()

    assert (await adding.call({"a": 1, "b": 4})).data == 5
    assert (await adding.call(SumArgs(a=1, b=4))).data == 5
    assert (await adding.call(a=1, b=4)).data == 5


@pytest.mark.requirement("TOOL-003")
def test_names_descriptions_and_schemas_come_from_what_is_written() -> None:
    adding, shouting = tool_of(SumNumbersTool), tool_of(shout)

    assert (adding.name, adding.description) == ("sum_numbers", "Adds two numbers.")
    assert (shouting.name, shouting.description) == ("shout", "Says something louder.")
    assert find_tool(later_shout) is later_shout.definition and later_shout.definition.name == "later"
    assert shouting.args is not None and shouting.args.json_schema["required"] == ["text"]


@pytest.mark.requirement("TOOL-004")
def test_descriptions_of_fields_stand_in_the_schema() -> None:
    args = tool_of(SumNumbersTool).args

    assert args is not None and args.json_schema["properties"]["a"]["description"] == "The first number."


@pytest.mark.requirement("TOOL-002")
async def test_plain_functions_are_tools_sync_and_async() -> None:
    assert (await shout.call("a", times=2)).data == "AA"
    assert (await later_shout.call(text="b")).data == "B"


@pytest.mark.requirement("TOOL-009")
async def test_arguments_that_do_not_fit_are_named_and_nothing_runs() -> None:
    ran: list[object] = []

    @tool
    class WatchedTool(BaseTool[SumArgs, None]):
        def handle(self, args: SumArgs) -> ToolResult[None]:
            ran.append(args)
            return ToolResult()

    with pytest.raises(ToolError, match=r"tool `watched` do not fit:\n  a: Input should be a valid integer"):
        await WatchedTool().call(a="many")
    with pytest.raises(ToolError, match="either one value or named fields"):
        await WatchedTool().call({"a": 1}, b=2)
    with pytest.raises(ToolError, match=r"tool `shout` do not fit:\n  times: "):
        await shout.call("a", times="x")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert ran == []


@pytest.mark.requirement("TOOL-010")
async def test_the_config_is_validated_and_its_defaults_apply_without_one() -> None:
    adding = SumNumbersTool()

    assert (await adding.call(a=1)).data == 3
    assert (await adding.call(a=1, config={"factor": 10})).data == 30
    with pytest.raises(ToolError, match="factor"):
        await adding.call(a=1, config={"factor": "x"})


@pytest.mark.requirement("TOOL-011", "TOOL-012", "TOOL-014")
async def test_error_pending_and_a_wrong_return_raise_and_metadata_is_returned() -> None:
    answers: list[object] = [
        ToolResult[str](error="no such city"),
        ToolResult[str](pending=RunRef("r1")),
        "bare text",
        ToolResult(data="x", metadata={"cached": True}),
    ]

    @tool
    class AnsweringTool(BaseTool):
        def handle(self) -> object:
            return answers.pop(0)

    with pytest.raises(ToolError, match="no such city"):
        await AnsweringTool().call()
    with pytest.raises(ToolError, match="in a loop that waits for them"):
        await AnsweringTool().call()
    with pytest.raises(ToolError, match=r"must return `ToolResult\(data=…\)`"):
        await AnsweringTool().call()
    assert (await AnsweringTool().call()).metadata == {"cached": True}


async def test_what_a_tool_raises_arrives_as_a_tool_error_with_its_cause() -> None:
    @tool
    def divide(a: int) -> float:
        return 1 / a

    with pytest.raises(ToolError, match="ZeroDivisionError: division by zero") as raised:
        await divide.call(0)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


@pytest.mark.requirement("TOOL-013")
async def test_a_tool_knows_the_run_it_is_called_in() -> None:
    adding = SumNumbersTool()
    attach(adding, OneAttempt(RunContext(run_id="run-7", workflow="w", args={})))

    assert (await adding.call(a=1)).metadata == {"run": "run-7"}


def test_all_mistakes_of_a_tool_are_reported_together_with_their_lines() -> None:
    with pytest.raises(DefinitionError) as raised:

        @tool(name="Sum now", timeout=-3, retry=Retry(place="later"), widget="nowhere.yaml")
        class BrokenTool(BaseTool[SumArgs, int]):  # pyright: ignore[reportUnusedClass]
            async def handle(self, args: SumArgs, clock: object) -> ToolResult[int]:
                raise NotImplementedError

    problems = raised.value.problems
    assert {problem.code for problem in problems} == {
        "bad_name",
        "bad_duration",
        "bad_retry",
        "widget_missing",
        "tool_parameter",
    }
    assert {Path(problem.file).name for problem in problems} == {"test_tools.py"}
    assert "tool `Sum now`: `timeout` must be a `timedelta`, seconds, or 0 for none, got -3" in str(raised.value)
    assert "`handle` takes `args`, `ctx` and `options`, not 'clock'" in str(raised.value)


def test_a_class_without_handle_and_a_function_without_types_are_refused() -> None:
    with pytest.raises(DefinitionError, match="has no method `async def handle"):
        tool(type("EmptyTool", (BaseTool,), {"__module__": __name__}))

    def open_ended(*more: int) -> None:
        raise NotImplementedError

    open_ended.__annotations__.clear()
    with pytest.raises(DefinitionError, match=r"a tool cannot take `\*more.*`: name every parameter"):
        tool(open_ended)


def test_a_class_without_the_decorator_is_no_tool() -> None:
    class ForgottenTool(BaseTool):
        pass

    assert find_tool(ForgottenTool) is None
    with pytest.raises(DefinitionError, match="`ForgottenTool` is no tool: put `@tool` above it"):
        tool_of(ForgottenTool)
