"""`widget=` in all its forms (a YAML path, a mapping, a list of both; flat or nested) → a tuple of `Widget`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from loopstack_temporal.definition.model import Source, Widget
from loopstack_temporal.definition.problems import Problems, hint_for
from loopstack_temporal.definition.templates import find_file
from loopstack_temporal.definition.widgets.forms import FormChecks, first_transition
from loopstack_temporal.definition.widgets.located import Located, load_yaml
from loopstack_temporal.definition.widgets.scope import JsonSchema, Scope
from loopstack_temporal.definition.widgets.table import Value, known_widgets
from loopstack_temporal.definition.widgets.values import Checks

_FILE_KEYS = ("type", "title", "description", "tags", "ui", "widgets")
_ENTRY_KEYS = ("widget", "options", "enabledWhen", "showWhen")


@dataclass(frozen=True, slots=True)
class WidgetSet:
    """All widgets of a class in order, and what their files say about the class itself."""

    widgets: tuple[Widget, ...] = ()
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    widgets: list[Widget] = field(default_factory=list[Widget])
    texts: dict[str, str] = field(default_factory=dict[str, str])
    tags: list[str] = field(default_factory=list[str])


def read_widgets(given: object, scope: Scope, source: Source, folders: Sequence[Path], problems: Problems) -> WidgetSet:
    """Read everything `widget=` names; mistakes go into `problems` with the line inside the YAML file."""
    reader = _Reader(scope, source, folders, problems, Checks(scope, problems), _Found())
    if given is not None:
        for entry in cast("list[object]", given) if isinstance(given, (list, tuple)) else [given]:
            reader.read(entry)
    found = reader.found
    return WidgetSet(
        tuple(found.widgets), found.texts.get("title"), found.texts.get("description"), tuple(dict.fromkeys(found.tags))
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    scope: Scope
    source: Source
    folders: Sequence[Path]
    problems: Problems
    checks: Checks
    found: _Found

    def read(self, given: object) -> None:
        if isinstance(given, Mapping):
            self._content(Located(cast("Mapping[str, object]", given), self.source))
        elif isinstance(given, (str, Path)):
            file = find_file(self.folders, given)
            if file is None:
                looked = ", ".join(str(folder / given) for folder in self.folders)
                text = f"the widget file {str(given)!r} does not exist; looked for {looked}"
                self.problems.add(self.source, "widget_missing", text)
            elif content := load_yaml(file, self.problems):
                self._content(content)
        else:
            text = f"`widget` must be a path, a mapping, or a list of these, got {given!r}"
            self.problems.add(self.source, "widget_type", text)

    def _content(self, part: Located) -> None:
        """One file (or inline mapping): a single widget, a list, or the nested layout."""
        if (entries := part.items()) is not None:
            for entry in entries:
                self._entry(entry)
            return
        keys = self.checks.keys(part)
        if part.mapping() is None:
            self.checks.wrong_type(part, "widget", "a mapping with `widget`, `widgets` or `ui`")
            return
        single = "widget" in keys
        self._head(part, keys, (*_FILE_KEYS, *_ENTRY_KEYS) if single else _FILE_KEYS)
        if single:
            self._entry(part)
        if "widgets" in keys:
            self._list(part.at(keys["widgets"]))
        if "ui" in keys:
            self._ui(part.at(keys["ui"]))
        if not single and "widgets" not in keys and "ui" not in keys:
            self.problems.warn(part.where(), "no `widget`, `widgets` or `ui` here, so nothing is drawn")

    def _head(self, part: Located, keys: Mapping[str, str], known: Sequence[str]) -> None:
        for key, written in keys.items():
            value = part.at(written)
            if key not in known:
                self.problems.warn(value.where(), f"unknown key `{written}`{hint_for(key, known)}")
            elif key in ("title", "description"):
                if not isinstance(value.data, str):
                    self.checks.wrong_type(value, key, "text")
                else:
                    self.found.texts.setdefault(key, value.data)
            elif key == "tags":
                self.found.tags += self.checks.texts(key, value)
            elif key == "type" and value.data != self.scope.kind:
                text = f"`type: {value.data}` is a file for something else; this one is read for a {self.scope.kind}"
                self.problems.add(value.where(), "widget_type", text)

    def _ui(self, part: Located) -> None:
        given = part.mapping()
        if given is None:
            self.checks.wrong_type(part, "ui", "a mapping with `widgets`")
            return
        for key in given:
            if key == "widgets":
                self._list(part.at(key))
            else:
                self.problems.warn(part.where(key), f"unknown key `{key}` under `ui`{hint_for(key, ['widgets'])}")

    def _list(self, part: Located) -> None:
        entries = part.items()
        if entries is None:
            self.checks.wrong_type(part, "widgets", "a list of widgets")
        for entry in entries or []:
            self._entry(entry)

    def _entry(self, part: Located) -> None:
        keys = self.checks.keys(part)
        known = known_widgets(self.scope.kind)
        name = part.at(keys["widget"]).data if "widget" in keys else None
        if not isinstance(name, str):
            self.problems.add(part.where(), "widget_type", "each entry must name its `widget`")
            return
        if name not in known:
            text = f"there is no {self.scope.kind} widget {name!r}{hint_for(name, known)}"
            self.problems.add(part.where(keys["widget"]), "widget_unknown", text)
            return
        for key, written in keys.items():
            if key not in _ENTRY_KEYS and (part.path or key not in _FILE_KEYS):
                self.problems.warn(part.where(written), f"unknown key `{written}`{hint_for(key, _ENTRY_KEYS)}")
        self.found.widgets.append(
            Widget(
                name,
                self._options(name, known[name], part, keys),
                show_when=self._places("showWhen", part, keys),
                enabled_when=self._places("enabledWhen", part, keys),
                source=part.where(keys["widget"]),
            )
        )

    def _places(self, key: str, part: Located, keys: Mapping[str, str]) -> tuple[str, ...]:
        if key not in keys:
            return ()
        value = part.at(keys[key])
        places = self.checks.texts(key, value)
        for place in places:
            if self.scope.kind == "workflow" and place not in self.scope.places:
                near = hint_for(place, self.scope.places)
                self.problems.warn(value.where(), f"`{key}` names {place!r}, which is no place of the workflow{near}")
        return places

    def _options(
        self, name: str, known: Mapping[str, Value], part: Located, keys: Mapping[str, str]
    ) -> dict[str, object]:
        if "options" not in keys or part.at(keys["options"]).data is None:
            return {}
        options = part.at(keys["options"])
        if options.mapping() is None:
            self.checks.wrong_type(options, "options", "a mapping")
            return {}
        schema = self._form_schema(options)
        form = FormChecks(self.checks, schema)
        result: dict[str, object] = {}
        for key, written in self.checks.keys(options).items():
            value = options.at(written)
            if key not in known:
                text = f"widget {name!r} has no option `{written}`{hint_for(key, known)}"
                self.problems.add(value.where(), "widget_option", text)
            elif known[key] == "fields":
                result[key] = form.fields(value, schema)
            elif known[key] == "actions":
                result[key] = form.actions(value)
            elif known[key] == "texts":
                result[key] = form.order(value, schema)
            else:
                result[key] = self.checks.simple(known[key], key, value)
        return result

    def _form_schema(self, options: Located) -> JsonSchema | None:
        """What a form's fields are checked against: the document's schema, or its first action's payload."""
        if self.scope.kind == "document":
            return self.scope.schema
        transition = first_transition(options)
        return self.scope.payload_schema(transition) if isinstance(transition, str) else None
