"""Questions that nobody answers: reminders, and an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from loopstack_temporal import MessageDocument
from loopstack_temporal.hitl import (
    Approval,
    ApproveToolCallArgs,
    ApproveToolCallDocument,
    ApproveToolCallWorkflow,
    AskUserArgs,
    AskUserWorkflow,
    ConfirmUserArgs,
    ConfirmUserWorkflow,
)
from loopstack_temporal.testing import run_workflow, start_workflow


async def test_people_are_reminded_again_and_again_in_one_place() -> None:
    args = AskUserArgs(question="Which?", remind_after=timedelta(hours=1))
    async with start_workflow(AskUserWorkflow, args) as run:
        report = await run.skip(timedelta(hours=3.5))
        assert [one.text for one in report.find_all(MessageDocument)] == ["Still waiting for an answer (reminder 3)."]
        assert (await run.answer("user_answered", {"answer": "this"})).status == "completed"


@pytest.mark.parametrize(
    ("workflow", "args"),
    [
        (AskUserWorkflow, AskUserArgs(question="Which?", expires_after=60)),
        (ConfirmUserWorkflow, ConfirmUserArgs(markdown="# Plan", expires_after=60)),
    ],
)
async def test_a_question_that_expires_ends_its_run(
    workflow: type[AskUserWorkflow | ConfirmUserWorkflow], args: AskUserArgs | ConfirmUserArgs
) -> None:
    report = await run_workflow(workflow, args, skip=61)  # pyright: ignore[reportArgumentType, reportUnknownVariableType]
    assert report.status == "failed" and report.awaiting == ()
    assert report.error is not None
    assert (report.error.code, report.error.message) == ("unanswered", "Nobody answered within 60 s.")


async def test_a_call_that_nobody_decided_about_is_denied() -> None:
    args = ApproveToolCallArgs(tool="send_mail", digest="sha256:1", expires_after=3600)
    report = await run_workflow(ApproveToolCallWorkflow, args, skip=3601)
    reason = "Nobody answered within 3600 s."
    assert report.result == Approval(approved=False, digest="sha256:1", by=None, reason=reason)
    [shown] = report.find_all(ApproveToolCallDocument)
    assert (shown.decision, shown.decided_by, shown.reason) == ("denied", None, reason)


def test_times_are_seconds_or_timedeltas_above_zero() -> None:
    assert AskUserArgs(question="?", remind_after=timedelta(minutes=1)).remind_after == 60
    kept = AskUserArgs(question="?", expires_after=timedelta(minutes=1)).model_dump_json()
    assert AskUserArgs.model_validate_json(kept).expires_after == 60
    for wrong in (0, -5, timedelta(0)):
        with pytest.raises(ValidationError, match="greater than 0"):
            AskUserArgs(question="?", remind_after=wrong)
