"""The only file that knows Anthropic's SDK. Loaded with the first call, because that takes a second."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import anthropic
import httpx2

from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.configured import shown
from loopstack_temporal.llm.cost import counted
from loopstack_temporal.llm.faults import reason, refused, stream_broken, timed_out, unreachable
from loopstack_temporal.llm.port import OnStream
from loopstack_temporal.llm.providers.claude.reply import usage_of
from loopstack_temporal.llm.providers.claude.settings import PROVIDER, ClaudeCall
from loopstack_temporal.llm.providers.claude.stream import Assembly
from loopstack_temporal.llm.reading import read
from loopstack_temporal.llm.sound import sound
from loopstack_temporal.llm.tls import trusted

_STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""Inside a stream an error comes with its type only: the status has long been 200."""


async def send(call: ClaudeCall, body: dict[str, Any], on_stream: OnStream | None) -> dict[str, Any]:
    """Send one request, stream the answer, and return the whole message as JSON data. Raises `ModelError`."""
    assembly = Assembly(on_stream)
    http = anthropic.DefaultAsyncHttpxClient(verify=await asyncio.to_thread(trusted))
    with counted(usage_of, lambda: assembly.so_far), _translated(call):
        async with anthropic.AsyncAnthropic(
            api_key=call.api_key,
            base_url=call.base_url,
            timeout=anthropic.Timeout(call.timeout, connect=min(call.timeout, 10.0)),
            max_retries=0,
            http_client=http,
        ) as client:
            stream: anthropic.AsyncStream[Any] = await client.messages.create(**body, stream=True)
            async with stream:
                await read(stream, assembly.add, PROVIDER)
        return sound(assembly.message)


@contextmanager
def _translated(call: ClaudeCall) -> Generator[None]:
    """Errors of the SDK, and of the connection below it, as `ModelError`."""
    try:
        yield
    except anthropic.APIStatusError as error:
        raise _refused(error) from error
    except (anthropic.APITimeoutError, httpx2.TimeoutException) as error:
        raise timed_out(PROVIDER, call.timeout) from error
    except anthropic.APIConnectionError as error:
        raise unreachable(PROVIDER, shown(call.base_url), error) from error
    except (anthropic.AnthropicError, httpx2.TransportError) as error:
        raise stream_broken(PROVIDER, reason(error)) from error


def _refused(error: anthropic.APIStatusError) -> ModelError:
    text = error.api_message or error.message
    status = error.status_code if error.status_code >= 400 else _STATUSES.get(str(error.type), 500)
    code = "model_input_too_long" if status == 400 and "prompt is too long" in text else None
    if "spend_limit" in (error.error_code or ""):  # Comes as a rate limit, but no wait of minutes ends it.
        code = "model_quota_exhausted"
    return refused(PROVIDER, status, text, headers=error.response.headers, code=code)
