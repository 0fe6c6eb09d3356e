"""What a model was asked that wrote a message, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from loopstack_temporal.store.records import EffectEnd, EffectWrite
from loopstack_temporal.store.store import Store
from tests.store.make import SINCE, Making, document

ASKED: dict[str, Any] = {
    "origin": "run",
    "count": 2,
    "messages": [],
    "system": "Be brief.",
    "tools": ["weather"],
    "settings": {},
}


@pytest.mark.parametrize(("recorded", "status"), [({"id": "msg_1", "asked": ASKED}, 200), ({"id": "msg_1"}, 404)])
async def test_the_question_behind_a_message_is_found_by_its_document(
    http: httpx.AsyncClient, store: Store, recorded: dict[str, object], status: int
) -> None:
    make = Making(store)
    make.opened()
    fence = make.fence(0)
    make.claim(fence)
    for key, answer in (("a", recorded), ("b", {"id": "msg_2", "asked": {**ASKED, "system": "Another."}})):
        store.effects.begin(EffectWrite(key, fence, "llm:claude", key))
        store.effects.end(EffectEnd(key, fence, answer, None, SINCE))
    said, other = document("msg_1", "4"), document("note", "mine")
    store.steps.finish(replace(make.outcome(fence, "work", "start", "done"), documents=(said, other)))

    found = await http.get(f"/documents/{said.id}/question")
    assert found.status_code == status
    if status == 200:
        assert found.json() == ASKED
    missing = await http.get(f"/documents/{other.id}/question")
    assert (missing.status_code, missing.json()["code"]) == (404, "question_not_found")
