"""How a provider learns its key, its model and the settings of a call."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from importlib import import_module
from ipaddress import ip_address
from types import ModuleType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from loopstack_temporal.definition.shape import field_errors
from loopstack_temporal.errors import ModelError, ToolError

MODEL_REQUESTS = "LOOPSTACK_MODEL_REQUESTS"
"""`local` in the environment: only model servers on this machine are asked. For tests, which must not cost money."""

SILENCE = 120.0
"""Seconds without a sign of life after which a provider is given up: well below the limit of a step, so that another
model can be asked within it. A model that thinks for longer without sending anything needs more.
"""

ConfigT = TypeVar("ConfigT", bound=BaseModel)


def read_config(provider: str, config: type[ConfigT], given: Mapping[str, Any]) -> ConfigT:
    """`provider_config` of a call. Raises `ToolError` that names every field that is unknown or wrong."""
    try:
        return config.model_validate(dict(given))
    except ValidationError as error:
        lines = [f"  {fault}" for fault in field_errors(error)]
        known = ", ".join(f"`{name}`" for name in config.model_fields)
        text = "\n".join([f"`provider_config` does not fit the provider `{provider}`, which takes {known}:", *lines])
        raise ToolError(text) from None


def api_key(provider: str, variable: str) -> str:
    """The key, read now. Raises `ModelError` (`model_not_configured`) that names the variable."""
    found = os.environ.get(variable, "").strip()
    if not found:
        text = f"The model provider `{provider}` has no key: set the environment variable `{variable}` of the worker."
        raise ModelError(text, code="model_not_configured", provider=provider, retryable=False)
    if not (found.isascii() and found.isprintable()):
        # It would fail as a header, with a text that repeats it.
        text = f"The key in `{variable}` for the provider `{provider}` has characters that no key has."
        raise ModelError(text, code="model_not_configured", provider=provider, retryable=False)
    return found


def model_name(provider: str, *wanted: str | None, variable: str, default: str | None = None) -> str:
    """The first model that is named: by the call, by the module, by the variable, else the default.

    Raises `ModelError` (`model_not_configured`) that says how to name one.
    """
    for name in (*wanted, os.environ.get(variable), default):
        if name and name.strip():
            return name.strip()
    text = (
        f"No model is set for the provider `{provider}`: give `model=` to the call or to the module `{provider}(...)`,"
        f" or set the environment variable `{variable}`."
    )
    raise ModelError(text, code="model_not_configured", provider=provider, retryable=False)


def check_allowed(provider: str, base_url: str) -> None:
    """Raise `ModelError` (`model_requests_refused`) where only local model servers may be asked and this is none."""
    if os.environ.get(MODEL_REQUESTS) == "local" and not is_local(base_url):
        text = (
            f"A request to {shown(base_url)} was refused because {MODEL_REQUESTS} is `local`: with it only model"
            " servers on this machine are asked."
        )
        raise ModelError(text, code="model_requests_refused", provider=provider, retryable=False)


async def load_client(provider: str, module: str, *, package: str) -> ModuleType:
    """The file that talks to the provider. Raises `ModelError` (`model_not_configured`) without the provider's SDK."""
    try:
        # In a thread: a first import takes a second, in which other runs of this worker go on.
        return await asyncio.to_thread(import_module, module)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        extra = package.replace("_", "-")
        text = f"The provider `{provider}` needs the package `{extra}`: install `loopstack-temporal[{extra}]`."
        raise ModelError(text, code="model_not_configured", provider=provider, retryable=False) from None


def shown(base_url: str) -> str:
    """An address as it may stand in errors: without a password in it."""
    parts = urlsplit(base_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def is_local(base_url: str) -> bool:
    """Whether an address is of this machine."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
