"""The source text of a class. Python keeps lines of functions only; attributes and calls have to be looked up."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Mapping
from typing import Any

from loopstack_temporal.definition.model import Source


def file_of(cls: type[Any]) -> str | None:
    """The file that declares a class; None for one typed into an interpreter."""
    return getattr(sys.modules.get(cls.__module__), "__file__", None)


def class_node(cls: type[Any]) -> ast.ClassDef | None:
    """The class statement; None when there is no source to read."""
    file = file_of(cls)
    if file is None:
        return None
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return None
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == cls.__name__]
    lines = [member.__code__.co_firstlineno for member in vars(cls).values() if inspect.isfunction(member)]
    holding = [node for node in nodes if any(node.lineno <= line <= (node.end_lineno or 0) for line in lines)]
    # Of several classes with one name the last one wins, as it does in Python.
    return next(reversed(holding or nodes), None)


def attribute_lines(cls: type[Any]) -> Mapping[str, int]:
    """Line of every attribute that is annotated or assigned in the class body."""
    node = class_node(cls)
    lines: dict[str, int] = {}
    for statement in node.body if node else []:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        lines |= {target.id: statement.lineno for target in targets if isinstance(target, ast.Name)}
    return lines


def rendered_templates(cls: type[Any]) -> list[tuple[str, Source]]:
    """The paths in `self.render("…")` of a class's own methods, where they are written out."""
    members = [member for member in vars(cls).values() if inspect.isfunction(member)]
    # Reading the source costs milliseconds, so it is done only for classes that render something.
    if not any("render" in member.__code__.co_names for member in members):
        return []
    file, node = file_of(cls), class_node(cls)
    if file is None or node is None:
        return []
    return [
        (call.args[0].value, Source(file, call.lineno))
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "render"
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "self"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    ]
