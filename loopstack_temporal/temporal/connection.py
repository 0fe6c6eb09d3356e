"""The connection to Temporal, configured by Temporal's own means and no others.

`temporal.toml`, its profiles and the `TEMPORAL_*` variables mean here what they mean to the Temporal CLI, so a machine
that can run `temporal workflow list` needs no further configuration for us.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter
from temporalio.envconfig import ClientConfigProfile
from temporalio.service import RPCError

from loopstack_temporal.errors import SetupError

DEFAULT_ADDRESS = "localhost:7233"


class SharedPydanticConverter(CompositePayloadConverter):
    """pydantic's payload converter with one cache per process.

    The SDK makes a converter for every activity and workflow it hands a context to; with the plain class each would
    build its type adapters anew, for every value of every step.
    """

    def __init__(self) -> None:
        """Be as the one of the process: one is made for every activation and every activity."""
        vars(self).update(vars(_shared()))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for a payload that nobody can decode."""

    reason: str


class TolerantConverter(SharedPydanticConverter):
    """For workers: a payload of no known type that cannot be decoded becomes a value instead of an error.

    The SDK would drop such a signal without a trace, and fail the first workflow task of such a start for ever.
    """

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """See base class."""
        if type_hints is not None:
            return super().from_payloads(payloads, type_hints)
        return [self._one(payload) for payload in payloads]

    def _one(self, payload: Payload) -> Any:
        try:
            return super().from_payloads([payload])[0]
        except Exception as error:
            return Unreadable(type(error).__name__)


@functools.cache
def _shared() -> PydanticPayloadConverter:
    return PydanticPayloadConverter()


def data_converter(*, tolerant: bool = False) -> DataConverter:
    """What our clients convert payloads with; `tolerant` for workers and replays."""
    return DataConverter(payload_converter_class=TolerantConverter if tolerant else SharedPydanticConverter)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """What may be said beside `temporal.toml` and `TEMPORAL_*`; None leaves the word to them."""

    address: str | None = None
    """`host:port` of the server; default `localhost:7233`."""
    namespace: str | None = None
    """Default `default`."""
    profile: str | None = None
    """Name of the profile in `temporal.toml`."""
    config_file: Path | None = None
    """Another file than the usual `temporal.toml`."""
    identity: str | None = None
    """How this process is named in Temporal's lists; default `<pid>@<host>`."""
    limit: float = 10.0
    """Seconds to try before giving up."""


async def connect(settings: ConnectionSettings | None = None, *, lazy: bool = False, tolerant: bool = False) -> Client:
    """Connect with the pydantic data converter.

    With `lazy=True` the first call connects, so a process can start without a server; such a client serves no worker.
    A worker connects with `tolerant=True` (see `TolerantConverter`).

    Raises:
        SetupError: `temporal_settings` when the configuration cannot be read, `temporal_unreachable` when nobody
            answers at the address within the limit.
    """
    settings = settings or ConnectionSettings()
    profile = load_profile(settings)
    address = settings.address or profile.address or DEFAULT_ADDRESS
    config = profile.to_client_connect_config()
    attempt = Client.connect(
        address,
        namespace=settings.namespace or profile.namespace or "default",
        api_key=profile.api_key,
        tls=config.get("tls"),
        rpc_metadata=profile.grpc_meta,
        identity=settings.identity,
        data_converter=data_converter(tolerant=tolerant),
        connect_timeout=timedelta(seconds=settings.limit),
        lazy=lazy,
    )
    try:
        return await asyncio.wait_for(attempt, settings.limit)
    except (RuntimeError, RPCError, OSError, TimeoutError) as error:
        reason = "connection refused" if "Connection refused" in str(error) else str(error).strip()
        reason = reason or f"no answer within {settings.limit:g} s"
        raise SetupError(
            f"Cannot connect to Temporal at {address}: {reason}. Start one with `loopstack dev` or "
            "`temporal server start-dev`, or name another by TEMPORAL_ADDRESS or in temporal.toml.",
            code="temporal_unreachable",
        ) from error


def load_profile(settings: ConnectionSettings) -> ClientConfigProfile:
    """The profile of `temporal.toml` under the `TEMPORAL_*` variables; an unreadable one is a SetupError."""
    try:
        return ClientConfigProfile.load(settings.profile, config_source=settings.config_file)
    except (RuntimeError, ValueError, OSError) as error:
        raise SetupError(
            f"The Temporal configuration cannot be used: {error}. Correct temporal.toml (TEMPORAL_CONFIG_FILE names "
            "another one) and the TEMPORAL_* variables.",
            code="temporal_settings",
        ) from error
