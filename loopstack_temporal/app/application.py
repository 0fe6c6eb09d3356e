"""One application as a value: what the worker runs and publishes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from loopstack_temporal.app.injection import Injector
from loopstack_temporal.definition.catalogue import describe_document, describe_widgets, describe_workflow
from loopstack_temporal.definition.model import DocumentDefinition, Widget, WorkflowDefinition
from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.tools.base import ToolDefinition


@dataclass(frozen=True, kw_only=True)
class App:
    """A resolved application. Made by `resolve`; close it with `aclose` when the process ends."""

    name: str
    """Also the Temporal task queue."""
    title: str
    description: str
    workflows: Mapping[str, WorkflowDefinition]
    """Every workflow the worker must know, children included, with the app's defaults filled in."""
    listed: tuple[str, ...]
    """The workflows a person can start, in the author's order."""
    documents: Mapping[str, DocumentDefinition]
    tools: Mapping[str, ToolDefinition]
    ui: tuple[Widget, ...] = ()
    """What its page in the studio offers first."""
    features: tuple[str, ...] = ()
    """Of all modules that the app reaches, sorted."""
    injector: Injector = field(repr=False, compare=False)

    def build(self, definition: WorkflowDefinition) -> AbstractAsyncContextManager[BaseWorkflow[Any, Any, Any]]:
        """A new workflow object for one attempt, with its tools, children and services.

        `async with app.build(definition) as workflow:`; then `attach(workflow, session)`. The injected tools and child
        handles use the session of the workflow they were made for. An exception of a provider's own code goes through.
        """
        return self.injector.workflow(definition)

    def catalogue(self) -> tuple[str, dict[str, Any]]:
        """What workers publish and the API reads: a hash of the content, and the content as plain JSON data."""
        content: dict[str, Any] = {
            "app": {
                "name": self.name,
                "title": self.title,
                "description": self.description,
                "workflows": list(self.listed),
                "ui": describe_widgets(self.ui),
                "features": list(self.features),
            },
            "workflows": [describe_workflow(definition) for definition in self.workflows.values()],
            "documents": [describe_document(definition) for definition in self.documents.values()],
            "tools": [_describe_tool(definition) for definition in self.tools.values()],
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest(), content

    async def aclose(self) -> None:
        """Close the providers that were opened."""
        await self.injector.aclose()


def _describe_tool(definition: ToolDefinition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "description": definition.description,
        "args_schema": dict(definition.args.json_schema) if definition.args else {"type": "object"},
        "config_schema": dict(definition.config.json_schema) if definition.config else None,
        "needs_approval": definition.needs_approval,
        "widgets": describe_widgets(definition.widgets),
    }
