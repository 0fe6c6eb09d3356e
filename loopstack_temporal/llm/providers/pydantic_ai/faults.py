"""What went wrong, from the exceptions of Pydantic AI to `ModelError`."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx2
from pydantic_ai import exceptions as raised
from pydantic_ai.models import Model

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.configured import shown
from loopstack_temporal.llm.faults import invalid_output, reason, refused, short, stream_broken, timed_out, unreachable

_CODES: dict[type[raised.ModelAPIError], str] = {
    raised.ModelQuotaExceededError: "model_quota_exhausted",
    raised.ModelContextWindowExceededError: "model_input_too_long",
    raised.ModelRateLimitError: "model_rate_limited",
    raised.ModelUnavailableError: "model_overloaded",
    raised.ModelAuthenticationError: "model_unauthorized",
    raised.ModelRequestRejectedError: "model_refused_request",
}
"""The more special ones first. An HTTP status says the rest."""
_BEYOND_STATUS = (raised.ModelQuotaExceededError, raised.ModelContextWindowExceededError)


@contextmanager
def translated(provider: str, model: Model[Any], seconds: float) -> Generator[None]:
    """Errors of Pydantic AI, and of the connection below it, as `ModelError`."""
    try:
        yield
    except ModelError:
        raise
    except raised.FallbackExceptionGroup as group:
        last = group.exceptions[-1]
        raise (_error(provider, model, seconds, last) or _unknown(provider, last)) from group
    except Exception as error:
        found = _error(provider, model, seconds, error)
        if found is None:
            raise
        raise found from error


@contextmanager
def not_set_up(provider: str, name: str) -> Generator[None]:
    """A model that cannot be made: its name, its SDK or its key is missing."""
    try:
        yield
    except (raised.UserError, ImportError, ValueError) as error:
        text = f"The model `{name}` of the provider `{provider}` cannot be made: {error}"
        raise ModelError(text, code="model_not_configured", provider=provider, retryable=False) from error


def _error(provider: str, model: Model[Any], seconds: float, error: BaseException) -> ModelError | None:
    match error:
        case raised.ModelHTTPError():
            return _refused(provider, error)
        case raised.ModelConnectionError() | raised.ModelRequestTimeout() | httpx2.TransportError():
            return _cut_off(provider, model, seconds, error)
        case raised.ModelAPIError():
            return _said(provider, error)
        case raised.UnexpectedModelBehavior():
            return invalid_output(provider, short(str(error)))
        case raised.UserError():
            text = f"The model provider `{provider}` cannot be asked so: {short(str(error))}"
            return ModelError(text, code="model_refused_request", provider=provider, retryable=False)
        case _:
            return None


def _cut_off(provider: str, model: Model[Any], seconds: float, error: Exception) -> ModelError:
    if isinstance(error, raised.ModelRequestTimeout):
        return timed_out(provider, error.timeout)
    if isinstance(error, raised.ModelTimeoutError | httpx2.TimeoutException):
        return timed_out(provider, seconds)
    if isinstance(error, raised.ModelConnectionError) and error.phase == "connect":
        return unreachable(provider, shown(model.base_url or "its address"), error)
    return stream_broken(provider, reason(error))


def _refused(provider: str, error: raised.ModelHTTPError) -> ModelError:
    body = mapping_of(error.body)
    text = mapping_of(body.get("error")).get("message") or body.get("message") or error.body or error.message
    found = refused(
        provider,
        error.status_code,
        str(text),
        headers=error.headers,
        code=_code(error) if isinstance(error, _BEYOND_STATUS) else None,
    )
    found.retry_after = error.retry_after if found.retry_after is None else found.retry_after
    return found


def _said(provider: str, error: raised.ModelAPIError) -> ModelError:
    code = _code(error)
    if code is None:
        return stream_broken(provider, str(error))
    text = f"The model provider `{provider}` failed: {short(str(error))}"
    final = isinstance(error, raised.ModelRequestRejectedError | raised.ModelQuotaExceededError)
    return ModelError(text, code=code, provider=provider, retry_after=error.retry_after, retryable=not final)


def _code(error: raised.ModelAPIError) -> str | None:
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), None)


def _unknown(provider: str, error: BaseException) -> ModelError:
    text = f"The model provider `{provider}` failed: {type(error).__name__}: {short(str(error))}"
    return ModelError(text, provider=provider)
