"""What the calls of a run cost, in the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from loopstack_temporal.store.records import EffectEnd, EffectWrite
from loopstack_temporal.store.store import Store
from tests.store.make import Making

AT = datetime(2031, 1, 2, tzinfo=UTC)


def called(make: Making, key: str, usage: dict[str, Any] | None) -> None:
    """A call of step 0 that was answered; the step is claimed by a new attempt each time."""
    fence = make.fence(0, attempt=len(make.store.effects.usage(make.run)) + 1)
    make.claim(fence)
    make.store.effects.begin(EffectWrite(key, fence, "llm:claude", "hash"))
    make.store.effects.end(EffectEnd(key, fence, {}, usage, AT))


@pytest.mark.requirement("LLM-038")
async def test_the_tokens_of_all_calls_are_summed_for_the_run_and_by_model(
    http: httpx.AsyncClient, store: Store
) -> None:
    make = Making(store)
    make.opened()
    assert (await http.get(f"/runs/{make.run}")).json()["usage"]["calls"] == 0
    claude = {"provider": "claude", "model": "opus", "input_tokens": 10, "output_tokens": 5}
    called(make, "a", claude | {"cache_read_input_tokens": 7, "cost": {"amount": 0.25, "currency": "USD"}})
    called(make, "b", claude | {"cost": None})
    called(make, "c", {"provider": "own", "model": "tiny", "input_tokens": 1, "output_tokens": 1})
    called(make, "d", None)
    usage = (await http.get(f"/runs/{make.run}")).json()["usage"]
    models = usage.pop("models")
    assert usage == {
        "calls": 3, "input_tokens": 21, "output_tokens": 11, "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 7, "reasoning_tokens": 0, "cost": 0.25, "unpriced": 2,
    }  # fmt: skip
    assert [(one["provider"], one["model"], one["calls"], one["cost"]) for one in models] == [
        ("claude", "opus", 2, 0.25),
        ("own", "tiny", 1, None),
    ]
