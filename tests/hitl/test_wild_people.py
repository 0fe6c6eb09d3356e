"""Answers that come twice, late, with the wrong type or a megabyte: one counts, and the others are told why not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from loopstack_temporal.runs import Refused
from loopstack_temporal.store.records import RunRow
from tests.hitl.test_on_temporal import asked
from tests.support.requests import accepted, answer, get, position, start
from tests.support.stack import Stack, eventually

CALL = {"tool": "send_mail", "args": {"to": "ines"}, "digest": "sha256:1"}
YES = {"decision": "approve", "digest": "sha256:1"}
NO = {"decision": "deny", "digest": "sha256:1", "reason": "not now"}
MEGABYTE = "x" * 1_000_000


@pytest.fixture
async def question(people: Stack) -> AsyncGenerator[RunRow]:
    """A call that waits for approval; whatever the test did, it stands as it was and can be approved afterwards."""
    before = await people.run_is(await asked(people, "approve_tool_call", CALL), "waiting")
    yield before
    after = await people.run_is(before.id, "waiting")
    assert position(after) == position(before)
    await accepted(people, before.id, "user_decided", YES)
    result: Any = (await people.run_is(before.id, "completed")).result
    assert result["approved"] is True


async def rejected(stack: Stack, run_id: str, count: int) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]] | None:
        found = [data for kind, data in stack.events(run_id) if kind == "trigger.rejected"]
        return found if len(found) >= count else None

    return await eventually(look, what=f"{count} rejections")


async def test_of_two_decisions_at_once_one_counts_and_the_other_is_told_so(people: Stack) -> None:
    for _ in range(5):
        run_id = await asked(people, "approve_tool_call", CALL)
        [awaited] = (await get(people, f"/runs/{run_id}"))["awaiting"]
        replies = await asyncio.gather(
            *(answer(people, run_id, "user_decided", one, step=awaited["step"]) for one in (YES, NO))
        )
        result: Any = (await people.run_is(run_id, "completed")).result
        first, other = replies if result["approved"] else reversed(replies)
        # The API does not wait for ever for what Temporal says of them.
        assert first.status_code in (200, 202), first.text
        assert other.status_code in (409, 202), other.text


async def test_the_same_person_answering_twice_by_signal_is_heard_once(people: Stack) -> None:
    run_id = await asked(people, "approve_tool_call", CALL)
    for decision in (NO, YES, YES):
        try:
            await people.signal(run_id, "user_decided", decision, {"by": "ann"})
        except RPCError as error:  # The first answer has ended the run already.
            assert decision is YES and error.status == RPCStatusCode.NOT_FOUND, error
    result: Any = (await people.run_is(run_id, "completed")).result
    assert result == {"approved": False, "digest": "sha256:1", "by": "ann", "reason": "not now"}


async def test_an_answer_that_comes_when_it_has_expired_is_a_conflict_and_changes_nothing(people: Stack) -> None:
    run_id = await start(people, "approve_tool_call", {**CALL, "expires_after": 0.5})
    ended = await people.run_is(run_id, "completed")
    late = await answer(people, run_id, "user_decided", YES)
    assert late.status_code == 409, late.text
    assert (await people.run_is(run_id, "completed")).rev == ended.rev
    result: Any = ended.result
    assert result["approved"] is False and result["by"] is None


WRONG: list[Any] = [
    None,
    [],
    "approve",
    True,
    7,
    {"decision": "approve"},
    {"decision": True, "digest": "sha256:1"},
    {"decision": "Approve", "digest": "sha256:1"},
    {"decision": ["approve"], "digest": "sha256:1"},
    {"decision": "approve", "digest": ["sha256:1"]},
    {"decision": "approve", "digest": "sha256:2"},
    {"decision": "deny", "digest": "sha256:1", "reason": {"why": "not"}},
]


async def test_answers_of_the_wrong_type_are_refused_with_their_fields(people: Stack, question: RunRow) -> None:
    for payload in WRONG:
        reply = await answer(people, question.id, "user_decided", payload)
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid_payload"), (payload, reply.text)
        assert reply.json()["fields"], payload
    before = await rejected(people, question.id, 1)  # The digest of another call fits the schema: a step refused it.
    for payload in WRONG:
        await people.signal(question.id, "user_decided", payload)
    found = await rejected(people, question.id, len(before) + len(WRONG))
    assert {one["code"] for one in found} == {"invalid_payload"}


async def test_a_megabyte_is_refused_by_its_size_on_every_way_in(people: Stack, question: RunRow) -> None:
    long = {**NO, "reason": MEGABYTE}
    reply = await answer(people, question.id, "user_decided", long)
    assert (reply.status_code, reply.json()["code"]) == (413, "too_large"), reply.text
    outcome = await people.trigger(question.id, "user_decided", long)
    assert isinstance(outcome, Refused) and outcome.code == "too_large", outcome
    await people.signal(question.id, "user_decided", long)
    [told] = await rejected(people, question.id, 1)
    assert told["code"] == "too_large" and "512 KiB" in told["message"]


async def test_half_a_megabyte_of_words_is_an_answer(people: Stack) -> None:
    run_id = await asked(people, "ask_user", {"question": "Tell me all."})
    await accepted(people, run_id, "user_answered", {"answer": "y" * 500_000})
    assert (await people.run_is(run_id, "completed")).result == {"answer": "y" * 500_000}
