"""People in the loop: workflows, tools and documents that ask somebody."""

from __future__ import annotations

from loopstack_temporal.hitl.approving import ApproveToolCallWorkflow
from loopstack_temporal.hitl.asking import AskUserWorkflow
from loopstack_temporal.hitl.confirming import ConfirmUserWorkflow
from loopstack_temporal.hitl.documents import (
    ApproveToolCallDocument,
    AskUserConfirmDocument,
    AskUserDocument,
    AskUserOptionsDocument,
    ConfirmUserDocument,
)
from loopstack_temporal.hitl.module import hitl
from loopstack_temporal.hitl.tools import (
    AskClarificationArgs,
    AskClarificationTool,
    AskForApprovalArgs,
    AskForApprovalResult,
    AskForApprovalTool,
)
from loopstack_temporal.hitl.values import (
    Approval,
    ApprovalAnswer,
    ApproveToolCallArgs,
    AskUserAnswer,
    AskUserArgs,
    ConfirmUserArgs,
    ConfirmUserResult,
)

__all__ = [
    "Approval",
    "ApprovalAnswer",
    "ApproveToolCallArgs",
    "ApproveToolCallDocument",
    "ApproveToolCallWorkflow",
    "AskClarificationArgs",
    "AskClarificationTool",
    "AskForApprovalArgs",
    "AskForApprovalResult",
    "AskForApprovalTool",
    "AskUserAnswer",
    "AskUserArgs",
    "AskUserConfirmDocument",
    "AskUserDocument",
    "AskUserOptionsDocument",
    "AskUserWorkflow",
    "ConfirmUserArgs",
    "ConfirmUserDocument",
    "ConfirmUserResult",
    "ConfirmUserWorkflow",
    "hitl",
]
