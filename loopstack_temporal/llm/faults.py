"""What went wrong at a model provider, in one vocabulary: from HTTP statuses and headers to `ModelError`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from loopstack_temporal.errors import ModelError

_LONGEST = 600
_CODES = {
    401: "model_unauthorized",
    402: "model_quota_exhausted",
    403: "model_unauthorized",
    408: "model_timeout",
    409: "model_failed",
    413: "model_input_too_long",
    429: "model_rate_limited",
    503: "model_overloaded",
    504: "model_timeout",
    529: "model_overloaded",
}
_FINAL = {"model_refused_request", "model_unauthorized", "model_quota_exhausted", "model_input_too_long"}
"""Asking for the same thing again gives the same answer: somebody has to change something first."""


def refused(
    provider: str, status: int, text: str, *, headers: Mapping[str, str] | None = None, code: str | None = None
) -> ModelError:
    """The error for an answer with an HTTP status. `code` where the provider's answer says more than the status."""
    known = {name.lower(): value for name, value in (headers or {}).items()}
    found = code or _CODES.get(status) or ("model_refused_request" if 400 <= status < 500 else "model_failed")
    return ModelError(
        f"The model provider `{provider}` answered {status}: {short(text)}",
        code=found,
        provider=provider,
        status=status,
        retry_after=retry_after(known),
        retryable=found not in _FINAL and known.get("x-should-retry") != "false",
    )


def timed_out(provider: str, seconds: float) -> ModelError:
    """Nothing came for so long."""
    text = (
        f"The model provider `{provider}` sent nothing for {seconds:g} seconds. The limit is `timeout` of its module."
    )
    return ModelError(text, code="model_timeout", provider=provider)


def unreachable(provider: str, base_url: str, error: BaseException) -> ModelError:
    """No connection."""
    text = f"The model provider `{provider}` cannot be reached at {base_url}: {reason(error)}"
    return ModelError(text, code="model_unreachable", provider=provider)


def stream_broken(provider: str, why: str) -> ModelError:
    """The answer began and never ended, or could not be read."""
    text = f"The answer of the model provider `{provider}` broke off: {short(why)}"
    return ModelError(text, code="model_stream_broken", provider=provider)


def too_long(provider: str, why: str) -> ModelError:
    """More came than can be kept. Asking the same again would cost the same again."""
    text = f"The answer of the model provider `{provider}` is too long to be kept: {why}. Ask for less, or in parts."
    return ModelError(text, code="model_answer_too_long", provider=provider, retryable=False)


def no_output(provider: str, why: str) -> ModelError:
    """Data was asked for and none came."""
    text = f"The model provider `{provider}` gave no structured output: {short(why)}"
    return ModelError(text, code="model_no_output", provider=provider)


def invalid_output(provider: str, why: str) -> ModelError:
    """What came cannot be used."""
    text = f"The model provider `{provider}` gave output that cannot be used: {why}"
    return ModelError(text, code="model_invalid_output", provider=provider)


def reason(error: BaseException) -> str:
    """The innermost cause of an error in a few words."""
    while error.__cause__ is not None:
        error = error.__cause__
    return short(str(error)) or type(error).__name__


def short(text: str) -> str:
    """At most 600 characters: providers repeat whole requests in their errors."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def retry_after(known: Mapping[str, str]) -> float | None:
    """Seconds the provider wants us to wait; it says them as a number, in milliseconds, or as a date."""
    thousandths = _number(known.get("retry-after-ms"))
    if thousandths is not None:
        return thousandths / 1000
    wish = known.get("retry-after")
    seconds = _number(wish)
    if seconds is not None or wish is None:
        return seconds
    try:
        until = parsedate_to_datetime(wish)
    except ValueError:
        return None
    # Measured by the provider's own clock where it tells the time.
    now = datetime.now(UTC)
    if "date" in known:
        try:
            now = parsedate_to_datetime(known["date"])
        except ValueError:
            pass
    return max((_aware(until) - _aware(now)).total_seconds(), 0.0)


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _number(text: str | None) -> float | None:
    try:
        found = float(text) if text is not None else -1.0
    except ValueError:
        return None
    return found if 0 <= found < math.inf else None
