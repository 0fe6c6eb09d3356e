"""What a model was asked, as it is kept with the answer: for whoever wants to know why it said that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, cast

from loopstack_temporal.llm.conversation import Turn
from loopstack_temporal.llm.port import BLOCKS, ToolOffer

Origin: TypeAlias = Literal["prompt", "messages", "run"]
"""Where the messages came from: a prompt, explicit messages, or the run's own documents."""

LIMIT = 32 * 1024
"""Characters that are kept of a system prompt, and of all explicit messages together, the newest ones first."""

WITHHELD = "…"
"""Stands for the value of a setting that may be a secret, such as a header."""
_WORDS = ("env_api_key", "output", "stop_sequences", "thinking")
"""Settings that are words, and never secret ones."""
_LONGEST_WORD = 64


def asked(
    origin: Origin, turns: Sequence[Turn], system: str | None, tools: Sequence[ToolOffer], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """The question as JSON data. The run's own messages are counted only: they are its documents. Of settings there
    are numbers, switches and known words, of all others the names.
    """
    return {
        "origin": origin,
        "count": len(turns),
        "messages": [] if origin == "run" else _newest(turns),
        "system": None if system is None else system[:LIMIT],
        "tools": [offer.name for offer in tools],
        "settings": {name: value if _is_plain(name, value) else WITHHELD for name, value in settings.items()},
    }


def _is_plain(name: str, value: Any) -> bool:
    if value is None or isinstance(value, bool | int | float):
        return True
    words = cast("Sequence[object]", value) if isinstance(value, list | tuple) else [value]
    return name in _WORDS and all(isinstance(one, str) and len(one) <= _LONGEST_WORD for one in words)


def _newest(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    left = LIMIT
    for turn in reversed(turns):
        message = _message(turn)
        left -= len(str(message))
        if left < 0 and kept:
            break
        kept.append(message)
    return kept[::-1]


def _message(turn: Turn) -> dict[str, Any]:
    """A message without the content of its files."""
    blocks = BLOCKS.dump_python(turn.message.blocks, mode="json")
    bare = [{name: value for name, value in block.items() if name != "data"} for block in blocks]
    return {"role": turn.message.role, "text": turn.message.text[:LIMIT], "blocks": bare}
