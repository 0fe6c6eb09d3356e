"""Whatever a client sends: a clear refusal, never a 500, nothing changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from loopstack_api.body import DRAIN_BYTES, MAX_BYTES, JsonBodies
from starlette.types import Message, Receive, Scope

from loopstack_temporal.errors import StoreUnavailable
from loopstack_temporal.store.store import Store
from tests.api.desk import Desk
from tests.api.serving import served
from tests.api.test_api_runs import start

JSON = {"Content-Type": "application/json"}
RUN: dict[str, Any] = {"workflow": "review", "args": {"topic": "tea"}}


def _deep(levels: int) -> str:
    return '{"workflow":"review","args":' + "[" * levels + "]" * levels + "}"


BAD_BODIES: list[tuple[str, str | bytes, dict[str, str], int, str | None]] = [
    ("malformed", '{"workflow": ', JSON, 400, "malformed_json"),
    ("empty", "", {**JSON, "Content-Length": "0"}, 422, "invalid_input"),
    ("no JSON at all", "workflow=review", {"Content-Type": "application/x-www-form-urlencoded"}, 415, None),
    ("plain text", '{"workflow":"review"}', {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
    ("no type", '{"workflow":"review"}', {}, 415, "unsupported_media_type"),
    ("a list", "[]", JSON, 422, "invalid_input"),
    ("null", "null", JSON, 422, "invalid_input"),
    ("wrong type", '{"workflow": 7}', JSON, 422, "invalid_input"),
    ("unknown field", '{"workflow":"review","arg":{}}', JSON, 422, "invalid_input"),
    ("NaN", '{"workflow":"review","args":{"topic":NaN}}', JSON, 400, "malformed_json"),
    ("infinite", '{"workflow":"review","args":{"topic":1e999}}', JSON, 400, "malformed_json"),
    ("a huge number", '{"workflow":"review","args":{"count":' + "9" * 5000 + "}}", JSON, 400, "malformed_json"),
    ("a doubled key", '{"workflow":"review","workflow":"deploy"}', JSON, 400, "malformed_json"),
    ("NUL", '{"workflow":"review","args":{"topic":"a\\u0000b"}}', JSON, 400, "malformed_json"),
    ("half a surrogate pair", '{"workflow":"review","args":{"topic":"\\ud800"}}', JSON, 400, "malformed_json"),
    ("broken UTF-8", b'{"workflow":"\xff"}', JSON, 400, "malformed_json"),
    ("deep", _deep(150), JSON, 400, "malformed_json"),
    ("very deep", _deep(100_000), JSON, 400, "malformed_json"),
    ("10 MB", '{"workflow":"' + "x" * 10_000_000 + '"}', JSON, 413, "too_large"),
    ("a bad id", '{"workflow":"review","run_id":"../etc"}', JSON, 422, "invalid_input"),
    ("a long title", '{"workflow":"review","title":"' + "x" * 500 + '"}', JSON, 422, "invalid_input"),
]


@pytest.mark.requirement("API-002")
@pytest.mark.parametrize(("name", "body", "headers", "status", "code"), BAD_BODIES, ids=[row[0] for row in BAD_BODIES])
async def test_a_bad_body_is_refused(
    http: httpx.AsyncClient, name: str, body: str | bytes, headers: dict[str, str], status: int, code: str | None
) -> None:
    answer = await http.post("/runs", content=body, headers=headers)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert code in (None, problem["code"])
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["status"] == status
    assert len(answer.text) < 2000


async def test_a_body_that_grows_past_the_limit_is_refused_without_a_length(http: httpx.AsyncClient) -> None:
    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(200):
            yield b'"' + b"x" * 10_000

    answer = await http.post("/runs", content=endless(), headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("length", ["Content-Length: 10000000", "Transfer-Encoding: chunked"])
async def test_a_client_that_sends_everything_before_it_reads_gets_its_413(app: FastAPI, length: str) -> None:
    head = f"POST /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    piece = b"x" * 100_000
    chunked = "chunked" in length
    async with served(app) as address, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rsplit(":", 1)[1]))
        writer.write(head.encode())
        for _ in range(100):
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            await writer.drain()
        writer.write(b"0\r\n\r\n" if chunked else b"")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert b'"too_large"' in answer


async def test_of_a_body_without_end_only_so_much_is_read() -> None:
    read = 0

    async def endless() -> Message:
        nonlocal read
        read += 100_000
        return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

    sent = await _too_large(endless)

    assert [message.get("more_body") for message in sent] == [None, True, False]
    assert DRAIN_BYTES < read < DRAIN_BYTES + 2 * MAX_BYTES


async def test_a_client_that_stops_sending_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loopstack_api.body.DRAIN_SECONDS", 0.01)
    silence = asyncio.Event()

    async def stuck() -> Message:
        await silence.wait()
        raise AssertionError

    sent = await _too_large(stuck, length=MAX_BYTES + 1)

    assert sent[0]["status"] == 413
    assert sent[-1]["more_body"] is False


async def _too_large(receive: Receive, length: int | None = None) -> list[Message]:
    """What the layer for bodies answers by itself."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def nobody(*_: object) -> None:
        raise AssertionError

    sized = (b"transfer-encoding", b"chunked") if length is None else (b"content-length", str(length).encode())
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/runs",
        "headers": [(b"content-type", b"application/json"), sized],
    }
    await JsonBodies(nobody, prefix="/api/")(scope, receive, send)
    return sent


BAD_ADDRESSES = [
    ("GET", "/runs?limit=100000", 422, "invalid_input"),
    ("GET", "/runs?limit=-1", 422, "invalid_input"),
    ("GET", "/runs?limit=ten", 422, "invalid_input"),
    ("GET", "/runs?status=happy", 422, "invalid_input"),
    ("GET", "/runs?order=price", 422, "invalid_input"),
    ("GET", "/runs?stauts=failed", 422, "invalid_input"),
    ("GET", "/runs?cursor=bm9uc2Vuc2U", 422, "invalid_cursor"),
    ("GET", "/runs?cursor=%00", 422, "invalid_cursor"),
    ("GET", "/runs?search=%00", 422, "invalid_input"),
    ("GET", "/runs?since=yesterday", 422, "invalid_input"),
    ("GET", "/runs?since=2026-01-01T00:00:00", 422, "invalid_input"),
    ("GET", "/runs?parent_id=%00", 422, "invalid_input"),
    ("GET", "/runs/%00", 422, "invalid_input"),
    ("GET", "/runs/" + "x" * 300, 422, "invalid_input"),
    ("GET", "/runs/nobody", 404, "run_not_found"),
    ("GET", "/runs/nobody/steps", 404, "run_not_found"),
    ("GET", "/runs/nobody/documents", 404, "run_not_found"),
    ("GET", "/runs/nobody/graph", 404, "run_not_found"),
    ("GET", "/runs/nobody/why", 404, "run_not_found"),
    ("GET", "/runs/r-1/steps/99", 404, "step_not_found"),
    ("GET", "/runs/r-1/steps/99999999999999999999", 422, "invalid_input"),
    ("GET", "/runs/r-1/steps?cursor=e30", 422, "invalid_cursor"),
    ("GET", "/runs/r-1/documents?after=99999999999", 422, "invalid_input"),
    ("GET", "/documents/nothing", 404, "document_not_found"),
    ("GET", "/workflows/nothing", 404, "unknown_workflow"),
    ("GET", "/workflows/review?app=nothing", 404, "unknown_workflow"),
    ("GET", "/events?scope=everything", 422, "invalid_input"),
    ("GET", "/nothing", 404, "not_found"),
    ("PUT", "/runs/r-1", 405, "method_not_allowed"),
    ("GET", "/runs/r-1/cancel", 405, "method_not_allowed"),
    ("HEAD", "/runs/r-1/cancel", 405, None),
    ("OPTIONS", "/runs", 405, "method_not_allowed"),
]


@pytest.mark.requirement("API-002")
async def test_a_bad_address_is_refused(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")

    for method, path, status, code in BAD_ADDRESSES:
        answer = await http.request(method, path, headers={"Accept": "text/html,*/*"})

        assert answer.status_code == status, (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json", path
        assert "access-control-allow-origin" not in answer.headers
        if method != "HEAD":
            assert answer.json()["code"] == code, (path, answer.text)


async def test_a_bad_idempotency_key_is_refused(http: httpx.AsyncClient) -> None:
    for key in ("", "a b", "x" * 201):
        answer = await http.post("/runs", json=RUN, headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["fields"][0]["path"]) == (422, ["idempotency-key"])


@pytest.mark.requirement("SEC-004")
async def test_a_foreign_host_is_refused_and_listed_ones_are_not(http: httpx.AsyncClient) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost:80:80", "", "127.0.0.1@evil.example"):
        answer = await http.get("/health", headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (421, "host_not_allowed"), host
    for host in ("localhost:8000", "LOCALHOST", "[::1]:8000", "127.0.0.1", "studio.example"):
        assert (await http.get("/health", headers={"Host": host})).status_code == 200, host


FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8000"},
]


@pytest.mark.requirement("SEC-004")
async def test_a_page_from_elsewhere_can_neither_write_nor_listen(http: httpx.AsyncClient) -> None:
    for headers in FOREIGN:
        write = await http.post("/runs", json=RUN, headers=headers)
        listen = await http.get("/events", headers=headers)
        assert (write.status_code, write.json()["code"]) == (403, "foreign_origin"), headers
        assert (listen.status_code, listen.json()["code"]) == (403, "foreign_origin"), headers
    own = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert (await http.post("/runs", json=RUN, headers=own)).status_code == 201
    assert len((await http.get("/runs")).json()["items"]) == 1


async def test_every_answer_is_named_and_guarded(http: httpx.AsyncClient) -> None:
    answer = await http.get("/health", headers={"X-Request-Id": "abc-1"})
    forged = await http.get("/health", headers={"X-Request-Id": "a b"})

    assert answer.headers["x-request-id"] == "abc-1"
    assert forged.headers["x-request-id"] != "a b"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-loopstack-build"]


@pytest.mark.requirement("API-002")
async def test_an_unknown_error_says_its_request_id_and_nothing_else(
    http: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("SELECT password FROM secrets")

    monkeypatch.setattr(store.runs, "get", broken)
    with caplog.at_level(logging.ERROR, "loopstack.api"):
        answer = await http.get("/runs/r-1", headers={"X-Request-Id": "abc-1"})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "password" not in answer.text
    assert answer.json()["request_id"] == "abc-1"
    assert "abc-1" in caplog.text
    assert "SELECT password" in caplog.text


async def test_a_database_that_is_away_is_a_503_to_come_back_to(
    http: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("the database at postgres://user:secret@host did not answer")

    monkeypatch.setattr(store.runs, "get", away)
    answer = await http.get("/runs/r-1")

    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert answer.headers["retry-after"] == "1"
    assert "secret" not in answer.text


@pytest.mark.requirement("API-006")
async def test_health_tells_each_part_by_itself(
    http: httpx.AsyncClient, desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = (await http.get("/health")).json()
    desk.away = True
    degraded = (await http.get("/health")).json()

    def away(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(store.events, "head", away)
    down = (await http.get("/health")).json()

    assert well["status"] == "ok"
    assert well["store"]["kind"] == "sqlite"
    assert well["pools"][0]["workers"] == 1
    assert (degraded["status"], degraded["temporal"]["reachable"]) == ("degraded", False)
    assert (down["status"], down["store"]["reachable"]) == ("down", False)


async def test_system_has_the_parts_of_homes_sentence(http: httpx.AsyncClient) -> None:
    await start(http)
    await start(http, workflow="deploy", args={})

    system = (await http.get("/system")).json()

    assert system["counts"]["waiting_for_person"] == 1
    assert system["counts"]["failed"] == 1
    assert system["counts"]["statuses"]["waiting"] == 1
    assert system["temporal"] == {"reachable": True, "web_url": "http://127.0.0.1:8233"}
    assert (await http.get("/me")).json() == {"id": "local", "name": "local"}


async def test_the_contract_is_published_and_no_page_loads_scripts_from_elsewhere(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/api/v1/openapi.json")).json() == app.openapi()
        assert (await client.get("/api/docs", headers={"Accept": "text/html"})).status_code == 404
        assert (await client.get("/docs")).status_code == 404


@pytest.mark.requirement("API-005")
def test_the_committed_contract_is_fresh() -> None:
    from loopstack_api import openapi  # noqa: PLC0415 - only here

    studio = Path(openapi.__file__).parents[2] / "studio"

    for name, made in (("openapi.json", openapi.contract()), ("events.json", openapi.events())):
        same = (studio / name).read_text(encoding="utf-8") == openapi.text(made)
        assert same, f"studio/{name} is stale; run `python -m loopstack_api.openapi`"


def test_every_operation_has_a_name_of_its_own_and_a_problem() -> None:
    from loopstack_api import openapi  # noqa: PLC0415 - only here

    document = openapi.contract()
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    assert document["openapi"].startswith("3.1")
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all("_" not in name for name in names)
    assert all("application/problem+json" in operation["responses"]["default"]["content"] for operation in operations)
    assert all("422" not in operation["responses"] for operation in operations)
    events = document["components"]["schemas"]["StudioEvent"]
    assert events["discriminator"]["mapping"]["run.changed"] == "#/components/schemas/RunChanged"
