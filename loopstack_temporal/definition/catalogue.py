"""Definitions as plain JSON data. Workers publish it into SQL; the API and the studio know nothing else of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from loopstack_temporal.definition.model import (
    DocumentDefinition,
    Inquiry,
    Retry,
    TransitionDefinition,
    Widget,
    WorkflowDefinition,
)
from loopstack_temporal.definition.shape import Shape

JsonSchema = Mapping[str, Any]


class WidgetEntry(TypedDict):
    """One widget in normal form; option keys are camelCase."""

    widget: str
    options: Mapping[str, Any]
    show_when: list[str]
    enabled_when: list[str]


class RetryEntry(TypedDict):
    """Further tries after an exception; times in seconds."""

    attempts: int
    delay: float
    backoff: Literal["exponential", "fixed"]
    max_delay: float


TransitionEntry = TypedDict(
    "TransitionEntry",
    {
        "name": str,
        "title": str,
        "from": str,
        "to": str,
        "kind": Literal["automatic", "wait", "timer"],
        "guard": "str | None",
        "priority": "int | None",
        "timeout": "float | None",
        "after": "float | None",
        "retry": RetryEntry,
        "error_place": "str | None",
        "retry_target": "str | None",
        "pool": "str | None",
        "execution": Literal["activity", "local"],
        "asks": bool,
        "early": bool,
        "stopped_to": "str | None",
        "schema": "JsonSchema | None",
    },
)
"""One transition; written this way because `from` is a Python keyword. Times in seconds."""


class WorkflowEntry(TypedDict):
    """One workflow. A schema of `None` means that anything is accepted (for arguments and state: any object)."""

    name: str
    title: str
    description: str
    places: list[str]
    transitions: list[TransitionEntry]
    args_schema: JsonSchema | None
    state_schema: JsonSchema | None
    result_schema: JsonSchema | None
    config_schema: JsonSchema | None
    widgets: list[WidgetEntry]
    pool: str | None
    on_failure: Literal["park", "fail"]
    max_steps_without_wait: int | None
    warnings: list[str]


class DocumentEntry(TypedDict):
    """One document class. `tags` are those of the class and of its widget file."""

    name: str
    title: str
    description: str
    schema: JsonSchema
    tags: list[str]
    meta: Mapping[str, Any]
    widgets: list[WidgetEntry]
    internal: bool
    warnings: list[str]


def describe_workflow(definition: WorkflowDefinition) -> WorkflowEntry:
    """A workflow's entry in the catalogue."""
    return {
        "name": definition.name,
        "title": definition.title,
        "description": definition.description,
        "places": list(definition.places),
        "transitions": [describe_transition(transition) for transition in definition.transitions],
        "args_schema": _schema(definition.args),
        "state_schema": _schema(definition.state),
        "result_schema": _schema(definition.result),
        "config_schema": _schema(definition.config),
        "widgets": describe_widgets(definition.widgets),
        "pool": definition.pool,
        "on_failure": definition.on_failure,
        "max_steps_without_wait": definition.max_steps_without_wait,
        "warnings": shown_warnings(definition.warnings),
    }


def describe_transition(transition: TransitionDefinition) -> TransitionEntry:
    """A transition's entry."""
    return {
        "name": transition.name,
        "title": transition.title,
        "from": transition.from_,
        "to": transition.to,
        "kind": "wait" if transition.wait else "automatic" if transition.automatic else "timer",
        "guard": transition.guard.name if transition.guard else None,
        "priority": transition.priority,
        "timeout": transition.timeout,
        "after": None if isinstance(transition.after, Inquiry) else transition.after,
        "retry": _retry(transition.retry),
        "error_place": transition.retry.place,
        "retry_target": transition.retry.target,
        "pool": transition.pool,
        "execution": transition.execution,
        "asks": transition.asks,
        "early": transition.early,
        "stopped_to": transition.stopped_to,
        "schema": _schema(transition.payload),
    }


def describe_document(definition: DocumentDefinition) -> DocumentEntry:
    """A document class's entry."""
    return {
        "name": definition.name,
        "title": definition.title,
        "description": definition.description,
        "schema": definition.json_schema,
        "tags": list(dict.fromkeys((*definition.tags, *definition.widget_tags))),
        "meta": definition.meta,
        "widgets": describe_widgets(definition.widgets),
        "internal": definition.internal,
        "warnings": shown_warnings(definition.warnings),
    }


def describe_widgets(widgets: Sequence[Widget]) -> list[WidgetEntry]:
    """Widgets as the studio reads them."""
    return [
        {
            "widget": widget.widget,
            "options": widget.options,
            "show_when": list(widget.show_when),
            "enabled_when": list(widget.enabled_when),
        }
        for widget in widgets
    ]


def shown_warnings(warnings: Sequence[str]) -> list[str]:
    """Warnings without the folders of the worker's machine: `/srv/app/review.ui.yaml:3: …` → `review.ui.yaml:3: …`."""
    result: list[str] = []
    for warning in warnings:
        place, separator, text = warning.partition(": ")
        result.append(place.replace("\\", "/").rpartition("/")[2] + separator + text)
    return result


def _retry(retry: Retry) -> RetryEntry:
    return {
        "attempts": retry.attempts,
        "delay": retry.delay,
        "backoff": retry.backoff,
        "max_delay": retry.max_delay,
    }


def _schema(shape: Shape | None) -> JsonSchema | None:
    return shape.json_schema if shape else None
