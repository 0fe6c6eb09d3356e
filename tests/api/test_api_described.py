"""What authors declare is what the API serves: an application published as its worker publishes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from loopstack_api import openapi
from loopstack_api.app import create_app
from loopstack_api.settings import Settings
from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, Document, StudioApp, document, transition, workflow
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.store.store import Store
from tests.api.desk import Desk
from tests.api.test_api_runs import start


@document(
    title="Invoice",
    description="What is owed.",
    tags=["money"],
    meta={"level": "info"},
    widget={"widget": "form", "options": {"actions": [{"transition": "pay"}]}},
)
class InvoiceDocument(Document):
    number: str = Field(title="No.", description="As printed.", examples=["A-1"])
    amount: float = Field(default=10.5, ge=0, le=1_000)
    due: str | None = Field(default=None, json_schema_extra={"format": "date"})


class Order(BaseModel):
    item: str = "tea"


@workflow(title="Billing", description="Writes an invoice and waits.")
class BillingWorkflow(BaseWorkflow[Order]):
    @transition(to="open")
    async def write(self) -> None:
        await self.document_store.save(InvoiceDocument(number="1"))

    @transition(from_="open", to="end", wait=True)
    async def pay(self) -> None: ...


@pytest.fixture
async def shop(store: Store, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The API of a store into which a worker published the shop."""
    application = resolve(
        StudioApp(name="shop", title="Shop", workflows=[BillingWorkflow], documents=[InvoiceDocument])
    )
    content_hash, content = application.catalogue()
    store.catalogue.publish("shop", content_hash, content)
    store.catalogue.worker_seen("w-9", "shop", content_hash, [])
    app = create_app(store, Desk(store), Settings(), studio=tmp_path / "none")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/api/v1") as client:
        yield client


async def of_shop(client: httpx.AsyncClient) -> dict[str, Any]:
    """The shop as it is listed."""
    (found,) = [app for app in (await client.get("/apps")).json()["items"] if app["name"] == "shop"]
    return found


@pytest.mark.requirement("ENGINE-003")
async def test_a_workflow_is_served_with_the_title_and_description_of_its_author(shop: httpx.AsyncClient) -> None:
    (listed,) = (await of_shop(shop))["workflows"]
    served = (await shop.get("/workflows/billing")).json()
    for shown in (listed, served):
        assert (shown["title"], shown["description"]) == ("Billing", "Writes an invoice and waits.")
    run = await start(shop, workflow="billing", app="shop", args={})
    assert run["workflow_title"] == "Billing"


@pytest.mark.requirement("DOC-004")
async def test_a_document_class_is_served_once_with_its_form(shop: httpx.AsyncClient) -> None:
    described = [one for one in (await of_shop(shop))["documents"] if one["name"] == "invoice"]
    assert len(described) == 1
    (invoice,) = described
    assert (invoice["title"], invoice["description"], invoice["tags"]) == ("Invoice", "What is owed.", ["money"])
    assert invoice["meta"] == {"level": "info"}
    (widget,) = invoice["widgets"]
    assert (widget["widget"], widget["options"]["actions"][0]["transition"]) == ("form", "pay")
    schema = invoice["schema"]
    assert schema["required"] == ["number"], "what has a default need not be filled in"
    fields = schema["properties"]
    assert (fields["number"]["title"], fields["number"]["description"]) == ("No.", "As printed.")
    assert fields["number"]["examples"] == ["A-1"]
    assert (fields["amount"]["default"], fields["amount"]["minimum"], fields["amount"]["maximum"]) == (10.5, 0, 1000)
    assert fields["due"]["format"] == "date"


@pytest.mark.requirement("ENGINE-046")
@pytest.mark.parametrize("extra", [{"status": "failed"}, {"has_error": True}, {"validate": False}, {"schema": {}}])
async def test_an_answer_can_set_nothing_but_its_payload(http: httpx.AsyncClient, extra: dict[str, Any]) -> None:
    await start(http, run_id="r-1")
    refused = await http.post("/runs/r-1/transitions/decide", json={"payload": {"approved": True}, **extra})
    wrong = await http.post("/runs/r-1/transitions/decide", json={"payload": {"status": "failed"}})
    assert (refused.status_code, refused.json()["fields"][0]["path"]) == (422, list(extra))
    assert refused.json()["fields"][0]["code"] == "extra_forbidden"
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_payload")
    assert (await http.get("/runs/r-1")).json()["status"] == "waiting"


@pytest.mark.requirement("DOC-025")
async def test_an_internal_document_is_in_no_answer_and_no_event(http: httpx.AsyncClient, store: Store) -> None:
    await start(http, run_id="r-1")
    rows = store.documents.live("r-1")
    (internal,) = [row for row in rows if row.internal]
    answers = [
        await http.get(path, params=params)
        for path, params in (
            ("/runs/r-1", {}),
            ("/runs/r-1/documents", {"hidden": "true"}),
            ("/runs/r-1/steps/0", {}),
            (f"/documents/{internal.id}", {}),
        )
    ]
    assert answers[-1].status_code == 404
    assert len(answers[1].json()["items"]) == len(rows) - 1
    for answer in answers[:-1]:
        assert internal.id not in answer.text and "secret" not in answer.text
    events, _ = store.events.after(None, run_id="r-1")
    assert [event.data for event in events if internal.id in str(event.data)] == []


async def test_many_first_requests_at_once_make_the_contract_once(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, dressed = 0, openapi._with_problem_type  # pyright: ignore[reportPrivateUsage]

    def counted(document: dict[str, Any]) -> dict[str, Any]:
        nonlocal made
        made += 1
        return dressed(document)

    monkeypatch.setattr(openapi, "_with_problem_type", counted)
    answers = await asyncio.gather(*(http.get("/runs", params={"limit": "1"}) for _ in range(20)))
    assert ({answer.status_code for answer in answers}, made) == ({200}, 1)
