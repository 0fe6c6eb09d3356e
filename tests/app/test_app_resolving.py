"""From what an author writes down to one checked application."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, Document, document, transition, workflow
from loopstack_temporal.app import Module, StudioApp
from loopstack_temporal.app.resolve import app_name, resolve
from loopstack_temporal.errors import DefinitionError, SetupError
from loopstack_temporal.llm import LlmGenerateTextTool
from loopstack_temporal.tools.base import ToolResult
from loopstack_temporal.tools.call import BaseTool
from loopstack_temporal.tools.decorator import tool


class NoteDocument(Document):
    text: str


class Clock:
    pass


@tool
class StampTool(BaseTool):
    clock: Clock

    def handle(self) -> ToolResult[str]:
        return ToolResult(data="now")


@workflow
class ChildWorkflow(BaseWorkflow):
    @transition(to="end", timeout=7)
    async def work(self) -> None: ...


@workflow(max_steps_without_wait=5)
class ParentWorkflow(BaseWorkflow):
    child: ChildWorkflow
    stamp: StampTool
    llm: LlmGenerateTextTool

    @transition(to="end")
    async def work(self) -> None: ...


def lines(error: DefinitionError) -> list[str]:
    return [f"{Path(one.file).name} {one.code}: {one.text}" for one in error.problems]


@pytest.mark.requirement("APP-001")
def test_an_app_has_everything_its_workflows_lead_to() -> None:
    app = resolve(StudioApp(title="Team notes", workflows=[ParentWorkflow], providers=[Clock]), environ={})

    assert app.name == "team_notes"
    assert list(app.workflows) == ["parent", "child"] and app.listed == ("parent",)
    assert set(app.tools) == {"stamp", "llm_generate_text"}
    assert {"note", "markdown", "error"} <= set(app.documents)


@pytest.mark.parametrize(
    ("title", "name"),
    [("My App", "my_app"), ("Büro & Lager 2", "b_ro_lager_2"), ("HTTPTools", "http_tools"), ("notes", "notes")],
)
def test_the_name_of_an_app_is_its_title_in_snake_case(title: str, name: str) -> None:
    assert app_name(title) == name


def test_defaults_of_the_app_and_the_process_are_filled_in() -> None:
    app = StudioApp(title="x", workflows=[ParentWorkflow], providers=[Clock], max_steps_without_wait=99)

    plain, short = resolve(app, environ={}), resolve(app, environ={"LOOPSTACK_DEFAULT_TIMEOUT": "12.5"})
    none = resolve(app, environ={"LOOPSTACK_DEFAULT_TIMEOUT": "0"})

    assert [found.max_steps_without_wait for found in plain.workflows.values()] == [5, 99]
    assert [one.workflows["parent"].transitions[0].timeout for one in (plain, short, none)] == [300, 12.5, None]
    assert short.workflows["child"].transitions[0].timeout == 7
    with pytest.raises(SetupError, match=r"LOOPSTACK_DEFAULT_TIMEOUT must be a number of seconds.*'soon'"):
        resolve(app, environ={"LOOPSTACK_DEFAULT_TIMEOUT": "soon"})


@pytest.mark.requirement("CHILD-006")
def test_a_child_that_is_no_workflow_is_named_at_the_start() -> None:
    class Forgotten(BaseWorkflow):
        @transition(to="end")
        async def work(self) -> None: ...

    @workflow(name="parent")
    class CarelessWorkflow(BaseWorkflow):
        child: Forgotten

        @transition(to="end")
        async def work(self) -> None: ...

    with pytest.raises(DefinitionError, match="`Forgotten` is no workflow"):
        resolve(StudioApp(title="Shop", workflows=[CarelessWorkflow]))


@pytest.mark.requirement("APP-009")
def test_everything_that_is_missing_or_clashes_is_reported_at_once() -> None:
    class Engine:
        def __init__(self, fuel: Fuel) -> None: ...

    class Cart(BaseModel):
        pass

    @workflow(name="parent")
    class OtherWorkflow(BaseWorkflow):
        engine: Engine
        cart: Cart

        @transition(to="end")
        async def work(self) -> None: ...

    nothing: Any = Cart
    with pytest.raises(DefinitionError) as raised:
        resolve(StudioApp(title="Shop", workflows=[ParentWorkflow, OtherWorkflow, nothing], providers=[Engine]))

    found = lines(raised.value)
    assert str(raised.value).startswith("App `shop` is not valid:\n")
    assert [one.split(": ")[0] for one in sorted(found)] == [
        "test_app_resolving.py missing_provider",
        "test_app_resolving.py missing_provider",
        "test_app_resolving.py missing_provider",
        "test_app_resolving.py name_clash",
        "test_app_resolving.py not_a_workflow",
    ]
    text = str(raised.value)
    assert "`StampTool.clock` asks for `Clock`, which nothing provides; add it to the app's `providers`" in text
    assert "`OtherWorkflow.cart` asks for `Cart`" in text
    assert "parameter `fuel` of the provider `Engine` asks for `Fuel`" in text
    assert re.search(r"`OtherWorkflow` and another workflow of this app, `ParentWorkflow` \(.*\), are both named", text)


@pytest.mark.requirement("ENGINE-011")
def test_two_workflows_tools_or_documents_of_one_name_are_refused_with_the_names_of_both() -> None:
    @workflow(name="parent")
    class TwinWorkflow(BaseWorkflow):
        @transition(to="end")
        async def work(self) -> None: ...

    @tool(name="stamp")
    class TwinTool(BaseTool):
        def handle(self) -> ToolResult[str]:
            return ToolResult(data="later")

    @document(name="note")
    class TwinDocument(Document):
        text: str

    app = StudioApp(
        title="Twins",
        workflows=[ParentWorkflow, TwinWorkflow],
        tools=[TwinTool],
        documents=[NoteDocument, TwinDocument],
        providers=[Clock],
    )
    with pytest.raises(DefinitionError) as raised:
        resolve(app)
    assert [one.code for one in raised.value.problems] == ["name_clash"] * 3
    text = str(raised.value)
    for one, other in (("Workflow", "ParentWorkflow"), ("Tool", "StampTool"), ("Document", "NoteDocument")):
        assert re.search(rf"`\w*{one}` and another {one.lower()} of this app, `\w*{one}` \(.*:\d+\), are both", text)
        assert f"`Twin{one}`" in text and f"`{other}`" in text


class Fuel:
    pass


class Chicken:
    def __init__(self, egg: Egg) -> None: ...


class Egg:
    def __init__(self, chicken: Chicken) -> None: ...


@pytest.mark.requirement("APP-009")
def test_a_circle_of_dependencies_is_named() -> None:
    with pytest.raises(DefinitionError, match="go in a circle: `Chicken` → `Egg` → `Chicken`"):
        resolve(StudioApp(title="Farm", providers=[Chicken, Egg]))


@pytest.mark.requirement("APP-001")
def test_apps_do_not_nest() -> None:
    inner: Any = StudioApp(title="Inner")
    module = Module(name="extras", modules=[inner])

    with pytest.raises(DefinitionError, match="the app 'Inner' stands in the modules of the module 'extras'"):
        resolve(StudioApp(title="Outer", modules=[module]))
    with pytest.raises(DefinitionError, match="the app 'Inner' stands in the modules of the app 'Outer'"):
        resolve(StudioApp(title="Outer", modules=[inner]))


@pytest.mark.requirement("APP-003")
def test_a_module_counts_once_and_its_workflows_are_not_listed() -> None:
    base = Module(name="base", providers=[Clock], workflows=[ChildWorkflow])
    other = Module(name="other", modules=[base], tools=[StampTool])

    app = resolve(StudioApp(title="App", workflows=[ParentWorkflow], modules=[base, other]))

    assert app.listed == ("parent",) and list(app.workflows) == ["parent", "child"]


def test_one_class_provided_twice_is_refused() -> None:
    with pytest.raises(DefinitionError, match="`Clock` is provided twice in one list; give one of them to a module"):
        resolve(StudioApp(title="App", providers=[Clock(), Clock()]))


def test_two_apps_with_one_workflow_live_side_by_side() -> None:
    one = resolve(StudioApp(title="One", workflows=[ChildWorkflow], max_steps_without_wait=3))
    two = resolve(StudioApp(title="Two", workflows=[ChildWorkflow]))

    assert [app.workflows["child"].max_steps_without_wait for app in (one, two)] == [3, 10_000]


def test_the_catalogue_is_plain_json_with_a_hash_of_its_content() -> None:
    def made(title: str) -> StudioApp:
        return StudioApp(name="app", title=title, workflows=[ParentWorkflow], providers=[Clock])

    (first, content), (again, _), (other, _) = (resolve(made(title)).catalogue() for title in ("A", "A", "B"))

    assert first == again != other
    assert json.loads(json.dumps(content)) == content
    assert content["app"] == {
        "name": "app",
        "title": "A",
        "description": "",
        "workflows": ["parent"],
        "ui": [],
        "features": [],
    }
    assert [entry["name"] for entry in content["workflows"]] == ["parent", "child"]
    assert {entry["name"] for entry in content["tools"]} == {"stamp", "llm_generate_text"}


@pytest.mark.requirement("APP-005")
def test_the_catalogue_names_the_widgets_of_the_app_and_the_features_of_every_module_it_reaches() -> None:
    files = Module(name="files", features=["fileExplorer"])
    code = Module(name="code", modules=[files], features=["git", "fileExplorer"])
    ui = {"widgets": [{"widget": "start-form", "workflow": "child"}]}

    def told(*modules: Module) -> dict[str, Any]:
        app = StudioApp(title="One", workflows=[ChildWorkflow], modules=modules, ui=ui)
        return resolve(app).catalogue()[1]["app"]

    assert told(code)["features"] == ["fileExplorer", "git"]
    assert told(files)["features"] == ["fileExplorer"]
    assert told()["features"] == []
    assert [(one["widget"], one["options"]) for one in told()["ui"]] == [("start-form", {"workflow": "child"})]


def test_what_an_apps_page_offers_is_checked_and_its_options_may_stand_below_or_beside_the_name() -> None:
    def app(*widgets: object) -> StudioApp:
        return StudioApp(title="One", workflows=[ChildWorkflow], ui={"widgets": widgets})

    beside = {"widget": "button", "workflow": "child", "label": "Go"}
    below = {"widget": "button", "options": {"workflow": "child", "label": "Go"}}
    first, second = resolve(app(beside, below)).ui
    assert first.options == second.options == {"workflow": "child", "label": "Go"}
    with pytest.raises(DefinitionError) as caught:
        resolve(app({"widget": "buton"}, {"widget": "button", "workflow": "chid", "colour": "red"}, "button"))
    assert {problem.code for problem in caught.value.problems} == {
        "widget_unknown", "widget_workflow", "widget_option", "widget_type",
    }  # fmt: skip
    assert {problem.line for problem in caught.value.problems} == {app.__code__.co_firstlineno + 1}
