"""docs/documents.md: its application runs, and its tables name every widget and option there is."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, get_args, get_overloads

import pytest

from loopstack_temporal import DocumentStore, Module, StudioApp, document
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.definition.document_class import LEVELS, document_of
from loopstack_temporal.definition.widgets import table
from loopstack_temporal.testing import run_workflow, start_workflow
from tests.docs.pages import first_cells, loaded, names, rows, saved, section
from tests.docs.test_blocks import blocks
from tests.support.stack import ROOT

PAGE = (ROOT / "docs/documents.md").read_text()
KEYWORD = inspect.Parameter.KEYWORD_ONLY


@pytest.fixture
def recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The first application of the page, with the files that stand beside it."""
    (layout,), (template,) = blocks("yaml", PAGE), blocks("jinja", PAGE)
    saved(layout, tmp_path)
    saved(template, tmp_path)
    return loaded(saved(blocks("python", PAGE)[0], tmp_path), monkeypatch)


async def test_a_recipe_is_drafted_corrected_and_printed(recipes: Any) -> None:
    better = recipes.RecipeDocument(dish="broth", steps=["Heat water.", "Wait."])
    async with start_workflow(recipes.RecipeWorkflow) as run:
        [draft] = (await run.report()).documents
        assert (draft.key, draft.version, draft.tags) == ("recipe", 1, ("draft",))
        done = await run.answer("confirm", better)
    assert (done.result or "").split() == "**broth** 1. Heat water. 2. Wait.".split()
    [final] = done.documents
    assert (final.version, final.tags) == (2, ("final",))
    assert (await run_workflow(recipes.RecipeWorkflow, answers={"give_up": None})).result == "pizza"

    [form] = document_of(recipes.RecipeDocument).widgets
    assert form.widget == "form" and form.options["order"] == ["dish", "steps"]
    assert form.options["actions"][0]["transition"] == "confirm"


async def test_the_nearest_setting_counts(recipes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kitchen = loaded(saved(blocks("python", PAGE)[1], tmp_path), monkeypatch)
    assert (await run_workflow(kitchen.StewWorkflow, app=kitchen.app)).result == 9
    assert (await run_workflow(kitchen.SoupWorkflow, app=kitchen.app)).result == 5
    resolved = resolve(kitchen.app)
    assert (resolved.name, resolved.listed) == ("kitchen", ("recipe", "soup", "stew"))
    await resolved.aclose()


def test_every_widget_is_on_the_page_with_its_options() -> None:
    drawn = rows(section(PAGE, "## Widgets of documents"))
    for widget, options in table.DOCUMENT.items():
        [cells] = [cells for cells in drawn if cells[0] == f"`{widget}`"]
        assert names(cells[1]) == set(options), widget
    ours = {name: cells for cells in rows(section(PAGE, "## Widgets of workflows")) for name in names(cells[0])}
    assert set(ours) == set(table.WORKFLOW)
    for widget, options in table.WORKFLOW.items():
        assert ours[widget][1] == "as above" or set(options) <= names(ours[widget][1]), widget
    app = next(cells for cells in rows(PAGE) if "`ui`" in cells[0])
    assert {*table.APP, *table.APP["form"]} <= names(app[1])


def test_every_option_of_forms_and_fields_is_on_the_page() -> None:
    parts = rows(section(PAGE, "## Widgets of documents"))[-3:]
    actions, fields, widgets = (names(cells[1]) for cells in parts)
    assert actions == {*table.ACTION, *get_args(table.ActionType), *get_args(table.Variant)}
    assert fields == set(table.FIELD)
    assert widgets == set(get_args(table.FieldWidgetName))


def test_every_option_of_documents_apps_and_modules_is_on_the_page() -> None:
    known = first_cells(PAGE, "## Saving and finding")
    for overloaded in (document, DocumentStore.save):
        for one in get_overloads(overloaded):
            options = {name for name, about in inspect.signature(one).parameters.items() if about.kind is KEYWORD}
            assert options <= known, overloaded
    assert set(LEVELS) <= names(section(PAGE, "## Saving and finding"))
    given = first_cells(PAGE, "## What an app is made of")
    for made in (StudioApp, Module):
        assert set(inspect.signature(made).parameters) - {"source"} <= given
