"""What happens around a tool's body: interceptors, tries, limits, and tools of the provider."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from pydantic import BaseModel

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    Module,
    Next,
    Retry,
    ServerTool,
    StudioApp,
    ToolCall,
    ToolError,
    ToolResult,
    tool,
    tool_interceptor,
    transition,
    workflow,
)
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.session import attach
from loopstack_temporal.llm import LlmGenerateTextTool
from loopstack_temporal.testing import run_workflow
from tests.support.stack import eventually
from tests.tools.attempts import OneAttempt


class Log(list[str]):
    """What happened, in order."""


class Number(BaseModel):
    number: int = 1


@tool
class DoubleTool(BaseTool[Number, int]):
    log: Log

    async def handle(self, args: Number) -> ToolResult[int]:
        self.log.append("tool")
        if args.number == 13:
            return ToolResult(error="unlucky")
        if args.number == 0:
            raise ValueError("nothing to double")
        return ToolResult(data=args.number * 2)


@tool
def shout(text: str) -> str:
    return text.upper()


class Around:
    """Logs before and after, under a name."""

    name = "?"

    def __init__(self, log: Log) -> None:
        self.log = log

    async def intercept(self, call: ToolCall, next: Next, /) -> ToolResult[Any]:
        self.log.append(f"{self.name} in")
        result = await next()
        self.log.append(f"{self.name} out")
        return result


@tool_interceptor(priority=10)
class Outer(Around):
    name = "outer"


@tool_interceptor
class First(Around):
    name = "first"


@tool_interceptor
class Second(Around):
    name = "second"


@workflow
class CallingWorkflow(BaseWorkflow):
    double: DoubleTool
    llm: LlmGenerateTextTool

    @transition(to="end")
    def go(self) -> None: ...


@asynccontextmanager
async def calling(*providers: Any, in_module: Sequence[Any] = ()) -> AsyncGenerator[tuple[CallingWorkflow, Log]]:
    log = Log()
    more = Module(name="more", providers=list(in_module))
    app = resolve(StudioApp(title="Calls", workflows=[CallingWorkflow], providers=[log, *providers], modules=[more]))
    async with app.build(app.workflows["calling"]) as made:
        attach(made, OneAttempt(RunContext(run_id="run-7", user_id="ann", workflow="calling", args={})))
        yield cast(CallingWorkflow, made), log
    await app.aclose()


@pytest.mark.requirement("TOOL-019", "TOOL-020")
async def test_the_lowest_priority_is_outermost_and_ties_keep_their_order() -> None:
    async with calling(Second, First, in_module=[Outer]) as (made, log):
        assert (await made.double.call(number=4)).data == 8
        assert log == ["outer in", "second in", "first in", "tool", "first out", "second out", "outer out"]


@pytest.mark.requirement("TOOL-019")
async def test_plain_functions_and_model_calls_are_intercepted_too_and_only_in_apps_that_provide_it() -> None:
    async with calling(Outer) as (made, log):
        await shout.call("a")
        await made.llm.call(prompt="Say hello to Ann.")
        assert log == ["outer in", "outer out"] * 2
    assert (await shout.call("a")).data == "A"
    assert len(log) == 4


@pytest.mark.requirement("TOOL-021")
async def test_an_interceptor_may_answer_change_and_forgive() -> None:
    @tool_interceptor(priority=5)
    class Policy:
        async def intercept(self, call: ToolCall, next: Next, /) -> ToolResult[Any]:
            if call.args.number == 7:
                return ToolResult(data="seven as always")
            try:
                result = await next()
            except ToolError as error:
                return ToolResult(data=f"forgiven: {error}")
            return ToolResult(data=f"error {result.error}" if result.error else cast(int, result.data) + 1)

    async with calling(Policy()) as (made, log):
        assert (await made.double.call(number=7)).data == "seven as always" and log == []
        assert (await made.double.call(number=4)).data == 9
        assert (await made.double.call(number=13)).data == "error unlucky"
        assert "forgiven: The tool `double` failed: ValueError" in str((await made.double.call(number=0)).data)
        with pytest.raises(ToolError, match="do not fit"):
            await made.double.call({"number": "many"})


@pytest.mark.requirement("TOOL-022", "TOOL-023")
async def test_the_call_tells_tool_arguments_and_run_and_shares_the_duration(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[object] = []

    @tool_interceptor(priority=20)
    class Marking:
        async def intercept(self, call: ToolCall, next: Next, /) -> ToolResult[Any]:
            call.metadata["quota"] = 3
            return await next()

    @tool_interceptor(priority=50)
    class Quota:
        async def intercept(self, call: ToolCall, next: Next, /) -> ToolResult[Any]:
            seen.append((call.tool.name, call.args, call.run.run_id, call.run.user_id, dict(call.metadata)))
            result = await next()
            seen.append(call.metadata["duration_ms"])
            return result

    caplog.set_level(logging.DEBUG, logger="loopstack.tool")
    async with calling(Marking, Quota) as (made, _):
        await made.double.call(number=4)
        with pytest.raises(ToolError):
            await made.double.call(number=0)
    told, duration, *_ = seen
    assert told == ("double", Number(number=4), "run-7", "ann", {"quota": 3})
    assert isinstance(duration, float) and duration >= 0 and len(seen) == 3
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(" after")[0] for line in lines] == [
        "tool double begins",
        "tool double ended",
        "tool double begins",
        "tool double failed: ToolError",
    ]


async def test_a_broken_interceptor_is_a_tool_error_that_names_it() -> None:
    @tool_interceptor
    class Forgetful:
        async def intercept(self, call: ToolCall, next: Next, /) -> ToolResult[Any]:
            return cast(Any, None)

    async with calling(Forgetful) as (made, _):
        with pytest.raises(ToolError, match="interceptor `Forgetful` returned NoneType; it must return a `ToolResult`"):
            await made.double.call()
    with pytest.raises(TypeError, match="`Log` has no method `async def intercept"):
        tool_interceptor(Log)


@pytest.mark.requirement("TOOL-015")
async def test_a_failing_body_is_tried_again_and_each_try_has_its_limit() -> None:
    tries: list[int] = []

    @tool(retry=Retry(2, delay=0))
    def flaky() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("try again")
        return len(tries)

    @tool(retry=Retry(1, delay=0), timeout=0.02)
    async def hanging() -> None:
        tries.append(1)
        await asyncio.Event().wait()

    assert (await flaky.call()).data == 3
    with pytest.raises(ToolError, match=r"`hanging` did not end within its limit of 0\.02 s"):
        await hanging.call()
    assert len(tries) == 5


async def test_a_plain_function_that_hangs_is_interrupted_in_its_thread() -> None:
    threads: list[threading.Thread] = []

    @tool(timeout=0.5)
    def spin() -> None:
        threads.append(threading.current_thread())
        while True:
            time.sleep(0.001)

    @workflow
    class SpinningWorkflow(BaseWorkflow[dict[str, Any], dict[str, Any], str]):
        @transition(to="end")
        async def go(self) -> str:
            with pytest.raises(ToolError) as raised:
                await spin.call()
            return str(raised.value)

    report = await run_workflow(SpinningWorkflow)
    assert report.result == "The tool `spin` did not end within its limit of 0.5 s."
    await eventually(lambda: not threads[0].is_alive(), what="the end of the thread")


@pytest.mark.requirement("TOOL-015")
async def test_an_error_that_the_tool_reports_is_its_answer_and_not_tried_again() -> None:
    tries: list[int] = []

    @tool(retry=5)
    class RefusingTool(BaseTool):
        def handle(self) -> ToolResult[None]:
            tries.append(1)
            return ToolResult(error="no such city")

    with pytest.raises(ToolError, match="no such city"):
        await RefusingTool().call()
    assert tries == [1]


class SearchConfig(BaseModel):
    max_uses: int = 8


@tool(description="Searches the web at the provider.", config_schema=SearchConfig)
class SearchTool(ServerTool):
    def to_server_tool_config(self, config: SearchConfig) -> Mapping[str, Any]:
        return {"type": "web_search", "max_uses": config.max_uses}


@pytest.mark.requirement("TOOL-027", "TOOL-028")
def test_a_server_tool_is_described_with_its_configuration_and_cannot_be_called() -> None:
    search = SearchTool()

    assert search.server_config() == {"type": "web_search", "max_uses": 8}
    assert search.configured(max_uses=2).server_config() == {"type": "web_search", "max_uses": 2}
    assert search.server_config()["max_uses"] == 8
    assert not hasattr(search, "call")
    with pytest.raises(ToolError, match=r"config of the tool `search` do not fit:\n  max_uses"):
        search.configured(max_uses="many")


@tool(description="Says nothing of what it is.")
class VagueTool(ServerTool):
    pass


@pytest.mark.requirement("TOOL-027")
def test_a_server_tool_without_a_definition_says_what_it_lacks() -> None:
    with pytest.raises(ToolError, match=r"give `VagueTool` a method `to_server_tool_config\(self, config\)`"):
        VagueTool().server_config()
