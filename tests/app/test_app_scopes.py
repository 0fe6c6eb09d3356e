"""Modules with settings: the nearer a setting is written, the more it counts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    DefinitionError,
    Module,
    StudioApp,
    ToolReply,
    ToolResult,
    tool,
    transition,
)
from loopstack_temporal import workflow as workflow_class
from loopstack_temporal.app.application import App
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.context import RunContext
from loopstack_temporal.definition.session import attach
from loopstack_temporal.llm.port import LlmMessage, LlmReply, LlmRequest, OnStream, Usage
from loopstack_temporal.llm.registry import LlmProviderRegistry
from loopstack_temporal.tools.toolbox import Toolbox
from tests.tools.attempts import OneAttempt


@dataclass(frozen=True)
class Manners:
    greeting: str
    polite: bool = False


class Diary:
    """A service without settings: one of it serves the whole app."""

    opened = 0


async def diary() -> AsyncGenerator[Diary]:
    Diary.opened += 1
    yield Diary()
    Diary.opened -= 1


class Voice:
    """A service that depends on the settings: each scope has one of its own."""

    def __init__(self, manners: Manners, diary: Diary) -> None:
        self.manners, self.diary = manners, diary


@tool(description="Greets.")
class GreeterTool(BaseTool[dict[str, Any], str]):
    voice: Voice

    async def handle(self) -> ToolResult[str]:
        manners = self.voice.manners
        return ToolResult(data=f"{manners.greeting}{', please' if manners.polite else ''}")


class Greeting(BaseWorkflow):
    greeter: GreeterTool

    @transition(to="end")
    async def greet(self) -> None: ...


@workflow_class
class DefaultGreetingWorkflow(Greeting): ...


@workflow_class
class FrenchGreetingWorkflow(Greeting): ...


@workflow_class
class GermanGreetingWorkflow(Greeting): ...


@workflow_class
class NestedGreetingWorkflow(Greeting): ...


GREETINGS = [DefaultGreetingWorkflow, FrenchGreetingWorkflow, GermanGreetingWorkflow, NestedGreetingWorkflow]


def greeter(greeting: str = "Hello", *, polite: bool = False) -> Module:
    return Module(name="greeter", tools=[GreeterTool], providers=[Manners(greeting, polite), Voice])


def polite_greeter(greeting: str) -> Module:
    """A module that wraps another one and hands its settings on."""
    return Module(name="polite_greeter", modules=[greeter(greeting, polite=True)])


@asynccontextmanager
async def built(app: App, name: str) -> AsyncGenerator[Any]:
    """A workflow object for one attempt, of whatever class."""
    async with app.build(app.workflows[name]) as workflow:
        attach(workflow, OneAttempt(RunContext(run_id="r", workflow=name, args={})))
        yield workflow


async def said(app: App, name: str) -> str:
    async with built(app, name) as workflow:
        reply: ToolReply[str] = await workflow.greeter.call()
        return reply.data


@pytest.mark.requirement("APP-004")
async def test_settings_hold_for_the_app_for_one_module_and_through_a_wrapper() -> None:
    app = resolve(
        StudioApp(
            title="App",
            workflows=GREETINGS,
            providers=[diary],
            modules=[
                greeter(),
                Module(name="french", workflows=[FrenchGreetingWorkflow], modules=[greeter("Bonjour")]),
                Module(name="german", workflows=[GermanGreetingWorkflow], modules=[greeter("Guten Tag")]),
                Module(name="nested", workflows=[NestedGreetingWorkflow], modules=[polite_greeter("Grüezi")]),
            ],
        )
    )

    heard = [await said(app, f"{name}_greeting") for name in ("default", "french", "german", "nested")]

    assert heard == ["Hello", "Bonjour", "Guten Tag", "Grüezi, please"]
    assert app.listed == ("default_greeting", "french_greeting", "german_greeting", "nested_greeting")
    assert Diary.opened == 1, "what has no settings of its own is made once for the app"
    await app.aclose()
    assert Diary.opened == 0


@pytest.mark.requirement("APP-004")
async def test_the_settings_of_an_importing_module_count_before_the_apps() -> None:
    inner = Module(name="inner", workflows=[NestedGreetingWorkflow])
    outer = Module(name="outer", modules=[inner, greeter("Servus")])
    app = resolve(StudioApp(title="App", providers=[diary], modules=[greeter(), outer]))

    assert await said(app, "nested_greeting") == "Servus"
    await app.aclose()


def test_what_two_modules_provide_differently_must_be_imported_where_it_is_asked_for() -> None:
    modules = [Module(name=name, modules=[greeter(name)]) for name in ("french", "german")]

    resolve(StudioApp(title="App", providers=[diary], modules=modules))
    with pytest.raises(DefinitionError, match=r"asks for `Manners`, which `greeter` and `greeter` provide differ"):
        resolve(StudioApp(title="App", workflows=[DefaultGreetingWorkflow], providers=[diary], modules=modules))


class FixedModel:
    """A model provider with settings."""

    def __init__(self, provider_id: str, model: str) -> None:
        self.provider_id, self.model = provider_id, model

    async def generate_text(self, request: LlmRequest, on_stream: OnStream | None = None) -> LlmReply:
        return LlmReply(LlmMessage("assistant", "Yes."), self.model)

    async def generate_object(self, request: LlmRequest, schema: Any, on_stream: OnStream | None = None) -> LlmReply:
        return LlmReply(LlmMessage("assistant"), self.model, object={})

    def extract_usage(self, response: Any) -> Usage | None:
        return None

    def to_provider_message(self, message: LlmMessage) -> dict[str, Any]:
        return {"role": message.role, "text": message.text}


class OtherModel(FixedModel): ...


class Asking(BaseWorkflow):
    providers: LlmProviderRegistry
    tools: Toolbox

    @transition(to="end")
    async def ask(self) -> None: ...


@workflow_class
class AskingHereWorkflow(Asking): ...


@workflow_class
class AskingThereWorkflow(Asking): ...


async def registry_of(app: App, name: str) -> LlmProviderRegistry:
    async with built(app, name) as workflow:
        registry: LlmProviderRegistry = workflow.providers
        return registry


@pytest.mark.requirement("LLM-002")
async def test_a_modules_model_settings_are_its_own_default_and_the_apps_stay_known() -> None:
    def model(provider: type[FixedModel], provider_id: str, name: str) -> Module:
        return Module(name=provider_id, providers=[provider(provider_id, name)])

    app = resolve(
        StudioApp(
            title="App",
            workflows=[AskingHereWorkflow, AskingThereWorkflow],
            modules=[
                model(FixedModel, "fixed", "large"),
                model(OtherModel, "other", "medium"),
                Module(name="there", workflows=[AskingThereWorkflow], modules=[model(FixedModel, "fixed", "small")]),
            ],
        )
    )
    here, there = [await registry_of(app, f"asking_{where}") for where in ("here", "there")]

    def default(registry: LlmProviderRegistry) -> tuple[str, object]:
        provider: Any = registry.get()
        return provider.provider_id, provider.model

    assert default(here) == ("fixed", "large") and default(there) == ("fixed", "small")
    assert here.names == there.names == ("fixed", "other")
    assert there.get("other") is here.get("other")
    await app.aclose()


@pytest.mark.requirement("TOOL-025")
async def test_a_tool_that_cannot_be_made_here_is_not_in_the_toolbox() -> None:
    french = Module(name="french", workflows=[AskingThereWorkflow], tools=[GreeterTool], modules=[greeter("Bonjour")])
    german = Module(name="german", modules=[greeter("Guten Tag")])
    app = resolve(StudioApp(title="App", workflows=[AskingHereWorkflow], providers=[diary], modules=[french, german]))

    async with built(app, "asking_there") as there, built(app, "asking_here") as here:
        assert there.tools.names == ("greeter",)
        assert here.tools.names == ()
    await app.aclose()
