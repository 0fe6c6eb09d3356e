"""`@document` and the definition of a document class. The decorator is optional; so is every option of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Never, TypeAlias, TypeVar, cast, overload

from pydantic import PydanticInvalidForJsonSchema

from loopstack_temporal.definition.document import Document
from loopstack_temporal.definition.folders import docstring_of, folders_of
from loopstack_temporal.definition.hints import first_sentence
from loopstack_temporal.definition.model import DocumentDefinition, Source
from loopstack_temporal.definition.names import check_name, default_name, default_title
from loopstack_temporal.definition.problems import Problems, calling_source, hint_for
from loopstack_temporal.definition.registry import class_source
from loopstack_temporal.definition.widgets import Scope, read_widgets
from loopstack_temporal.definition.widgets.values import camel_case

MIME_TYPES: Final = (
    "text/plain",
    "text/html",
    "text/markdown",
    "text/css",
    "text/xml",
    "application/json",
    "application/javascript",
    "application/typescript",
    "application/yaml",
    "application/xml",
)
LEVELS: Final = ("debug", "info", "warning", "error")
_META_KEYS = ("hidden", "mimeType", "level", "enableAtPlaces", "hideAtPlaces")
_OPTIONS = ("name", "title", "description", "widget", "tags", "meta", "internal")

_DECLARED: Final = "__loopstack_declared__"
_DEFINITION: Final = "__loopstack_document__"

_D = TypeVar("_D", bound=Document)
_WidgetSource: TypeAlias = str | Path | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Declared:
    """The options of one `@document` as written."""

    source: Source
    options: Mapping[str, object] = field(default_factory=dict[str, object])


@overload
def document(cls: type[_D], /) -> type[_D]: ...


@overload
def document(
    *,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
    widget: _WidgetSource | Sequence[_WidgetSource] | None = None,
    tags: Sequence[str] = (),
    meta: Mapping[str, Any] | None = None,
    internal: bool = False,
    **unknown: Never,
) -> Callable[[type[_D]], type[_D]]: ...


def document(cls: type[Any] | None = None, /, **options: Any) -> Any:
    """Say more about a document class.

    Args:
        name: Default: the class name without `Document` in snake_case.
        title: Default: the YAML file's title, else the name in words.
        description: Default: the YAML file's, else the docstring's first paragraph.
        widget: A YAML path relative to this file, a mapping, or a list of both. Default: a form.
        tags: Written on every saved document of the class.
        meta: `hidden`, `mimeType`, `level`, `enableAtPlaces`, `hideAtPlaces`.
        internal: Seen by the model and by queries, never by people.

    Raises `DefinitionError` with all mistakes, each with file and line.
    """
    declared = _Declared(calling_source(1), options)

    def read(target: type[Any]) -> type[Any]:
        setattr(target, _DECLARED, declared)
        # A model that names classes further down the file is complete only later; `document_of` reads it then.
        if not issubclass(target, Document) or target.__pydantic_complete__:
            document_of(target)
        return target

    return read if cls is None else read(cls)


def document_of(cls: type[Any]) -> DocumentDefinition:
    """The definition of a document class, decorated or not. Raises `DefinitionError`."""
    found: DocumentDefinition | None = vars(cls).get(_DEFINITION)
    if found is None:
        found = _read(cls)
        setattr(cls, _DEFINITION, found)
    return found


def _read(cls: type[Any]) -> DocumentDefinition:
    declared: _Declared = vars(cls).get(_DECLARED) or _Declared(class_source(cls))
    problems = Problems()
    if not issubclass(cls, Document):
        problems.add(declared.source, "not_a_document", f"`{cls.__name__}` must extend `Document`")
        problems.raise_for(cls.__name__)
    reader = _Reader(cls, declared.source, declared.options, problems)
    definition = reader.read(decorated=_DECLARED in vars(cls))
    problems.raise_for(cls.__name__)
    return definition


@dataclass(frozen=True, slots=True)
class _Reader:
    cls: type[Document]
    source: Source
    options: Mapping[str, object]
    problems: Problems

    def read(self, *, decorated: bool) -> DocumentDefinition:
        name = self.options.get("name") or default_name(self.cls.__name__, "Document")
        check_name(name, "document", self.source, self.problems)
        self._check_options()
        schema = self._schema()
        widgets = read_widgets(
            self.options.get("widget"),
            Scope("document", schema=schema),
            self.source,
            folders_of(self.cls),
            self.problems,
        )
        title = self._text("title") or widgets.title or default_title(str(name))
        definition = DocumentDefinition(
            name=str(name),
            title=title,
            description=self._text("description") or widgets.description or docstring_of(self.cls),
            cls=self.cls,
            source=self.source,
            json_schema=schema or {},
            tags=self._tags(),
            widget_tags=widgets.tags,
            meta=self._meta(),
            widgets=widgets.widgets,
            internal=self.options.get("internal") is True,
            warnings=tuple(self.problems.warnings),
        )
        return definition if decorated else self._inherit(definition)

    def _inherit(self, own: DocumentDefinition) -> DocumentDefinition:
        """A class without a decorator of its own looks and behaves like its nearest decorated base."""
        base = next((base for base in self.cls.__mro__[1:] if _DECLARED in vars(base)), None)
        if base is None:
            return own
        given = document_of(base)
        return replace(
            own,
            tags=given.tags,
            widget_tags=given.widget_tags,
            meta=given.meta,
            widgets=given.widgets,
            internal=given.internal,
        )

    def _check_options(self) -> None:
        for option in self.options:
            if option not in _OPTIONS:
                text = f"`@document` has no option `{option}`{hint_for(option, _OPTIONS)}"
                self.problems.add(self.source, "unknown_option", text)
        if not isinstance(self.options.get("internal", False), bool):
            text = f"`internal` must be True or False, got {self.options['internal']!r}"
            self.problems.add(self.source, "bad_option", text)

    def _text(self, option: str) -> str | None:
        value = self.options.get(option)
        if value is not None and not isinstance(value, str):
            self.problems.add(self.source, "bad_option", f"`{option}` must be text, got {value!r}")
            return None
        return value

    def _schema(self) -> Mapping[str, Any] | None:
        try:
            self.cls.model_rebuild(_types_namespace=vars(sys.modules[self.cls.__module__]))
            return self.cls.model_json_schema(mode="validation")
        except PydanticInvalidForJsonSchema:
            return None
        except Exception as error:
            # pydantic raises its own and Python's errors here; all mean that a field's type is not usable.
            text = f"`{self.cls.__name__}` cannot be used as a document: {first_sentence(error)}"
            self.problems.add(self.source, "bad_schema", text)
            return None

    def _tags(self) -> tuple[str, ...]:
        return self._texts("tags", self.options.get("tags", ()))

    def _texts(self, key: str, value: object) -> tuple[str, ...]:
        items = cast("list[object]", value) if isinstance(value, (list, tuple, set, frozenset)) else [None]
        if not all(isinstance(item, str) and item for item in items):
            self.problems.add(self.source, "bad_option", f"`{key}` must be a list of texts, got {value!r}")
            return ()
        return tuple(dict.fromkeys(cast("list[str]", items)))

    def _meta(self) -> Mapping[str, Any]:
        given = self.options.get("meta")
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            self.problems.add(self.source, "bad_option", f"`meta` must be a mapping, got {given!r}")
            return {}
        return {
            camel_case(key): self._meta_value(camel_case(key), value)
            for key, value in cast("Mapping[str, object]", given).items()
        }

    def _meta_value(self, key: str, value: object) -> object:
        match key:
            case "level":
                self._one_of("level", value, LEVELS)
            case "mimeType":
                self._one_of("mimeType", value, MIME_TYPES)
            case "enableAtPlaces" | "hideAtPlaces":
                return list(self._texts(f"meta.{key}", value))
            case "hidden":
                if not isinstance(value, bool):
                    self.problems.add(self.source, "bad_meta", f"`meta.hidden` must be True or False, got {value!r}")
            case _:
                near = hint_for(key, _META_KEYS)
                self.problems.warn(self.source, f"the studio knows no static meta key `{key}`{near}")
        return value

    def _one_of(self, key: str, value: object, known: Sequence[str]) -> None:
        if value not in known:
            text = f"`meta.{key}` must be one of {', '.join(known)}; got {value!r}"
            self.problems.add(self.source, "bad_meta", text)
