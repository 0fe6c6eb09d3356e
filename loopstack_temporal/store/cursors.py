"""Opaque cursors of lists: URL-safe text around a few JSON values."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, cast

from loopstack_temporal.errors import FieldError, InvalidInput
from loopstack_temporal.store.columns import dump


def encode(*values: str | int) -> str:
    """A cursor that stands for `values`."""
    return base64.urlsafe_b64encode(dump(values).encode()).decode().rstrip("=")


def decode(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The values in a cursor. Raises `InvalidInput` unless they are of these types."""
    try:
        values: Any = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise invalid() from None
    found = cast(list[object], values) if isinstance(values, list) else []
    if [type(value) for value in found] != list(kinds):
        raise invalid()
    return tuple(found)


def invalid() -> InvalidInput:
    """The refusal for a cursor that no list gave out."""
    message = "not a cursor of this list; begin without one"
    return InvalidInput(message, [FieldError(("cursor",), message, "invalid_cursor")], code="invalid_cursor")
