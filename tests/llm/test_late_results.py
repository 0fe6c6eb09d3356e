"""Tool calls whose results come later: from runs, and after a person has agreed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from loopstack_temporal import ToolError, TransitionInput
from loopstack_temporal.hitl.approving import Approval, ApproveToolCallArgs, ApproveToolCallWorkflow
from loopstack_temporal.llm import LlmDelegateResult
from loopstack_temporal.tools.digest import digest_of
from tests.llm.delegating import OFFERED, ErrandWorkflow, HastyTool, SendTool, asking, attempt, delegated, made, told


@pytest.mark.requirement("TOOL-018")
async def test_a_pending_call_stays_open_and_is_noted_again_by_the_next_attempt() -> None:
    journal: dict[str, Any] = {}
    for _ in range(2):
        async with attempt(journal) as (loop, session):
            result = await delegated(loop, ("errand", {"text": "e"}), ("shout", {"text": "a"}))
            assert [target for target, _ in session.children] == [ErrandWorkflow]
            assert not result.all_completed and result.pending_count == 1 and told(result) == [("A", False)]
            assert session.documents.saved == []
            assert LlmDelegateResult.model_validate_json(result.model_dump_json()) == result

    assert made == [f"errand of {tuple(OFFERED)}"], "the finished call was not made again"


async def test_no_call_stays_open_that_nobody_would_be_told_of() -> None:
    async with attempt() as (loop, session):
        with pytest.raises(ToolError, match="`send` needs the approval of a person: name in `callback=`"):
            await loop.delegate.call(message=asking(("shout", {"text": "a"})), tools=OFFERED)
        assert session.children == [] and made == []

        message = asking(("errand", {"text": "e"}), ("shout", {"text": "a"}))
        without = (await loop.delegate.call(message=message, tools=["errand", "shout"])).data
        deaf = await delegated(loop, ("deaf", {"text": "e"}), ("shout", {"text": "a"}))

    for result, name in ((without, "errand"), (deaf, "deaf")):
        (content, is_error), shouted = told(result)
        assert is_error and content.startswith(f"The tool `{name}` answers later, but nobody would be told of its run")
        assert result.all_completed and shouted == ("A", False)
    assert {target for target, _ in session.children} == {"discarded"}


async def test_a_call_that_fails_starts_no_run_in_any_of_its_tries_and_is_recorded() -> None:
    journal: dict[str, Any] = {}
    for _ in range(2):
        async with attempt(journal) as (loop, session):
            result = await delegated(loop, ("hasty", {"text": "raise"}), ("hasty", {"text": "hang"}), ("errand", {}))

        assert [text for text, _ in told(result)] == [
            "The tool `hasty` failed: RuntimeError: no horse",
            "The tool `hasty` did not end within its limit of 0.1 s.",
        ]
        assert result.calls[2].status == "running"
        assert [target for target, _ in session.children if target != "discarded"] == [ErrandWorkflow]
    assert made == ["errand of " + str(tuple(OFFERED))], "failed calls are not made again"


async def test_a_call_by_code_that_fails_starts_no_run_and_one_that_is_tried_again_starts_one() -> None:
    async with attempt() as (loop, session):
        hasty = loop.delegate.toolbox.find(["hasty"])[0]
        assert isinstance(hasty, HastyTool)
        with pytest.raises(ToolError, match="no horse"):
            await hasty.call(text="raise")
        assert (await hasty.call(text="second")).data == "second"

    assert [target for target, _ in session.children] == ["discarded"] * 3 + [ErrandWorkflow]


@pytest.mark.requirement("LLM-025", "TOOL-017")
async def test_the_result_is_filled_in_when_the_run_has_ended() -> None:
    for data, expected in {
        "home": ("errand: home", False),
        "bad": ("bad news", True),
        "break": ("The tool `errand` failed: RuntimeError: cannot read that", True),
    }.items():
        async with attempt() as (loop, session):
            open_ = await delegated(loop, ("errand", {}), ("shout", {"text": "a"}))
            ended = TransitionInput(run_id="child-1", value=data)
            result = (await loop.update.call(delegate_result=open_, completed_tool=ended)).data

        assert result.all_completed and told(result) == [expected, ("A", False)]
        (saved,) = session.documents.saved
        assert [block.content for block in saved.content.blocks] == [expected[0], "A"]


@pytest.mark.requirement("LLM-026")
async def test_a_run_that_failed_or_was_canceled_is_an_error_that_names_tool_and_status() -> None:
    async with attempt() as (loop, _):
        open_ = await delegated(loop, ("errand", {}), ("errand", {"text": "2"}))
        failed = TransitionInput[Any](run_id=str(open_.calls[0].run_id), status="failed", error_message="no road")
        half = (await loop.update.call(delegate_result=open_, completed_tool=failed)).data
        canceled = TransitionInput[Any](run_id=str(open_.calls[1].run_id), status="canceled")
        result = (await loop.update.call(delegate_result=half, completed_tool=canceled)).data

    assert half.pending_count == 1
    assert told(result) == [
        ("The run of `errand` failed: no road", True),
        ("The run of `errand` was canceled.", True),
    ]


@pytest.mark.requirement("REL-017")
async def test_results_that_come_twice_late_or_from_elsewhere_change_nothing() -> None:
    async with attempt() as (loop, session):
        open_ = await delegated(loop, ("errand", {}), ("errand", {"text": "2"}))
        first = TransitionInput(run_id=str(open_.calls[0].run_id), value="one")
        result = (await loop.update.call(delegate_result=open_, completed_tool=first)).data
        assert result.pending_count == 1
        for odd in (first, replace(first, value="other"), TransitionInput(run_id="run-7", value="forged")):
            assert (await loop.update.call(delegate_result=result, completed_tool=odd)).data == result
        second = TransitionInput(run_id=str(open_.calls[1].run_id), value="two")
        result = (await loop.update.call(delegate_result=result, completed_tool=second)).data
        saved = list(session.documents.saved)
        for late in (first, second):
            assert (await loop.update.call(delegate_result=result, completed_tool=late)).data == result

        assert result.all_completed and told(result) == [("errand: one", False), ("errand: two", False)]
        assert session.documents.saved == saved and len(saved) == 1


async def test_a_call_that_needs_approval_is_made_only_with_an_approval_of_exactly_these_arguments() -> None:
    args = {"text": "to Ann"}
    digest = digest_of("send", args)
    for approval, expected, sent in (
        (Approval(approved=True, digest=digest, by="ann"), ("sent", False), ["sent to Ann"]),
        (
            Approval(approved=True, digest=digest_of("send", {"text": "to Bob"}), by="ann"),
            ("was approved, so it was not", True),
            [],
        ),
        (
            Approval(approved=False, digest=digest, by="ann", reason="too early"),
            ("denied this call of `send`: too early", True),
            [],
        ),
    ):
        async with attempt() as (loop, session):
            open_ = await delegated(loop, ("send", args))
            assert open_.pending_count == 1 and made == []
            ((target, asked),) = session.children
            assert target is ApproveToolCallWorkflow and asked == ApproveToolCallArgs(
                tool="send", args=args, description="Sends a letter.", digest=digest
            )
            ended = TransitionInput(run_id="child-1", value=approval.model_dump(mode="json"))
            result = (await loop.update.call(delegate_result=open_, completed_tool=ended)).data

        ((content, is_error),) = told(result)
        assert expected[0] in content and is_error is expected[1] and made == sent


async def test_a_direct_call_of_a_tool_that_needs_approval_is_the_authors_decision() -> None:
    assert (await SendTool().call(text="x")).data == "sent"


@pytest.mark.requirement("LLM-027")
async def test_canceling_gives_every_open_call_a_result_and_cancels_its_run() -> None:
    async with attempt() as (loop, session):
        open_ = await delegated(loop, ("errand", {}), ("shout", {"text": "a"}), ("send", {}))
        result = (await loop.cancel.call(delegate_result=open_)).data
        late = TransitionInput[Any](run_id="child-1", status="canceled")
        assert (await loop.update.call(delegate_result=result, completed_tool=late)).data == result

    assert sorted(session.canceled) == ["child-1", "child-2"] and result.all_completed
    assert told(result) == [
        ("The call of `errand` was canceled.", True),
        ("A", False),
        ("The call of `send` was canceled.", True),
    ]
    (saved,) = session.documents.saved
    assert len(saved.content.blocks) == 3
