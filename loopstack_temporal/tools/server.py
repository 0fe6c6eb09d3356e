"""Tools that the model's provider runs itself: they are only described, never called here."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Self

from loopstack_temporal.errors import ToolError
from loopstack_temporal.tools.base import Tool
from loopstack_temporal.tools.call import validated_config


class ServerTool(Tool):
    """Base of a tool of the provider: `@tool(config_schema=SearchConfig) class WebSearchTool(ServerTool)`.

    It has a method `to_server_tool_config(config)` and is listed in `tools=` of a model call like any other. It has no
    `call`. Raises `ToolError` for a config that does not fit.
    """

    _config: object = None

    def to_server_tool_config(self, config: Any) -> Mapping[str, Any]:
        """The definition in the provider's own form; put into the request as it is."""
        raise ToolError(
            f"The tool `{self.definition.name}` cannot be described: give `{type(self).__name__}` a method"
            " `to_server_tool_config(self, config)` that returns its definition in the provider's own form."
        )

    def configured(self, **config: Any) -> Self:
        """The same tool with a configuration: `tools=[self.search.configured(max_uses=3)]`."""
        made = copy.copy(self)
        made._config = validated_config(self.definition, config)
        return made

    def server_config(self) -> Mapping[str, Any]:
        """The definition for the request, with the configuration given or the defaults of `config_schema`."""
        config = validated_config(self.definition, None) if self._config is None else self._config
        return dict(self.to_server_tool_config(config))
