"""Text of models that can be sent again: streams may cut letters in half, and models may write half letters."""

from __future__ import annotations

from typing import Any, cast


def sound(value: Any) -> Any:
    """JSON data in which halves of letters that belong together are joined, and single halves replaced."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value
    if isinstance(value, list):
        return [sound(one) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {sound(name): sound(one) for name, one in cast("dict[str, Any]", value).items()}
    return value
