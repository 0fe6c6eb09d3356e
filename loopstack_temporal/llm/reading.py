"""Reading the stream of an SDK, piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import Any, Protocol

from loopstack_temporal.llm.faults import stream_broken, too_long

LONGEST_ANSWER = 8 * 1024 * 1024
"""Characters that a model may write in one answer; a stream that goes on is left."""


class Room:
    """Counts what a model writes, so that an answer without an end does not fill the memory."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._taken = 0

    def take(self, text: str) -> str:
        """The text, if there is room for it. Raises `ModelError`."""
        self._taken += len(text)
        if self._taken > LONGEST_ANSWER:
            raise too_long(
                self._provider, f"it has more than {LONGEST_ANSWER:,} characters and was not read to its end"
            )
        return text


class _Piece(Protocol):
    """A piece of a stream, as the SDKs give it."""

    def to_dict(self, *, warnings: bool) -> dict[str, Any]: ...


async def read(stream: AsyncIterable[_Piece], add: Callable[[dict[str, Any]], None], provider: str) -> None:
    """Hand every piece to `add` as JSON data. Raises `ModelError` for one that cannot be read."""
    try:
        async for piece in stream:
            # Kinds and values that the SDK does not know yet are no reason for a warning.
            add(piece.to_dict(warnings=False))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise stream_broken(provider, f"it cannot be read ({type(error).__name__}: {error})") from error
