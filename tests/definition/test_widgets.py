"""Widget files in both layouts, inline mappings and lists of both become one normal form."""

from pathlib import Path
from typing import Any, get_args

import pytest

from loopstack_temporal import Document, document
from loopstack_temporal.definition import definition_of, document_of
from loopstack_temporal.definition.catalogue import describe_widgets
from loopstack_temporal.definition.model import Source, WorkflowDefinition
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.widgets import Scope, read_widgets
from loopstack_temporal.definition.widgets.table import (
    APP,
    DOCUMENT,
    WORKFLOW,
    AppWidgetName,
    DocumentWidgetName,
    WorkflowWidgetName,
)
from tests.definition.author_files import import_file, write_files

CASE = """
from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, transition, workflow


class Answer(BaseModel):
    due_date: str = ""
    note: str = ""


@workflow(widget=WIDGET)
class ReviewWorkflow(BaseWorkflow):
    @transition(to="waiting")
    def generate(self) -> None: ...

    @transition(from_="waiting", to="end", wait=True)
    def decide(self, payload: Answer) -> None: ...
"""


def read(tmp_path: Path, widget: object, **files: str) -> WorkflowDefinition:
    write_files(tmp_path, {f"{name}.yaml": text for name, text in files.items()})
    (tmp_path / "case.py").write_text(CASE.replace("WIDGET", repr(widget)))
    return definition_of(import_file(tmp_path / "case.py").ReviewWorkflow)


BUTTON: dict[str, Any] = {
    "widget": "button",
    "options": {"transition": "decide", "label": "Go"},
    "show_when": [],
    "enabled_when": [],
}


@pytest.mark.requirement("ENGINE-004", "DOC-026", "DOC-027", "DOC-029")
@pytest.mark.parametrize(
    "text",
    [
        "widget: button\noptions:\n  transition: decide\n  label: Go\n",
        "widgets:\n- widget: button\n  options: {transition: decide, label: Go}\n",
        "type: workflow\nui:\n  widgets:\n  - widget: button\n    options: {transition: decide, label: Go}\n",
        "- widget: button\n  options: {transition: decide, label: Go}\n",
    ],
    ids=["flat", "list", "nested", "bare list"],
)
def test_every_layout_gives_the_same_widget(text: str, tmp_path: Path) -> None:
    definition = read(tmp_path, "one.yaml", one=text)

    assert describe_widgets(definition.widgets) == [BUTTON]
    assert definition.warnings == ()


@pytest.mark.requirement("ENGINE-004")
def test_paths_and_mappings_may_be_mixed_and_keep_their_order(tmp_path: Path) -> None:
    inline = {"widget": "sandbox-run", "options": {"slot_id": "main"}}
    definition = read(
        tmp_path, ["one.yaml", inline, "one.yaml"], one="widget: button\noptions: {transition: decide, label: Go}"
    )

    assert describe_widgets(definition.widgets) == [
        BUTTON,
        {"widget": "sandbox-run", "options": {"slotId": "main"}, "show_when": [], "enabled_when": []},
        BUTTON,
    ]


@pytest.mark.requirement("DOC-027")
def test_title_and_description_of_the_file_count_where_the_decorator_has_none(tmp_path: Path) -> None:
    definition = read(tmp_path, "one.yaml", one="title: From file\ndescription: Also\nui: {widgets: []}")

    assert (definition.title, definition.description) == ("From file", "Also")


FORM = """
type: workflow
ui:
  widgets:
    - widget: form
      enabledWhen: [waiting]
      show_when: waiting
      options:
        order: [note, dueDate]
        properties:
          dueDate:
            title: 2026
            placeholder: 2026-11-21
            help_text: unknown
          note:
            widget: select
            enum_options: [yes, {label: Never, value: 0}, 3]
            read_only: true
        actions:
          - type: button-full-w
            transition: decide
            label: On
            variant: destructive
            payload: {note: x}
"""


@pytest.mark.requirement("DOC-032")
def test_a_form_is_brought_into_normal_form(tmp_path: Path) -> None:
    definition = read(tmp_path, "one.yaml", one=FORM)

    assert describe_widgets(definition.widgets) == [
        {
            "widget": "form",
            "show_when": ["waiting"],
            "enabled_when": ["waiting"],
            "options": {
                "order": ["note", "due_date"],
                "properties": {
                    "due_date": {"title": "2026", "placeholder": "2026-11-21", "helpText": "unknown"},
                    "note": {
                        "widget": "select",
                        "enumOptions": [
                            {"label": "yes", "value": "yes"},
                            {"label": "Never", "value": 0},
                            {"label": "3", "value": 3},
                        ],
                        "readonly": True,
                    },
                },
                "actions": [
                    {
                        "type": "button-full-w",
                        "transition": "decide",
                        "label": "On",
                        "variant": "danger",
                        "payload": {"note": "x"},
                    }
                ],
            },
        }
    ]
    assert definition.widgets[0].source == Source(str(tmp_path / "one.yaml"), 5)
    assert definition.warnings == (
        f"{tmp_path}/one.yaml:14: field 'dueDate': the studio knows no option `help_text`; did you mean 'help'?",
    )


def test_unknown_keys_and_places_are_warnings_with_file_and_line(tmp_path: Path) -> None:
    definition = read(
        tmp_path,
        "one.yaml",
        one="colour: red\nui:\n  tabs: []\n  widgets:\n  - widget: button\n    option: {}\n    showWhen: [wating]\n",
    )

    assert [line.replace(f"{tmp_path}/", "") for line in definition.warnings] == [
        "one.yaml:1: unknown key `colour`",
        "one.yaml:3: unknown key `tabs` under `ui`",
        "one.yaml:6: unknown key `option`; did you mean 'options'?",
        "one.yaml:7: `showWhen` names 'wating', which is no place of the workflow; did you mean 'waiting'?",
    ]


@pytest.mark.requirement("DOC-031")
def test_a_workflow_needs_no_widget(tmp_path: Path) -> None:
    assert read(tmp_path, None).widgets == ()


@pytest.mark.requirement("DOC-029")
def test_an_apps_launch_widgets_use_the_same_entries_and_are_checked_against_its_workflows() -> None:
    problems = Problems()
    given = [
        {"widget": "prompt-input", "options": {"workflow": "chat", "placeholder": "Ask"}},
        {"widget": "button", "options": {"workflow": "chatt"}},
    ]

    found = read_widgets(given, Scope("app", workflows=["chat"]), Source("app.py", 3), [], problems)

    assert found.widgets[0].options == {"workflow": "chat", "placeholder": "Ask"}
    assert [(problem.code, str(problem)) for problem in problems.found] == [
        ("widget_workflow", "app.py:3: `workflow` names 'chatt', which is no workflow of the app; did you mean 'chat'?")
    ]


@pytest.mark.requirement("DOC-003", "DOC-021", "DOC-027")
def test_a_documents_file_may_use_nested_schemas_and_camel_case_fields(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "notes.yaml": "type: document\ntitle: Notes\ntags: [shown]\nui:\n  widgets:\n  - widget: form\n"
            "    options:\n"
            "      order: [date, actionItems]\n      properties:\n        actionItems:\n          collapsed: true\n"
            "          items:\n            title: Item\n            properties: {dueDate: {widget: text}}\n"
            "      actions: [{type: button, transition: confirm, label: OK}]\n",
            "case.py": "from __future__ import annotations\nfrom pydantic import BaseModel\n"
            "from loopstack_temporal import Document, document\n\n\n"
            "@document(widget='notes.yaml', tags=['mine'])\nclass NotesDocument(Document):\n"
            "    date: str\n    action_items: list[Item] = []\n\n\n"
            "class Item(BaseModel):\n    due_date: str = ''\n    parent: Item | None = None\n",
        },
    )

    definition = document_of(import_file(tmp_path / "case.py").NotesDocument)

    assert (definition.title, definition.tags, definition.widget_tags) == ("Notes", ("mine",), ("shown",))
    options: dict[str, Any] = dict(definition.widgets[0].options)
    assert options["order"] == ["date", "action_items"]
    assert options["properties"]["action_items"]["items"]["properties"] == {"due_date": {"widget": "text"}}


def test_the_table_of_widgets_and_their_names_agree() -> None:
    assert tuple(DOCUMENT) == get_args(DocumentWidgetName)
    assert tuple(WORKFLOW) == get_args(WorkflowWidgetName)
    assert tuple(APP) == get_args(AppWidgetName)


def test_a_file_whose_alias_contains_itself_is_refused(tmp_path: Path) -> None:
    problems = Problems()
    (tmp_path / "loop.yaml").write_text("widget: table\noptions: &o\n  columns: *o\n")

    read_widgets("loop.yaml", Scope("document"), Source("x.py", 1), [tmp_path], problems)

    assert [problem.code for problem in problems.found] == ["widget_yaml"]


def test_words_that_older_yaml_takes_for_booleans_stay_text() -> None:
    @document(widget={"widget": "confirm-prompt", "options": {"transition": "ok", "yes": "Ja", "no": "Nein"}})
    class AskDocument(Document):
        question: str

    assert document_of(AskDocument).widgets[0].options["yes"] == "Ja"
