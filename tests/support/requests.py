"""What a program does with the API of a stack."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from loopstack_temporal.store.records import RunRow
from tests.support.stack import Stack, eventually

API = "/api/v1"


async def get(stack: Stack, path: str, **params: Any) -> Any:
    """The JSON behind a path."""
    answer = await stack.http.get(API + path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(stack: Stack, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
    """A POST, with an `Idempotency-Key` if one is given."""
    return await stack.http.post(API + path, json=body, headers={"Idempotency-Key": key} if key else None)


async def start(stack: Stack, workflow: str, args: Any = None, **more: Any) -> str:
    """Start a run; gives its id."""
    answer = await post(stack, "/runs", {"workflow": workflow, "args": args, **more})
    assert answer.status_code == 201, answer.text
    run_id: str = answer.json()["id"]
    return run_id


async def answer(stack: Stack, run_id: str, transition: str, payload: Any = None, **more: Any) -> httpx.Response:
    """Answer a wait. `key` and `step` may be given."""
    key = more.pop("key", None)
    return await post(stack, f"/runs/{run_id}/transitions/{transition}", {"payload": payload, **more}, key=key)


async def accepted(stack: Stack, run_id: str, transition: str, payload: Any = None, **more: Any) -> None:
    """An answer that counts. What came of it may be known later: the API waits a few seconds for Temporal."""
    reply = await answer(stack, run_id, transition, payload, **more)
    assert reply.status_code in (200, 202), reply.text


async def listed(stack: Stack, run_id: str) -> dict[str, Any]:
    """The run as the API has it, once it has it: a run started elsewhere is known when its workflow opened it."""

    async def look() -> dict[str, Any] | None:
        found = await stack.http.get(f"{API}/runs/{run_id}")
        return found.json() if found.status_code == 200 else None

    return await eventually(look, what=f"run {run_id} in the API")


def unused(name: str) -> str:
    """An id that no other test uses."""
    return f"{name}-{uuid4().hex[:8]}"


def position(row: RunRow) -> tuple[str, str, int, int]:
    """What must not change when something is refused."""
    return row.status, row.place, row.next_step, row.document_seq


__all__ = ["API", "accepted", "answer", "get", "listed", "position", "post", "start", "unused"]
