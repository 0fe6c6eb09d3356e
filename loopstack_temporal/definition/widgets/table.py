"""Every widget the studio draws, and the options each one has. The one place where they are listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

DocumentWidgetName = Literal[
    "form",
    "text-prompt",
    "choices",
    "confirm-prompt",
    "secret-input",
    "oauth-prompt",
    "approval",
    "message",
    "llm-message",
    "markdown",
    "plain",
    "error",
    "link",
    "code",
    "json",
    "table",
    "diff",
    "image",
    "file",
    "progress",
    "debug",
]
WorkflowWidgetName = Literal["prompt-input", "button", "button-full-w", "form", "sandbox-run"]
AppWidgetName = Literal["start-form", "prompt-input", "button", "form"]
WidgetName: TypeAlias = DocumentWidgetName | WorkflowWidgetName | AppWidgetName

FieldWidgetName = Literal[
    "text",
    "number",
    "textarea",
    "code-edit",
    "json",
    "select",
    "multi-select",
    "radio",
    "checkbox",
    "switch",
    "slider",
    "code-view",
    "markdown-view",
    "file",
]
ActionType = Literal["button", "button-full-w"]
Variant = Literal["primary", "outline", "ghost", "danger"]
Kind: TypeAlias = Literal["workflow", "document", "app"]
"""Where a widget stands."""

Value = Literal[
    "text",
    "flag",
    "number",
    "count",
    "texts",
    "transition",
    "workflow",
    "variant",
    "fields",
    "actions",
    "mapping",
    "any",
]
"""What the value of an option must be; `count` is a whole number above 0, `fields` the per-field options of a form."""

_Options: TypeAlias = Mapping[str, Value]

_FORM: Final[_Options] = {
    "order": "texts",
    "properties": "fields",
    "title": "text",
    "description": "text",
    "disabled": "flag",
    "actions": "actions",
}
_LAUNCH: Final[_Options] = {
    "workflow": "workflow",
    "title": "text",
    "subtitle": "text",
    "label": "text",
    "placeholder": "text",
}
_NONE: Final[_Options] = {}

DOCUMENT: Final[Mapping[DocumentWidgetName, _Options]] = {
    "form": _FORM,
    "text-prompt": {"transition": "transition", "label": "text", "placeholder": "text", "rows": "count"},
    "choices": {"transition": "transition", "label": "text", "multiple": "flag"},
    "confirm-prompt": {"transition": "transition", "yes": "text", "no": "text"},
    "secret-input": {"transition": "transition", "label": "text"},
    "oauth-prompt": {"transition": "transition"},
    "approval": {"transition": "transition"},
    "message": _NONE,
    "llm-message": _NONE,
    "markdown": _NONE,
    "plain": _NONE,
    "error": _NONE,
    "link": _NONE,
    "code": {"language": "text"},
    "json": {"depth": "count"},
    "table": {"columns": "any"},
    "diff": {"before": "text", "after": "text"},
    "image": {"alt": "text"},
    "file": {"name": "text"},
    "progress": {"value": "any", "max": "number"},
    "debug": _NONE,
}

_BUTTON: Final[_Options] = {
    "transition": "transition",
    "label": "text",
    "variant": "variant",
    "confirm": "any",
    "props": "mapping",
}

WORKFLOW: Final[Mapping[WorkflowWidgetName, _Options]] = {
    "prompt-input": {"transition": "transition", "label": "text", "placeholder": "text"},
    "button": _BUTTON,
    "button-full-w": _BUTTON,
    "form": _FORM,
    "sandbox-run": {"slotId": "text", "label": "text"},
}

APP: Final[Mapping[AppWidgetName, _Options]] = {
    "start-form": _LAUNCH,
    "prompt-input": _LAUNCH,
    "button": _LAUNCH,
    "form": _LAUNCH,
}

FIELD: Final[_Options] = {
    "widget": "text",
    "label": "text",
    "title": "text",
    "description": "text",
    "help": "text",
    "placeholder": "text",
    "rows": "count",
    "inline": "flag",
    "readonly": "flag",
    "disabled": "flag",
    "hidden": "flag",
    "collapsed": "flag",
    "fixed": "flag",
    "order": "texts",
    "enumOptions": "any",
    "items": "any",
    "properties": "fields",
}
"""Options of one field of a form. `items` (a field again) and `enumOptions` have checks of their own."""

ACTION: Final[_Options] = {
    "type": "text",
    "transition": "transition",
    "label": "text",
    "variant": "variant",
    "props": "mapping",
    "payload": "any",
}

FOREIGN_VARIANTS: Final[Mapping[str, Variant]] = {
    "default": "primary",
    "secondary": "outline",
    "destructive": "danger",
    "link": "ghost",
}
"""Names other component kits use for the same looks."""


def known_widgets(kind: Kind) -> Mapping[str, _Options]:
    """Widgets that may stand there, with their options."""
    tables: Mapping[Kind, Mapping[str, _Options]] = {
        "document": {str(name): options for name, options in DOCUMENT.items()},
        "workflow": {str(name): options for name, options in WORKFLOW.items()},
        "app": {str(name): options for name, options in APP.items()},
    }
    return tables[kind]
