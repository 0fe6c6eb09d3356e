"""Finding the definition of a class. Nothing is registered by being imported: the definition sits on the class."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any, Final

from loopstack_temporal.definition.model import Source, TransitionDefinition, WorkflowDefinition
from loopstack_temporal.errors import DefinitionError, Problem

DEFINITION: Final = "__loopstack_workflow__"


def find_definition(cls: type[Any]) -> WorkflowDefinition | None:
    """The definition of a class decorated with `@workflow` itself, not only through a base; else None."""
    found: WorkflowDefinition | None = vars(cls).get(DEFINITION)
    return found


def definition_of(cls: type[Any]) -> WorkflowDefinition:
    """The definition of a workflow class. Raises `DefinitionError` naming the likely cause if it has none."""
    if found := find_definition(cls):
        return found
    source = class_source(cls)
    decorated = next((base for base in cls.__mro__[1:] if find_definition(base)), None)
    text = f"`{cls.__name__}` is no workflow; was it decorated with `@workflow`?"
    if decorated:
        text += f" (only its base `{decorated.__name__}` is)"
    raise DefinitionError(cls.__name__, [Problem(source.file, source.line, text, "not_decorated")])


def with_default_timeout(transition: TransitionDefinition, seconds: float | None) -> TransitionDefinition:
    """The transition with the process's default timeout (`LOOPSTACK_DEFAULT_TIMEOUT`) if its author named none.

    `seconds`: `None` or 0 for no limit.
    """
    if transition.timeout_set:
        return transition
    return replace(transition, timeout=seconds or None)


def class_source(cls: type[Any]) -> Source:
    """File and line of a class that no decorator has seen, as well as Python can tell."""
    try:
        return Source(inspect.getfile(cls), inspect.getsourcelines(cls)[1])
    except (OSError, TypeError):
        return Source(f"<{cls.__module__}>", 0)
