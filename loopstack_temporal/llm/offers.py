"""From tools to what a model is told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loopstack_temporal.errors import ToolError
from loopstack_temporal.llm.port import ToolOffer
from loopstack_temporal.tools.base import Tool
from loopstack_temporal.tools.server import ServerTool

_NO_ARGUMENTS: Mapping[str, Any] = {"type": "object", "properties": {}}


def offers(tools: Sequence[Tool]) -> tuple[ToolOffer, ...]:
    """What a model is told. Raises `ToolError` for a tool without a description: no model can choose it well."""
    return tuple(_offer(tool) for tool in tools)


def _offer(tool: Tool) -> ToolOffer:
    definition = tool.definition
    if isinstance(tool, ServerTool):
        return ToolOffer(definition.name, definition.description, {}, server=tool.server_config())
    if not definition.description.strip():
        raise ToolError(
            f"The tool `{definition.name}` has no description, so a model cannot know what it is for: give it a"
            " docstring or `@tool(description=…)`."
        )
    schema = definition.args.json_schema if definition.args is not None else None
    return ToolOffer(definition.name, definition.description, dict(schema or _NO_ARGUMENTS))
