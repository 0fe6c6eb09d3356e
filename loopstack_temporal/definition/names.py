"""Names: how they are derived from classes, and which ones are taken."""

from __future__ import annotations

import re

from loopstack_temporal.definition.model import Source
from loopstack_temporal.definition.problems import Problems

_RESERVED_PREFIXES = ("loopstack.", "__temporal_")
_RESERVED = frozenset({"loopstack"})
"""A workflow of this name would make activity types that look like the machine's own (`loopstack.open`)."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")
_POOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def snake_case(name: str) -> str:
    """`AgentExample` → `agent_example`; runs of capitals count as one word (`HTTPCall` → `http_call`)."""
    split = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", split).lower()


def default_name(class_name: str, suffix: str) -> str:
    """The name of a class without `name=`: snake_case without the suffix of its kind."""
    stem = class_name.removesuffix(suffix) or class_name
    return snake_case(stem).strip("_")


def default_title(name: str) -> str:
    """A readable title for a name: `meeting_notes` → `Meeting notes`."""
    words = re.sub(r"[_.-]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def is_reserved(name: str) -> bool:
    """Whether the machine or Temporal uses names of this kind itself."""
    return name in _RESERVED or name.startswith(_RESERVED_PREFIXES) or name.startswith("__")


def check_name(name: object, kind: str, source: Source, problems: Problems) -> None:
    """A name of a workflow, document or tool: not reserved, and fit for addresses and queue names."""
    if not isinstance(name, str) or not name:
        problems.add(source, "bad_name", f"the name of a {kind} must be text, got {name!r}")
    elif is_reserved(name):
        problems.add(source, "reserved_name", f"the {kind} name {name!r} is reserved; choose another `name=`")
    elif not _NAME.fullmatch(name):
        problems.add(
            source,
            "bad_name",
            f"the {kind} name {name!r} must start with a letter and hold only letters, digits, '_', '.', '-' "
            "(at most 100)",
        )


def check_pool(pool: object, source: Source, problems: Problems) -> None:
    """A pool's name becomes part of a task queue's name."""
    if pool is not None and not (isinstance(pool, str) and _POOL.fullmatch(pool)):
        problems.add(source, "bad_pool", f"`pool` must be a name of letters, digits, '_' and '-', got {pool!r}")
