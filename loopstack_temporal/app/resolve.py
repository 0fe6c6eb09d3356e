"""Turns what an author wrote down into one checked application, or into all of its mistakes at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

from loopstack_temporal.app.application import App
from loopstack_temporal.app.gathering import Gathered, gather
from loopstack_temporal.app.injection import Injector
from loopstack_temporal.app.planning import plan
from loopstack_temporal.definition.model import Widget, WorkflowDefinition
from loopstack_temporal.definition.names import check_name, snake_case
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.definition.registry import with_default_timeout
from loopstack_temporal.definition.widgets import Scope, read_widgets
from loopstack_temporal.errors import SetupError
from loopstack_temporal.modules import Module, StudioApp

DEFAULT_TIMEOUT = "LOOPSTACK_DEFAULT_TIMEOUT"


def resolve(app: StudioApp, *, environ: Mapping[str, str] | None = None) -> App:
    """The application as one value.

    Raises `DefinitionError` with every clash of names and everything that is asked for but not provided, each with file
    and line; `SetupError` if `LOOPSTACK_DEFAULT_TIMEOUT` (seconds; 0 for no limit) is no number.
    """
    problems = Problems()
    name = app.name if app.name is not None else app_name(app.title)
    check_name(name, "app", app.source, problems)
    if not app.title.strip():
        problems.add(app.source, "app_title", "an app needs a `title`; the studio shows it")
    if app.max_steps_without_wait < 1:
        problems.add(app.source, "app_max_steps", "`max_steps_without_wait` must be at least 1")
    gathered = gather(app, problems)
    ui = _launches(app, gathered, problems)
    planned = plan(gathered, problems)
    problems.raise_for(f"App `{name}`")
    seconds = _default_timeout(os.environ if environ is None else environ)
    return App(
        name=name,
        title=app.title,
        description=app.description,
        workflows=_by_name(gathered, app.max_steps_without_wait, seconds),
        listed=gathered.listed,
        documents=MappingProxyType({found.name: found for found in gathered.documents}),
        tools=MappingProxyType({found.name: found for found in gathered.tools}),
        ui=ui,
        features=_features(gathered),
        injector=Injector(planned),
    )


def app_name(title: str) -> str:
    """`"Meeting notes"` → `meeting_notes`: the name of an app without `name=`."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in title).split()
    return "_".join(snake_case(word) for word in words)


def _launches(app: StudioApp, gathered: Gathered, problems: Problems) -> tuple[Widget, ...]:
    """What the page of the app offers first."""
    if not app.ui:
        return ()
    scope = Scope("app", workflows=[found.name for found in gathered.workflows])
    return read_widgets(_spelled_out(app.ui), scope, app.source, (), problems).widgets


def _spelled_out(ui: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the options of each widget below `options`; they may stand beside its name."""
    widgets = ui.get("widgets")
    if not isinstance(widgets, list | tuple):
        return ui
    return {**ui, "widgets": [_with_options(one) for one in cast("Sequence[object]", widgets)]}


def _with_options(entry: object) -> object:
    if not isinstance(entry, Mapping) or "widget" not in entry or "options" in entry:
        return cast("object", entry)
    written = cast("Mapping[str, object]", entry)
    return {"widget": written["widget"], "options": {key: value for key, value in written.items() if key != "widget"}}


def _features(gathered: Gathered) -> tuple[str, ...]:
    modules = (reach.group for reach in gathered.reaches if isinstance(reach.group, Module))
    return tuple(sorted({name for module in modules for name in module.features}))


def _default_timeout(environ: Mapping[str, str]) -> float | None:
    text = environ.get(DEFAULT_TIMEOUT)
    if text is None or not text.strip():
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise SetupError(
            f"{DEFAULT_TIMEOUT} must be a number of seconds, 0 for no limit, but is {text!r}.", code="bad_setting"
        )
    return seconds


def _by_name(gathered: Gathered, max_steps: int, timeout: float | None) -> Mapping[str, WorkflowDefinition]:
    found: dict[str, WorkflowDefinition] = {}
    for definition in gathered.workflows:
        transitions = definition.transitions
        if timeout is not None:
            transitions = tuple(with_default_timeout(transition, timeout) for transition in transitions)
        steps = definition.max_steps_without_wait or max_steps
        found[definition.name] = replace(definition, transitions=transitions, max_steps_without_wait=steps)
    return MappingProxyType(found)
