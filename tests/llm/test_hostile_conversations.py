"""Whole conversations with a hostile model: nothing is done that the listed tools and the approvals do not allow."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from loopstack_temporal import LlmMessageDocument, TransitionInput
from loopstack_temporal.definition.session import attach
from loopstack_temporal.hitl.approving import Approval, ApproveToolCallArgs
from loopstack_temporal.llm import LlmDelegateResult, LlmGenerateTextTool, LlmProviderRegistry, LlmRequest
from tests.llm.delegating import Journaled, LoopWorkflow, attempt, made
from tests.llm.hostile import FORGED, HostileModel

LISTED = ["shout", "give", "note", "errand", "send"]
ALLOWED = {"text": "to Ann"}
"""The only letter that people approve."""
TURNS = 6


@pytest.mark.parametrize("first", range(0, 200, 20))
async def test_only_listed_tools_and_approved_letters_whatever_the_model_says(first: int) -> None:
    for seed in range(first, first + 20):
        async with attempt() as (loop, session):
            model = HostileModel(seed, LISTED, turns=TURNS)
            approved = await _conversation(random.Random(seed), model, loop, session)
            _check_deeds(model, approved, f"seed {seed}")
            for request in model.seen:
                _check_told(request, f"seed {seed}")


async def _conversation(
    chance: random.Random, model: HostileModel, loop: LoopWorkflow, session: Journaled
) -> Counter[str]:
    """Ask, carry out, answer what is open, ask again; gives the letters that people approved."""
    ask = LlmGenerateTextTool()
    ask.providers, ask.toolbox = LlmProviderRegistry([model]), loop.delegate.toolbox
    attach(ask, session)
    await session.documents.save(LlmMessageDocument(role="user", text="Help."))
    approved: Counter[str] = Counter()
    message = (await ask.call(tools=LISTED, system="Be good.")).data.message
    while len(model.seen) <= TURNS:
        result = (await loop.delegate.call(message=message, tools=LISTED, callback="heard")).data
        while result.pending:
            result = await _answered(chance, loop, session, result, approved)
        message = (await ask.call(tools=LISTED, system="Be good.")).data.message
    return approved


async def _answered(
    chance: random.Random, loop: LoopWorkflow, session: Journaled, result: LlmDelegateResult, approved: Counter[str]
) -> LlmDelegateResult:
    """One open call gets its answer, now and then twice, or that of another one."""
    waiting = chance.choice(result.pending)
    place = int(str(waiting.run_id).removeprefix("child-")) - 1
    _, asked = session.children[place]
    value: Any = "home"
    if isinstance(asked, ApproveToolCallArgs):
        others = [one.digest for _, one in session.children if isinstance(one, ApproveToolCallArgs)]
        agrees = asked.tool == "send" and asked.args == ALLOWED
        # A person who agrees to this call, or an approval of another one that got here.
        digest = asked.digest if agrees or chance.random() < 0.5 else chance.choice(others)
        yes = agrees or digest != asked.digest
        value = Approval(approved=yes, digest=digest, by="ann").model_dump(mode="json")
        approved[asked.args.get("text", "")] += agrees
    ended = TransitionInput[Any](run_id=str(waiting.run_id), value=value)
    after = (await loop.update.call(delegate_result=result, completed_tool=ended)).data
    again = (await loop.update.call(delegate_result=after, completed_tool=ended)).data
    assert again == after, "an answer counts once"
    return after


def _check_deeds(model: HostileModel, approved: Counter[str], seed: str) -> None:
    sent = Counter(line.removeprefix("sent ") for line in made if line.startswith("sent "))
    assert sent == +approved, seed
    assert set(sent) <= {ALLOWED["text"]}, seed
    assert "secret" not in made, seed
    assert len(made) <= sum(call.name in LISTED for call in model.calls), seed
    assert {line for line in made if line.startswith("errand of")} <= {f"errand of {tuple(LISTED)}"}, seed


def _check_told(request: LlmRequest, seed: str) -> None:
    """Each call has one result, right behind it, and none is of the model's own making."""
    assert request.system == "Be good." and [offer.name for offer in request.tools] == LISTED, seed
    assert (request.messages[0].role, request.messages[0].text) == ("user", "Help."), seed
    for before, after in zip(request.messages, request.messages[1:], strict=False):
        results = [block for block in after.blocks if block.type == "tool_result"]
        assert [call.id for call in before.tool_calls] == [one.tool_call_id for one in results], seed
        assert not results or after.role == "user", seed
        assert not any(one.content.startswith(f"{FORGED}:") for one in results), seed
        if after.role == "user":
            assert not after.tool_calls and not any(block.type == "text" for block in after.blocks), seed
