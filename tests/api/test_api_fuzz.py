"""Requests made from the contract: no answer is a 5xx, outside the contract, or tells of the inside."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from loopstack_api import openapi

from tests.api.fuzz import Fuzz, Operation, Sent, operations
from tests.api.serving import served
from tests.api.test_api_runs import start

EXAMPLES = int(os.environ.get("LOOPSTACK_FUZZ_EXAMPLES", "25"))
"""Per operation; more of them find more."""

CONTRACT = openapi.contract()
OPERATIONS = list(operations(CONTRACT))
NOT_YET = 501
INSIDE = re.compile(r"Traceback \(most|sqlalchemy|psycopg|sqlite3|site-packages|\.py\b|File \"", re.IGNORECASE)


@pytest.fixture
async def known(http: httpx.AsyncClient) -> Mapping[str, list[str]]:
    """Runs in every position, and the names that go with them."""
    await start(http, run_id="waits")
    await start(http, run_id="done")
    await http.post("/runs/done/transitions/decide", json={"payload": {"approved": True}})
    await start(http, run_id="parked", workflow="deploy", args={})
    await http.post("/workspaces", json={"title": "Shop"})
    documents = (await http.get("/runs/waits/documents")).json()["items"]
    return {
        "run_id": ["waits", "done", "parked", "nobody"],
        "name": ["decide", "again", "review", "deploy", "nothing"],
        "workflow": ["review", "deploy", "nothing"],
        "workspace_id": ["default", "nowhere"],
        "document_id": [documents[0]["id"], "nothing"],
        "step": ["0", "1", "-1"],
        "app": ["desk", "nothing"],
    }


@pytest.fixture
async def client(app: FastAPI, known: object) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a real server: event streams never end, and bad requests have to reach it as they are."""
    async with served(app) as address, httpx.AsyncClient(base_url=address, timeout=120) as client:
        yield client


@pytest.mark.requirement("SEC-013", "API-001")
@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.id for operation in OPERATIONS])
async def test_no_request_gets_an_answer_outside_the_contract(
    operation: Operation, client: httpx.AsyncClient, known: Mapping[str, list[str]]
) -> None:
    for number in range(EXAMPLES):
        seed = f"{operation.id}-{number}"
        sent = Fuzz(CONTRACT, seed, known).request(operation)
        status, media_type, body = await ask(client, sent)
        told = f"seed {seed}: {sent} got {status} {body[:2_000]!r}"
        assert status < 500 or (status == NOT_YET and json.loads(body)["code"] == "not_yet"), told
        # What an author's code raised is the author's to say; what we say ourselves stands in problems.
        assert status < 400 or not INSIDE.search(body), told
        complaint = outside(operation, status, media_type, body)
        assert complaint is None, f"{complaint}: {told}"


@pytest.mark.requirement("API-001")
async def test_every_route_stands_under_one_prefix_in_a_contract_that_is_published(
    client: httpx.AsyncClient,
) -> None:
    published = (await client.get("/api/v1/openapi.json")).json()
    assert published["openapi"].startswith("3.1")
    assert published["paths"] == CONTRACT["paths"]
    assert all(operation.path.startswith("/api/v1/") for operation in OPERATIONS)
    assert len({operation.id for operation in OPERATIONS}) == len(OPERATIONS)


async def ask(client: httpx.AsyncClient, sent: Sent) -> tuple[int, str, str]:
    """Status, media type and body of an answer; of an event stream the head is enough."""
    request = client.build_request(sent.method, sent.url, headers=dict(sent.headers), content=sent.body)
    answer = await client.send(request, stream=True)
    try:
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        if media_type == "text/event-stream":
            return answer.status_code, media_type, ""
        return answer.status_code, media_type, (await answer.aread()).decode()
    finally:
        await answer.aclose()


def outside(operation: Operation, status: int, media_type: str, body: str) -> str | None:
    """What the contract says against an answer."""
    responses = operation.description["responses"]
    described = responses.get(str(status))
    if described is None:
        if status < 400:
            return f"status {status} is not described"
        described = responses["default"]
    content = described.get("content")
    if not content:
        return None if not body else "a body where none is described"
    if media_type not in content:
        return f"media type {media_type!r} is not described"
    schema = content[media_type].get("schema")
    if not schema or media_type == "text/event-stream":
        return None
    validator = Draft202012Validator({**schema, "components": CONTRACT["components"]})
    errors: list[Any] = list(validator.iter_errors(json.loads(body)))  # pyright: ignore[reportUnknownMemberType]
    return f"{list(errors[0].absolute_path)} {errors[0].message[:300]}" if errors else None
