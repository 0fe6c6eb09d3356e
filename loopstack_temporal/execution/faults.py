"""Exceptions of authors as the values that are stored and shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import ValidationError

from loopstack_temporal.definition.shape import field_errors
from loopstack_temporal.errors import ErrorInfo, FieldError, InvalidInput, LoopstackError

LONGEST_MESSAGE = 2_000
# Three or more parts from the root, not the middle of an address: a file of this server, which nobody outside needs.
_SERVER_PATH = re.compile(r"(?<![\w:/.])(?:/[\w.+-]+){2,}/(?=[\w.+-])")


def describe(error: BaseException) -> ErrorInfo:
    """Code, type and text of an exception: no traceback, no absolute path of this server."""
    code = error.code if isinstance(error, LoopstackError) else "transition_failed"
    details: dict[str, object] = {}
    if isinstance(error, InvalidInput):
        details["fields"] = [
            {"path": list(fault.path), "message": fault.message, "code": fault.code} for fault in error.fields
        ]
    text = _validation_text(error) if isinstance(error, ValidationError) else str(error)
    return ErrorInfo(code, type(error).__name__, clean(text or type(error).__name__), details)


def clean(text: str) -> str:
    """Text that may be shown to everybody, at most 2,000 characters."""
    shown = _SERVER_PATH.sub("…/", text.replace("\x00", "�"))
    return shown if len(shown) <= LONGEST_MESSAGE else shown[: LONGEST_MESSAGE - 1] + "…"


def told(faults: Sequence[FieldError]) -> str:
    """Wrong fields in one line: path and message of each."""
    return "; ".join(map(str, faults))


def retryable(error: BaseException) -> bool:
    """Whether trying again can help. Any exception class may say no with an attribute `retryable = False`."""
    return getattr(error, "retryable", True) is not False


def wished_delay(error: BaseException) -> float:
    """Seconds a provider asked us to wait; 0 if it did not."""
    wish = getattr(error, "retry_after", None)
    return float(wish) if isinstance(wish, int | float) and wish > 0 else 0.0


def _validation_text(error: ValidationError) -> str:
    # pydantic's own text repeats the input, which may be secret.
    return f"{error.title}: {told(field_errors(error))}"
