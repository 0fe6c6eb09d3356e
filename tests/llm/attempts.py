"""An attempt in memory that keeps a journal of outside calls and of what people could watch."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.session import EffectAnswer, EffectCall, LiveText, attach
from loopstack_temporal.llm import LlmGenerateObjectTool, LlmGenerateTextTool, LlmProvider, LlmProviderRegistry
from loopstack_temporal.tools.base import Tool
from loopstack_temporal.tools.toolbox import Toolbox
from tests.tools.attempts import OneAttempt


class WatchedText:
    """What people saw of one text."""

    def __init__(self, seen: list[tuple[str, Any]]) -> None:
        self._seen = seen

    def text(self, piece: str) -> None:
        self._seen.append(("text", piece))

    def thinking(self, piece: str) -> None:
        self._seen.append(("thinking", piece))

    def tool_call(self, call_id: str, name: str, args: Mapping[str, Any]) -> None:
        self._seen.append(("tool_call", (call_id, name, dict(args))))

    def end(self, error: str | None = None) -> None:
        self._seen.append(("end", error))


class JournaledAttempt(OneAttempt):
    """Gives recorded answers to calls with the same request, by way of JSON as a store does."""

    def __init__(self, journal: dict[str, str] | None = None) -> None:
        super().__init__(RunContext(run_id="r", workflow="w", args={}))
        self.journal: dict[str, str] = {} if journal is None else journal
        self.calls: list[EffectCall] = []
        self.usages: list[Mapping[str, Any] | None] = []
        self.watched: list[tuple[str, list[tuple[str, Any]]]] = []

    async def effect(self, call: EffectCall, perform: Callable[[str], Awaitable[EffectAnswer]]) -> Any:
        self.calls.append(call)
        key = json.dumps([call.name, call.request], sort_keys=True)
        if key not in self.journal:
            answer = await perform("key")
            self.journal[key] = json.dumps(answer.value)
            self.usages += [*answer.wasted, answer.usage]
        return json.loads(self.journal[key])

    def live(self, live_id: str) -> LiveText:
        self.watched.append((live_id, []))
        return WatchedText(self.watched[-1][1])


def text_tool(attempt: OneAttempt, *providers: LlmProvider, tools: tuple[Tool, ...] = ()) -> LlmGenerateTextTool:
    """The tool for words, at work for an attempt."""
    tool = LlmGenerateTextTool()
    tool.providers, tool.toolbox = LlmProviderRegistry(providers), Toolbox(tools)
    attach(tool, attempt)
    return tool


def object_tool(attempt: OneAttempt, *providers: LlmProvider) -> LlmGenerateObjectTool:
    """The tool for data, at work for an attempt."""
    tool = LlmGenerateObjectTool()
    tool.providers, tool.toolbox = LlmProviderRegistry(providers), Toolbox()
    attach(tool, attempt)
    return tool
