"""Which Temporal namespace a client is connected to."""

from __future__ import annotations

from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from loopstack_temporal.errors import SetupError
from loopstack_temporal.store.records import TemporalHome
from loopstack_temporal.temporal.connection import ConnectionSettings, connect

LIMIT = timedelta(seconds=5)


async def home_of(client: Client) -> TemporalHome:
    """Ask the server. Raises `RPCError`, also for a namespace that does not exist."""
    request = DescribeNamespaceRequest(namespace=client.namespace)
    answer = await client.workflow_service.describe_namespace(request, timeout=LIMIT)
    return TemporalHome(answer.namespace_info.id, f"{client.namespace} at {client.service_client.config.target_host}")


async def configured_home() -> TemporalHome:
    """The namespace that `temporal.toml` and `TEMPORAL_*` name. Raises `SetupError`."""
    client = await connect(ConnectionSettings())
    try:
        return await home_of(client)
    except RPCError as error:
        raise SetupError(
            f"Temporal does not say which namespace `{client.namespace}` is: {error.message}. Name another by "
            "TEMPORAL_NAMESPACE or in temporal.toml.",
            code="temporal_unreachable",
        ) from error
