"""YAML as plain data that still knows the line of every key and item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, cast

import yaml

from loopstack_temporal.definition.model import Source
from loopstack_temporal.definition.problems import Problems

Path_: TypeAlias = tuple[str | int, ...]
_MAX_DEPTH = 50
"""Deeper files are a mistake (usually an alias that contains itself)."""


@dataclass(frozen=True, slots=True)
class Located:
    """Some data and where it came from. Inline data has one source for everything."""

    data: Any
    source: Source
    path: Path_ = ()
    lines: Mapping[Path_, int] = field(default_factory=dict[Path_, int])

    def at(self, *steps: str | int) -> Located:
        """The part below some keys and indexes."""
        data = self.data
        for step in steps:
            data = data[step]
        return Located(data, self.source, (*self.path, *steps), self.lines)

    def where(self, *steps: str | int) -> Source:
        """Where that part (or, if it has no line of its own, the nearest one around it) stands."""
        path = (*self.path, *steps)
        while path not in self.lines and path:
            path = path[:-1]
        return Source(self.source.file, self.lines.get(path, self.source.line))

    def mapping(self) -> Mapping[str, object] | None:
        """The data if it is a mapping."""
        data: object = self.data
        return cast("Mapping[str, object]", data) if isinstance(data, Mapping) else None

    def items(self) -> list[Located] | None:
        """The parts if the data is a list."""
        data: object = self.data
        if not isinstance(data, (list, tuple)):
            return None
        return [self.at(index) for index in range(len(cast("list[object]", data)))]


def load_yaml(file: Path, problems: Problems) -> Located | None:
    """Read a YAML file; None when it cannot be read, with the reason in `problems`."""
    first = Source(str(file), 1)
    try:
        loader = _Loader(file.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if node is None:
            problems.add(first, "widget_file", "the file is empty; name at least one `widget:`")
            return None
        lines: dict[Path_, int] = {(): node.start_mark.line + 1}
        return Located(_Builder(loader, lines, str(file), problems).build(node, ()), first, (), lines)
    except yaml.MarkedYAMLError as error:
        # The context is where something began that never ended well: that is the line to look at.
        mark = error.context_mark or error.problem_mark
        text = ", ".join(part for part in (error.context, error.problem) if part)
        problems.add(Source(str(file), mark.line + 1 if mark else 1), "widget_yaml", f"this is not valid YAML: {text}")
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        problems.add(first, "widget_yaml", f"this is not valid YAML: {error}")
    return None


class _Loader(yaml.SafeLoader):
    """YAML with the plain words of version 1.2: `yes`, `no`, `on` and dates stay text."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp" and (tag != "tag:yaml.org,2002:bool" or first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class _Builder:
    loader: _Loader
    lines: dict[Path_, int]
    file: str
    problems: Problems

    def build(self, node: yaml.Node, path: Path_) -> object:
        if len(path) > _MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="too many levels", problem_mark=node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            result: list[object] = []
            for index, item in enumerate(node.value):
                self.lines[(*path, index)] = item.start_mark.line + 1
                result.append(self.build(item, (*path, index)))
            return result
        return cast(Any, self.loader).construct_object(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, object]:
        self.loader.flatten_mapping(node)
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            # The text of a key is what its author typed; `1:` and `yes:` are names like any other here.
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in result:
                self.problems.add(Source(self.file, line), "widget_yaml", f"the key {key!r} stands here a second time")
            self.lines[(*path, key)] = line
            result[key] = self.build(value_node, (*path, key))
        return result
