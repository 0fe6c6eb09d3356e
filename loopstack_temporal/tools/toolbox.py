"""The tools that one attempt can find by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from loopstack_temporal.errors import ToolError
from loopstack_temporal.tools.base import Tool, find_tool

Wanted: TypeAlias = str | type[Tool] | Tool
"""A tool by name, by class, or the tool itself."""


class Toolbox:
    """Tools by name: those the workflow asks for, then those its app and the modules of the app list.

    Ask for it by annotation, `toolbox: Toolbox`, in a workflow or tool. It lives as long as the attempt.
    """

    def __init__(self, tools: Sequence[Tool] = ()) -> None:
        """Of tools whose names clash, the first one counts."""
        self._tools: dict[str, Tool] = {}
        self._broken: dict[str, Exception] = {}
        for tool in tools:
            self.add(tool)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that can be found, the workflow's own tools first."""
        return (*self._tools, *self._broken)

    def add(self, tool: Tool) -> None:
        """Take in a tool, unless there is one of that name."""
        self._tools.setdefault(tool.definition.name, tool)

    def add_broken(self, name: str, error: Exception) -> None:
        """Take in a tool that could not be made: an error for whoever wants it, and for nobody else."""
        self._broken.setdefault(name, error)

    def find(self, wanted: Sequence[Wanted]) -> tuple[Tool, ...]:
        """The tools in the order asked for, each once.

        A tool object is itself what was wanted. Raises `ToolError` that lists what there is for a name or class that
        is not known here.
        """
        found = [one if isinstance(one, Tool) else self._find(one) for one in wanted]
        return tuple({tool.definition.name: tool for tool in found}.values())

    def _find(self, wanted: str | type[Tool]) -> Tool:
        name = wanted if isinstance(wanted, str) else _name_of(wanted)
        tool = self._tools.get(name)
        if tool is not None and (isinstance(wanted, str) or isinstance(tool, wanted)):
            return tool
        if name in self._broken:
            error = self._broken[name]
            raise ToolError(f"The tool `{name}` could not be made: {type(error).__name__}: {error}") from error
        known = ", ".join(f"`{one}`" for one in self.names) or "none"
        raise ToolError(
            f"There is no tool `{name}` here; there are {known}. List it in the `tools` of the app or of one of its"
            " modules, or ask for it as an annotated attribute of the workflow."
        )


def _name_of(cls: type[Tool]) -> str:
    definition = find_tool(cls)
    return cls.__name__ if definition is None else definition.name
