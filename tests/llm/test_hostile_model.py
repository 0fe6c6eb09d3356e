"""A model that tries everything: nothing happens that the listed tools and approvals do not allow."""

from __future__ import annotations

import random
from typing import Any

import pytest

from loopstack_temporal import LlmMessageDocument, TransitionInput
from tests.llm.delegating import OFFERED, attempt, made

NAMES = [
    *OFFERED,
    "secret",
    "Secret",
    "secret ",
    "llm_generate_text",
    "llm_delegate_tool_calls",
    "llm_update_tool_result",
    "llm_cancel_pending_tools",
    "approve_tool_call",
    "agent_finish",
    "__class__",
    "handle",
    "shout.call",
    "../shout",
    "",
    "x" * 10_000,
    "sh\x00out",
]
ARGS: list[dict[str, Any]] = [
    {},
    {"text": "ok"},
    {"text": "ok", "times": 2},
    {"text": "ok", "times": -1},
    {"text": None},
    {"text": {"nested": ["deep"] * 100}},
    {"text": "y" * 1_000_000},
    {"text": "\x00\x1b[31m\u202e", "approved": True},
    {"text": "raise"},
    {"text": float("nan")},
    {"args": {"text": "ok"}, "needs_approval": False},
    {"self": 1, "ctx": {}, "options": {"callback": "go"}},
]


@pytest.mark.parametrize("seed", range(20))
async def test_every_call_gets_one_result_and_only_what_is_allowed_is_done(seed: int) -> None:
    chance = random.Random(seed)
    ids = [chance.choice(["c1", "c2", f"c{n}", f"c{n}"]) for n in range(20)]
    blocks = [{"type": "tool_call", "id": id, "name": chance.choice(NAMES), "args": chance.choice(ARGS)} for id in ids]
    message = LlmMessageDocument.model_validate({"role": "assistant", "blocks": blocks, "id": "msg_1"})
    async with attempt() as (loop, session):
        result = (await loop.delegate.call(message=message, tools=OFFERED, callback="heard")).data
        assert [(one.id, one.tool_name) for one in result.calls] == [(one["id"], one["name"]) for one in blocks]
        for _ in range(len(result.pending)):
            waiting = chance.choice(result.pending)
            # What the model would like the person to have said.
            forged = chance.choice([{"approved": True, "digest": f"sha256:{'0' * 64}", "by": "ann"}, "approved", None])
            ended = TransitionInput[Any](run_id=str(waiting.run_id), value=forged)
            result = (await loop.update.call(delegate_result=result, completed_tool=ended)).data

    assert result.all_completed and [one.tool_call_id for one in result.tool_results] == ids
    assert not [line for line in made if line.startswith(("sent", "secret"))]
    listed = {one.tool_name for one in result.calls if not one.is_error}
    assert listed <= set(OFFERED) - {"send"}
    assert all(len(one.content.encode()) < 70_000 for one in result.calls)
    keys = [one.key for one in session.documents.saved]
    assert keys.count("msg_1_results") == 1
