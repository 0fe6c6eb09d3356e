"""The only file that knows OpenAI's SDK. Loaded with the first call, because that takes a second."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx2
import openai

from loopstack_temporal.definition.shape import mapping_of
from loopstack_temporal.errors import ModelError
from loopstack_temporal.llm.configured import shown
from loopstack_temporal.llm.cost import counted
from loopstack_temporal.llm.faults import reason, refused, stream_broken, timed_out, unreachable
from loopstack_temporal.llm.port import OnStream
from loopstack_temporal.llm.providers.openai.reply import usage_of
from loopstack_temporal.llm.providers.openai.settings import PROVIDER, OpenAiCall
from loopstack_temporal.llm.providers.openai.stream import Assembly
from loopstack_temporal.llm.reading import read
from loopstack_temporal.llm.sound import sound
from loopstack_temporal.llm.tls import trusted

_CODES = {"insufficient_quota": "model_quota_exhausted", "context_length_exceeded": "model_input_too_long"}
_STATUSES = {"invalid_request_error": 400, "rate_limit_error": 429, "rate_limit_exceeded": 429, "overloaded_error": 503}
"""Inside a stream an error comes with its type or code only: the status has long been 200."""


async def send(call: OpenAiCall, body: dict[str, Any], on_stream: OnStream | None) -> dict[str, Any]:
    """Send one request, stream the answer, and return the whole completion as JSON data. Raises `ModelError`."""
    assembly = Assembly(on_stream)
    http = openai.DefaultAsyncHttpxClient(verify=await asyncio.to_thread(trusted))
    async with openai.AsyncOpenAI(
        api_key=call.api_key,
        base_url=call.base_url,
        timeout=openai.Timeout(call.timeout, connect=min(call.timeout, 10.0)),
        max_retries=0,
        http_client=http,
    ) as client:
        with _translated(call):
            stream: openai.AsyncStream[Any] = await client.chat.completions.create(**body, stream=True)
        with counted(usage_of, lambda: assembly.so_far), _translated(call, streaming=True):
            async with stream:
                await read(stream, assembly.add, PROVIDER)
            return sound(assembly.completion)


@contextmanager
def _translated(call: OpenAiCall, *, streaming: bool = False) -> Generator[None]:
    """Errors of the SDK, and of the connection below it, as `ModelError`."""
    try:
        yield
    except openai.APIStatusError as error:
        raise _refused(error, error.status_code, error.response.headers) from error
    except (openai.APITimeoutError, httpx2.TimeoutException) as error:
        raise timed_out(PROVIDER, call.timeout) from error
    except openai.APIConnectionError as error:
        broken = stream_broken(PROVIDER, reason(error))
        raise broken if streaming else unreachable(PROVIDER, shown(call.base_url), error) from error
    except openai.APIError as error:
        status = next((_STATUSES[kind] for kind in (error.code, error.type) if kind in _STATUSES), 500)
        raise _refused(error, status, {}) from error
    except (openai.OpenAIError, httpx2.TransportError) as error:
        raise stream_broken(PROVIDER, reason(error)) from error


def _refused(error: openai.APIError, status: int, headers: Any) -> ModelError:
    body: Any = error.body
    text = str(mapping_of(body).get("message") or error.message)
    return refused(PROVIDER, status, text, headers=headers, code=_CODES.get(error.code or ""))
